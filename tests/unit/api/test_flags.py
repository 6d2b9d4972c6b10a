"""A flagged user enters nothing and reads why; letting go takes both away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.identity import OPERATOR
from tests.fakes.requests import started
from understudy.adapters.memory.accounts import InMemoryAccountStore
from understudy.domain.errors import DependencyError
from understudy.domain.ids import FollowId
from understudy.domain.reasons import Reason
from understudy.domain.turns import CLOCKS_DIFFER_BY_MS

if TYPE_CHECKING:
    from tests.fakes.api import Answer, ApiWorld


@pytest.fixture
def operator(api: ApiWorld) -> str:
    return api.operator_token()


@pytest.fixture
def follow_id(api: ApiWorld, token: str) -> str:
    api.delegate(token)
    follow_id = started(api, token)
    api.world.pump()
    api.world.clock.advance(1000)
    return follow_id


def me(api: ApiWorld, token: str) -> dict[str, Any]:
    user: dict[str, Any] = api.request("GET", "/v1/me", None, token).body["user"]
    return user


def shown_flag(api: ApiWorld, token: str) -> tuple[bool, str]:
    user = me(api, token)
    return user["is_flagged"], user["flag_reason"]


def flag(
    api: ApiWorld, operator: str, token: str, reason: str = "unpaid", *, on: bool = True
) -> Answer:
    wish = {"switch": "flagged", "subject": me(api, token)["user_id"], "on": on, "reason": reason}
    return api.request("POST", "/v1/ops/switches", wish, operator)


def skipped_for(api: ApiWorld, follow_id: str) -> Reason | None:
    api.world.copy("BTC", "5")
    return api.world.receipts(FollowId(follow_id))[-1].reason


def no_answer(*_: object, **__: object) -> None:
    raise DependencyError("no answer")


def test_a_flagged_user_reads_why_and_enters_nothing_until_let_go(
    api: ApiWorld, token: str, operator: str, follow_id: str
) -> None:
    assert flag(api, operator, token).status == 200

    assert shown_flag(api, token) == (True, "unpaid")
    assert skipped_for(api, follow_id) is Reason.FLAGGED
    api.world.clock.advance(CLOCKS_DIFFER_BY_MS + 1)
    assert flag(api, operator, token, "paid", on=False).status == 200
    assert shown_flag(api, token) == (False, "")
    assert skipped_for(api, follow_id) is not Reason.FLAGGED


def test_who_is_flagged_again_reads_the_newer_reason(
    api: ApiWorld, token: str, operator: str
) -> None:
    flag(api, operator, token)
    flag(api, operator, token, "still unpaid")

    assert shown_flag(api, token) == (True, "still unpaid")


def test_both_ways_are_audited_with_who_and_why(api: ApiWorld, token: str, operator: str) -> None:
    flag(api, operator, token)
    api.world.clock.advance(CLOCKS_DIFFER_BY_MS + 1)
    flag(api, operator, token, "paid", on=False)

    by, subject = OPERATOR.address.lower(), me(api, token)["user_id"]
    kept = [(each.event, each.subject, dict(each.facts)) for each in api.audit.entries[-2:]]
    assert kept == [
        ("FLAGGED_ON", subject, {"operator": by, "reason": "unpaid"}),
        ("FLAGGED_OFF", subject, {"operator": by, "reason": "paid"}),
    ]


def test_a_letting_go_that_a_flagging_overtook_changes_nothing(
    api: ApiWorld, token: str, operator: str
) -> None:
    flag(api, operator, token)
    before = api.stored()

    assert flag(api, operator, token, "paid", on=False).code == "NEWER_DECISION"

    assert api.stored() == before


def test_a_flag_that_could_not_be_shown_already_holds_and_is_written_down(
    api: ApiWorld, token: str, operator: str, follow_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(InMemoryAccountStore, "flag", no_answer)

    assert flag(api, operator, token).status == 503

    assert skipped_for(api, follow_id) is Reason.FLAGGED
    assert "FLAGGED_ON" in {each.event for each in api.audit.entries}


def test_nobody_reads_of_a_flag_that_does_not_hold(
    api: ApiWorld, token: str, operator: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(api.world.switches), "turn", no_answer)

    assert flag(api, operator, token).status == 503

    assert shown_flag(api, token) == (False, "")


def test_a_flag_that_nobody_could_write_down_is_not_let_go(
    api: ApiWorld, token: str, operator: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    flag(api, operator, token)
    api.world.clock.advance(CLOCKS_DIFFER_BY_MS + 1)
    monkeypatch.setattr(type(api.audit), "append", no_answer)

    assert flag(api, operator, token, "paid", on=False).status == 503

    assert shown_flag(api, token) == (True, "unpaid")
