"""What came in the very moment of an erasure goes with the next run, and holds up nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.api.leaving import deleted, traces
from understudy.domain.errors import DependencyError
from understudy.workflows.account_erasure import Erasures
from understudy.workflows.requests import account_deletion
from understudy.workflows.requests.account_deletion import GOES_ON_AFTER_MS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.fakes.api import ApiWorld
    from tests.fakes.erasing import Schedule
    from understudy.domain.identity import Session, Wallet
    from understudy.domain.ids import UserId

NOTHING = Erasures()


def test_what_came_while_a_user_went_is_gone_after_the_next_run_and_the_deletion_told_once(
    api: ApiWorld, schedule: Schedule
) -> None:
    gone = schedule.asked("alice")
    wallets, sessions = api.identity.wallets(gone), api.identity.sessions(gone)
    schedule.after()
    _left_behind(api, gone, wallets, sessions)
    assert traces(api, gone)

    assert schedule.after() == NOTHING

    assert traces(api, gone) == set()
    assert deleted(api) == [gone]


def test_somebody_gone_who_cannot_be_cleared_away_yet_holds_up_no_other(
    api: ApiWorld, schedule: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = schedule.asked("alice")
    schedule.after()
    _left_behind(api, gone, [], [])
    bob = schedule.asked("bob")

    def away(*_: object) -> None:
        raise DependencyError("no answer")

    with monkeypatch.context() as broken:
        broken.setattr(account_deletion.AccountDeletion, "finish", away)
        assert schedule.after() == Erasures(done=1, left={gone: DependencyError.code})
        assert schedule.after(GOES_ON_AFTER_MS - 1) == NOTHING, "not yet again"
    assert schedule.after(1) == NOTHING

    assert deleted(api) == [gone, bob]
    assert schedule.closings.due_closings(api.world.clock.now_ms(), 9) == []


def _left_behind(
    api: ApiWorld, user_id: UserId, wallets: Sequence[Wallet], sessions: Sequence[Session]
) -> None:
    """Have an erasure die behind its last write: whoever is named still is gone already."""
    api.identity.wallets_by_address.update({each.address: each for each in wallets})
    api.identity.sessions_by_id.update({each.session_id: each for each in sessions})
    api.identity.closings[user_id] = api.world.clock.now_ms()
