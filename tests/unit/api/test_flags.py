"""A flagged user enters nothing and is told why; unflagging lets them in again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.requests import started
from understudy.adapters.memory.accounts import InMemoryAccountStore
from understudy.domain.errors import (
    ConflictError,
    DependencyError,
    InvalidInputError,
    NotFoundError,
)
from understudy.domain.ids import FollowId, UserId
from understudy.domain.reasons import Reason

if TYPE_CHECKING:
    from tests.fakes.api import ApiWorld
    from understudy.workflows.requests.flags import Flags

OPERATOR = "operator-1"
LONGER_THAN_CLOCKS_DIFFER_MS = 1_001


def flags(api: ApiWorld) -> Flags:
    return api.services.flags


def me(api: ApiWorld, token: str) -> dict[str, Any]:
    user: dict[str, Any] = api.request("GET", "/v1/me", None, token).body["user"]
    return user


def skipped_for(api: ApiWorld, follow_id: str) -> Reason | None:
    api.world.copy("BTC", "5")
    return api.world.receipts(FollowId(follow_id))[-1].reason


def test_a_flagged_user_reads_why_and_enters_nothing(api: ApiWorld, token: str) -> None:
    api.delegate(token)
    follow_id = started(api, token)
    api.world.pump()
    api.world.clock.advance(1000)

    flags(api).flag(UserId(me(api, token)["user_id"]), "unpaid", OPERATOR)

    shown = me(api, token)
    assert (shown["is_flagged"], shown["flag_reason"]) == (True, "unpaid")
    assert skipped_for(api, follow_id) is Reason.FLAGGED
    api.world.clock.advance(LONGER_THAN_CLOCKS_DIFFER_MS)
    flags(api).unflag(UserId(shown["user_id"]), OPERATOR)
    assert (me(api, token)["is_flagged"], me(api, token)["flag_reason"]) == (False, "")
    assert skipped_for(api, follow_id) is not Reason.FLAGGED


def test_both_ways_are_audited_with_who_and_why(api: ApiWorld, token: str) -> None:
    user_id = UserId(me(api, token)["user_id"])
    flags(api).flag(user_id, "unpaid", OPERATOR)
    api.world.clock.advance(LONGER_THAN_CLOCKS_DIFFER_MS)
    flags(api).unflag(user_id, OPERATOR)

    kept = [(each.event, each.subject, dict(each.facts)) for each in api.audit.entries[-2:]]
    assert kept == [
        ("USER_FLAGGED", user_id, {"by": OPERATOR, "reason": "unpaid"}),
        ("USER_UNFLAGGED", user_id, {"by": OPERATOR}),
    ]


def test_an_unflagging_that_a_flagging_overtook_changes_nothing(api: ApiWorld, token: str) -> None:
    user_id = UserId(me(api, token)["user_id"])
    flags(api).flag(user_id, "unpaid", OPERATOR)
    before = api.stored()

    with pytest.raises(ConflictError):
        flags(api).unflag(user_id, OPERATOR)

    assert api.stored() == before


def test_nobody_is_flagged_for_nothing_or_who_is_not_there(api: ApiWorld, token: str) -> None:
    before = api.stored()

    with pytest.raises(InvalidInputError):
        flags(api).flag(UserId(me(api, token)["user_id"]), "", OPERATOR)
    with pytest.raises(NotFoundError):
        flags(api).flag(UserId("nobody"), "unpaid", OPERATOR)
    with pytest.raises(NotFoundError):
        flags(api).unflag(UserId("nobody"), OPERATOR)

    assert api.stored() == before


def test_a_flag_that_could_not_be_shown_already_holds(api: ApiWorld, token: str) -> None:
    api.delegate(token)
    follow_id = started(api, token)
    api.world.pump()
    api.world.clock.advance(1000)

    class Away(InMemoryAccountStore):
        def flag(self, user_id: UserId, reason: str) -> None:
            raise DependencyError("no answer")

    failing = replace(flags(api), accounts=Away(api.identity))
    with pytest.raises(DependencyError):
        failing.flag(UserId(me(api, token)["user_id"]), "unpaid", OPERATOR)

    assert skipped_for(api, follow_id) is Reason.FLAGGED
