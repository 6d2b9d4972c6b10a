"""The five example rows of the drawdown stop, and what it counts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.fakes.builders import FOLLOW, follow, limits, situation
from understudy.domain.decisions import decide
from understudy.domain.follows import Budget, FollowStatus, PauseReason
from understudy.domain.limits import DrawdownBasis
from understudy.domain.reasons import Reason
from understudy.domain.refusals import STILL_BELOW_THE_FLOOR
from understudy.domain.settlement import paused_by


@pytest.mark.parametrize(
    ("budget", "percent", "realized", "pauses"),
    [
        ("1000", "30", "-250", False),
        ("1000", "30", "-300", True),
        ("1000", "30", "-400", True),
        ("5000", "20", "-800", False),
        ("5000", "20", "-1100", True),
    ],
)
def test_the_loss_stops_copying_at_its_share_of_the_budget(
    budget: str, percent: str, realized: str, *, pauses: bool
) -> None:
    mine = follow(limits(copy_budget_usdc=Decimal(budget), stop_copy_drawdown_pct=Decimal(percent)))

    paused = paused_by(mine, Budget(FOLLOW, realized=Decimal(realized)))

    assert (paused is not None) == pauses
    if paused is not None:
        assert paused.status is FollowStatus.PAUSED
        assert paused.pause_reason is PauseReason.DRAWDOWN_STOP


def test_fees_are_losses_too() -> None:
    paused = paused_by(follow(), Budget(FOLLOW, realized=Decimal(-250), fees=Decimal(50)))

    assert paused is not None


def test_a_follow_that_is_paused_is_not_paused_again() -> None:
    mine = follow(status=FollowStatus.PAUSED, pause_reason=PauseReason.USER)

    assert paused_by(mine, Budget(FOLLOW, realized=Decimal(-900))) is None


def test_a_restart_below_the_floor_enters_nothing_and_says_why() -> None:
    loss = Budget(FOLLOW, realized=Decimal(-300))

    decision = decide(situation(budget=loss))

    assert (decision.order, decision.reason) == (None, Reason.DRAWDOWN_STOP)
    assert decision.bound_by == STILL_BELOW_THE_FLOOR
    assert decision.numbers == {"realized": Decimal(-300), "drawdown_floor": Decimal(-300)}


def test_a_loss_that_is_measured_by_equity_is_no_gate_when_it_is_only_realized() -> None:
    by_equity = follow(limits(drawdown_basis=DrawdownBasis.EQUITY))

    decision = decide(situation(a_follow=by_equity, budget=Budget(FOLLOW, realized=Decimal(-300))))

    assert decision.order is not None
