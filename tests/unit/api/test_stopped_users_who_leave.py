"""Nobody sheds an operator's stop by coming back as somebody new: it holds account and wallets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from cli.wallet_key import WalletKey
from tests.fakes.identity import ALICE, BOB, OPERATOR
from tests.unit.api.leaving import delete, holding, me, traces
from tests.unit.api.test_sign_ins_beside_a_removal import Meanwhile
from tests.unit.api.test_wallets import addresses, dying, linked, remove
from understudy.domain.errors import DependencyError
from understudy.domain.turns import CLOCKS_DIFFER_BY_MS
from understudy.ports.switches import Switch
from understudy.workflows.requests.operators import Deed

if TYPE_CHECKING:
    from tests.fakes.api import Answer, ApiWorld

OTHER = WalletKey(b"\x04" * 32)
STOPS = ("flagged", "kill_user")
EVERY_STOP = pytest.mark.parametrize("switch", STOPS)


def turn(api: ApiWorld, switch: str, subject: str, *, on: bool = True) -> None:
    api.world.clock.advance(CLOCKS_DIFFER_BY_MS + 1)
    wish = {"switch": switch, "subject": subject, "on": on, "reason": "ticket 4711"}
    answer = api.request("POST", "/v1/ops/switches", wish, api.operator_token())
    assert answer.status == 200, answer.body


def refused(answer: Answer) -> bool:
    return (answer.status, answer.body.get("code")) == (409, "USER_STOPPED")


@EVERY_STOP
def test_a_stopped_account_is_not_deleted_until_the_operator_lifts_it(
    api: ApiWorld, token: str, switch: str
) -> None:
    user_id = me(api, token)
    turn(api, switch, user_id)
    before = api.done()

    answer = delete(api, token)

    assert refused(answer)
    assert "ask the operator" in answer.body["detail"]
    assert api.done() == before
    assert me(api, api.token()) == user_id, "with the same wallet they are who they were"
    turn(api, switch, user_id, on=False)
    assert delete(api, token).body["status"] == "DELETED"


@EVERY_STOP
def test_a_wallet_of_a_stopped_account_is_not_removed_until_the_operator_lifts_it(
    api: ApiWorld, token: str, switch: str
) -> None:
    user_id, second = me(api, token), linked(api, token)
    turn(api, switch, user_id)
    before = api.done()

    assert refused(remove(api, token, second))

    assert api.done() == before
    assert me(api, api.token(BOB)) == user_id
    turn(api, switch, user_id, on=False)
    assert remove(api, token, second).status == 200


def test_a_stopped_user_takes_what_is_stored_about_them(api: ApiWorld, token: str) -> None:
    user_id = me(api, token)
    for switch in STOPS:
        turn(api, switch, user_id)

    assert api.request("GET", "/v1/me/export", None, token).body["user"]["user_id"] == user_id


def test_their_own_switch_holds_nobody(api: ApiWorld, token: str) -> None:
    second = linked(api, token)
    assert api.request("POST", "/v1/copy/disable", None, token).status == 200

    assert remove(api, token, second).status == 200
    assert delete(api, token).body["status"] == "DELETED"


def test_a_stop_of_others_holds_nobody(api: ApiWorld, token: str) -> None:
    second = linked(api, token)
    for switch in STOPS:
        turn(api, switch, me(api, api.token(OTHER)))
    for switch, subject in (("kill_global", ""), ("blacklisted", ALICE.address.lower())):
        turn(api, switch, subject)

    assert remove(api, token, second).status == 200
    assert delete(api, token).body["status"] == "DELETED"


@EVERY_STOP
def test_a_deletion_that_was_under_way_before_the_stop_goes_on(
    api: ApiWorld, token: str, switch: str
) -> None:
    user_id, _ = me(api, token), holding(api, token)
    token = api.token()
    assert delete(api, token).body["status"] == "CLOSING"

    turn(api, switch, user_id)

    assert delete(api, token, "keep").body["status"] == "DELETED"
    assert traces(api, user_id) == set()


def stop_right_now(api: ApiWorld, user_id: str) -> None:
    """Flag somebody while a request of theirs is being answered."""
    deed = Deed(OPERATOR.address.lower(), "ticket 4711", api.world.clock.now_ms())
    api.operating.seldom.operator_switches.turn(deed, Switch.FLAGGED, user_id, on=True)


def test_a_deletion_whose_very_request_the_stop_meets_goes_on(api: ApiWorld, token: str) -> None:
    user_id, seldom = me(api, token), api.services.seldom
    stored: Any = seldom.deletion.accounts
    acting: Any = Meanwhile(stored, "begin_closing", before=lambda: stop_right_now(api, user_id))
    deletion = replace(seldom.deletion, accounts=acting)
    api.services.seldom = replace(seldom, deletion=deletion)

    assert delete(api, token).body["status"] == "DELETED"
    assert traces(api, user_id) == set()


def test_a_removal_that_died_before_the_stop_waits_for_the_operator(
    api: ApiWorld, token: str
) -> None:
    user_id, second = me(api, token), linked(api, token)
    dying(api, "wallets", "remove_wallet")
    assert remove(api, token, second).status == 503
    turn(api, "flagged", user_id)

    assert refused(remove(api, token, second))
    assert BOB.address.lower() in addresses(api, token), "nobody else comes in with it"


def test_while_nobody_can_say_whether_a_user_is_stopped_nobody_leaves(
    api: ApiWorld, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = linked(api, token)
    before = api.done()

    def no_answer(*_: object) -> bool:
        raise DependencyError("no answer")

    monkeypatch.setattr(type(api.world.switches), "is_on", no_answer)

    assert (remove(api, token, second).status, delete(api, token).status) == (503, 503)
    assert api.done() == before
