"""A deleted account leaves nothing but opaque ids, whoever dies on the way and however often."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, fields, replace
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.api import ApiWorld, with_copying
from tests.fakes.identity import ALICE, BOB
from tests.fakes.requests import created, new_follow
from tests.unit.api.leaving import SUBJECT, delete, held, holding, me, traces
from tests.unit.workflows.crashing import deliver
from understudy.domain.errors import DependencyError
from understudy.domain.identity import AuthMethod, Connector, ProviderIdentity, Wallet
from understudy.domain.ids import FollowId, UserId, WalletId
from understudy.domain.limits import OnStop
from understudy.runtime.api_ports import ApiPorts, CopyingPorts
from understudy.runtime.api_services import assemble
from understudy.workflows.requests import account_deletion
from understudy.workflows.requests.account_deletion import DeletionStatus

if TYPE_CHECKING:
    from understudy.workflows.requests.account_deletion import AccountDeletion

BROKEN = {
    field.name
    for field in fields(ApiPorts)
    if field.name
    not in {"clock", "ids", "door_limits", "providers", "epoch", "terms", "calls", "copying"}
}
BROKEN_COPYING = set(CopyingPorts._fields) - {"ask_venue"}


def test_who_holds_nothing_is_gone_at_once(api: ApiWorld, token: str) -> None:
    user_id = me(api, token)
    created(api, token)

    assert delete(api, token).body == {"status": "DELETED", "open_follows": []}

    assert traces(api, user_id) == set()
    assert api.request("GET", "/v1/me", None, token).code == "SESSION_ENDED"
    assert me(api, api.token()) != user_id


def test_what_is_held_is_closed_first_and_the_rest_waits_for_it(api: ApiWorld, token: str) -> None:
    user_id, follow_id = me(api, token), holding(api, token)

    assert delete(api, token).body == {"status": "CLOSING", "open_follows": [follow_id]}
    assert api.keys.states["agent-1"] == "ACTIVE", "without it nothing could be closed"
    api.world.pump()

    assert delete(api, token).body["status"] == "DELETED"
    assert held(api) == 0
    assert set(api.keys.states.values()) == {"REVOKED"}
    assert traces(api, user_id) == set()


def test_what_is_kept_is_the_users_own_from_then_on(api: ApiWorld, token: str) -> None:
    user_id, _ = me(api, token), holding(api, token)

    assert delete(api, token, "keep").body["status"] == "DELETED"

    assert traces(api, user_id) == set()
    assert held(api) == 1


def test_closing_that_cannot_be_done_can_be_given_up(api: ApiWorld, token: str) -> None:
    user_id = me(api, token)
    holding(api, token)
    api.request("DELETE", "/v1/agents/agent-1", None, token)
    assert delete(api, token).body["status"] == "CLOSING"
    api.world.pump()
    assert delete(api, token).body["status"] == "CLOSING"

    assert delete(api, token, "keep").body["status"] == "DELETED"
    assert traces(api, user_id) == set()


def test_while_an_account_closes_nothing_new_begins_and_everything_ends(
    api: ApiWorld, token: str
) -> None:
    follow_id = holding(api, token)
    delete(api, token)

    refused = api.request("POST", "/v1/follows", new_follow(), token)
    assert (refused.status, refused.code) == (409, "ACCOUNT_CLOSING")
    assert api.request("DELETE", f"/v1/follows/{follow_id}", None, token).status == 200
    assert api.request("GET", "/v1/me/export", None, token).body["user"]["closing_since_ms"]


@pytest.mark.parametrize("address", [BOB.address, "0x" + "0" * 40])
def test_another_wallet_confirms_nothing(api: ApiWorld, token: str, address: str) -> None:
    before = api.stored()

    answer = api.request("POST", "/v1/me/deletion", {"address": address}, token)

    assert (answer.status, answer.code) == (400, "NOT_CONFIRMED")
    assert api.stored() == before


def test_other_users_notice_nothing(api: ApiWorld, token: str) -> None:
    of_bob = api.token(BOB)
    created(api, of_bob)
    before = export_of(api, of_bob)
    created(api, token)

    delete(api, token)

    assert export_of(api, of_bob) == before


def export_of(api: ApiWorld, token: str) -> Any:
    """Give everything of a user, but for the exports that the export tells of."""
    export = api.request("GET", "/v1/me/export", None, token).body
    export["audit"] = [each for each in export["audit"] if each["event"] != "ACCOUNT_EXPORTED"]
    return export


def test_the_audit_keeps_what_happened_by_opaque_ids_only(api: ApiWorld, token: str) -> None:
    user_id = me(api, token)
    holding(api, token)
    delete(api, token, "keep")

    mine = [each for each in api.audit.entries if each.subject == user_id]
    events = [each.event for each in mine]
    assert (events[0], events[-2:]) == ("SIGNED_IN", ["ACCOUNT_CLOSING", "ACCOUNT_DELETED"])
    assert [each.facts for each in mine[-2:]] == [{"positions": "keep"}] * 2
    assert ALICE.address.lower() not in repr(api.audit.entries).lower()


def test_late_messages_about_what_is_gone_do_nothing(api: ApiWorld, token: str) -> None:
    user_id, follow_id = me(api, token), holding(api, token)
    api.world.leader_trades("BTC", "5")
    api.world.sync()
    late = list(api.world.queues.lanes.take())
    assert late
    delete(api, token, "keep")

    for command in late:
        deliver(api.world, command)
    api.world.pass_time(60)
    api.world.sweep()

    assert traces(api, user_id) == set()
    assert api.world.receipts(FollowId(follow_id)) == []


def test_many_records_are_erased_in_several_calls(
    api: ApiWorld, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account_deletion, "RECORDS_AT_ONCE", 1)
    monkeypatch.setattr(account_deletion, "PATIENCE_MS", 0)
    user_id = me(api, token)
    holding(api, token)

    asked = 1
    while (answer := delete(api, token, "keep")).body["status"] == "ERASING":
        asked += 1

    assert answer.body["status"] == "DELETED"
    assert asked > 1
    assert traces(api, user_id) == set()


@dataclass
class Countdown:
    """Lets one call fail, before it was done or after."""

    at: int
    after: bool
    calls: int = 0

    @property
    def struck(self) -> bool:
        return self.calls >= self.at

    def through(self, call: Any) -> Any:
        self.calls += 1
        if self.calls == self.at and not self.after:
            raise DependencyError("no answer")
        done = call()
        if self.calls == self.at:
            raise DependencyError("no answer")
        return done


class Failing:
    """A port whose calls pass through a countdown."""

    def __init__(self, port: Any, countdown: Countdown) -> None:
        self._port, self._countdown = port, countdown

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)
        return lambda *args, **named: self._countdown.through(lambda: method(*args, **named))


def deletion_of(api: ApiWorld, countdown: Countdown) -> AccountDeletion:
    ports = api.ports()
    failing: Any = {name: Failing(getattr(ports, name), countdown) for name in BROKEN}
    copying = {name: getattr(ports.copying(), name) for name in BROKEN_COPYING}
    beside = {name: Failing(port, countdown) for name, port in copying.items()}
    broken = with_copying(replace(ports, **failing), **beside)
    return assemble(broken, api.referral_code, ()).seldom.deletion


def scene() -> tuple[ApiWorld, UserId]:
    """Give somebody with everything: follows, agents, sessions, wallets, a provider's subject."""
    api = ApiWorld()
    api.token()
    token = api.token()
    user_id, _ = me(api, token), holding(api, token)
    second = Wallet(WalletId("w2"), user_id, "0x" + "9" * 40, Connector.PRIVY, 1, 1)
    api.identity.add_wallet(second, 2, is_proven=True)
    name = (AuthMethod.PRIVY, SUBJECT)
    api.identity.identities[name] = ProviderIdentity(*name, user_id, 1)
    return api, user_id


def finished(api: ApiWorld, user_id: UserId, on_stop: OnStop) -> None:
    for _ in range(4):
        if user_id not in api.identity.users:
            return
        assert (
            api.services.sign_in._wallet(ALICE.address.lower(), Connector.REOWN).user_id == user_id
        )
        api.services.seldom.deletion.delete(user_id, on_stop)
        api.world.pump()
    pytest.fail("the deletion does not come to its end")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("on_stop", [OnStop.CLOSE_NOW, OnStop.KEEP])
def test_a_deletion_that_dies_at_any_call_is_finished_by_asking_again(
    on_stop: OnStop, *, after: bool
) -> None:
    for at in count(1):
        api, user_id = scene()
        countdown = Countdown(at, after)
        deletion, status = deletion_of(api, countdown), None
        with suppress(DependencyError):
            for _ in range(3):
                status = deletion.delete(user_id, on_stop).status
                api.world.pump()
                if status is DeletionStatus.DELETED:
                    break

        finished(api, user_id, on_stop)

        assert traces(api, user_id) == set(), at
        assert set(api.keys.states.values()) == {"REVOKED"}, at
        assert held(api) == (0 if on_stop is OnStop.CLOSE_NOW else 1), at
        events = [each.event for each in api.audit.entries if each.subject == user_id]
        assert "ACCOUNT_CLOSING" in events, at
        assert events.count("ACCOUNT_DELETED") == 1, at
        if not countdown.struck:
            assert status is DeletionStatus.DELETED
            assert at > 20, "many calls were struck"
            return
