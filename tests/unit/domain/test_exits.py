"""What a follow does when its leader reduces, closes or flips."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.fakes.builders import NOW_MS, account, follow, ledger, limits, ratio, situation, trade
from understudy.domain.decisions import decide, decide_gap
from understudy.domain.follows import FollowStatus, Marks, PauseReason, Pending, Switches
from understudy.domain.ids import IntentId
from understudy.domain.limits import OnStop
from understudy.domain.reasons import Reason
from understudy.domain.trades import Side


def test_a_reduction_shrinks_the_target_as_the_leader_shrank() -> None:
    decision = decide(situation(trade("8", "6"), a_ledger=ledger("2")))

    assert decision.order is not None
    assert (decision.order.side, decision.order.size) == (Side.SELL, Decimal("0.5"))
    assert decision.order.reduce_only
    assert decision.ledger.target == Decimal("1.5")


def test_a_close_asks_for_everything() -> None:
    decision = decide(situation(trade("8", "0"), a_ledger=ledger("-2")))

    assert decision.order is not None
    assert (decision.order.side, decision.order.size) == (Side.BUY, Decimal(2))
    assert decision.ledger.target == 0


def test_a_rest_below_the_minimum_is_closed_with_the_rest() -> None:
    decision = decide(situation(trade("100", "4"), a_ledger=ledger("2")))

    assert decision.order is not None
    assert (decision.order.size, decision.ledger.target) == (Decimal(2), Decimal(0))


def test_a_reduction_below_the_minimum_is_carried_until_it_adds_up() -> None:
    first = decide(situation(trade("100", "96"), a_ledger=ledger("2")))
    assert first.reason is Reason.CARRIED

    second = decide(situation(trade("96", "90", seq=2), a_ledger=first.ledger))

    assert second.order is not None
    assert second.order.size == Decimal("0.200")


def test_reductions_of_what_was_never_copied_copy_nothing() -> None:
    decision = decide(situation(trade("8", "6")))

    assert (decision.order, decision.reason) == (None, Reason.NOTHING_TO_CLOSE)


def test_a_flip_closes_first_and_the_open_leg_waits() -> None:
    decision = decide(situation(trade("8", "-4"), a_ledger=ledger("2")))

    assert decision.order is not None
    assert decision.order.reduce_only
    assert decision.ledger.waiting is not None
    assert decision.ledger.target == 0


def test_a_flip_without_a_position_is_an_entry_of_the_open_leg() -> None:
    decision = decide(situation(trade("8", "-4")))

    assert decision.order is not None
    assert decision.order.side is Side.SELL
    assert not decision.order.reduce_only


def test_a_close_includes_an_entry_that_may_have_landed() -> None:
    pending = Pending(IntentId("i"), Decimal(3), reduce_only=False, margin=Decimal(300))
    unknown = replace(ledger("2"), target=Decimal(5), pending=(pending,))

    decision = decide(situation(trade("8", "0"), a_ledger=unknown))

    assert decision.order is not None
    assert (decision.order.side, decision.order.size) == (Side.SELL, Decimal(5))


@pytest.mark.parametrize(
    "changes",
    [
        {"a_follow": follow(status=FollowStatus.PAUSED, pause_reason=PauseReason.USER)},
        {"a_follow": follow(status=FollowStatus.PAUSED, pause_reason=PauseReason.DRAWDOWN_STOP)},
        {"switches": Switches(blacklisted=True, flagged=True, copy_disabled=True)},
        {"switches": Switches(kill_global=True, kill_venue=True)},
        {"now_ms": NOW_MS + 3_600_000},
        {"account": account("0")},
        {"a_follow": follow(limits(symbols_deny=("BTC",)))},
    ],
)
def test_an_exit_passes_whatever_the_gates_say(changes: dict[str, object]) -> None:
    decision = decide(situation(trade("8", "0"), a_ledger=ledger("2"), **changes))  # type: ignore[arg-type]  # a table of changes

    assert decision.order is not None
    assert decision.order.reduce_only


@pytest.mark.parametrize(
    ("switches", "reason"),
    [
        (Switches(kill_user=True), Reason.KILL_SWITCH),
        (Switches(authority_revoked=True), Reason.SIGNING_UNAVAILABLE),
    ],
)
def test_only_the_owner_and_the_authority_stop_an_exit(switches: Switches, reason: Reason) -> None:
    decision = decide(situation(trade("8", "0"), a_ledger=ledger("2"), switches=switches))

    assert (decision.order, decision.reason) == (None, reason)
    assert decision.ledger.target == 0


def test_a_stopped_follow_that_keeps_its_positions_copies_no_exit() -> None:
    keeps = follow(
        limits(on_stop=OnStop.KEEP), status=FollowStatus.PAUSED, pause_reason=PauseReason.USER
    )

    decision = decide(situation(trade("8", "0"), keeps, ledger("2")))

    assert decision.reason is Reason.FOLLOW_PAUSED
    assert decision.ledger.target == 2


@pytest.mark.parametrize("end", ["6", "0", "-3"])
def test_what_was_carried_is_not_entered_after_an_exit_that_was_not_copied(end: str) -> None:
    stopped = follow(limits(on_stop=OnStop.KEEP), status=FollowStatus.PAUSED)
    carried = replace(
        ledger("2"), target=Decimal(3), carried_since_ms=NOW_MS, carried_price=Decimal(100)
    )

    kept = decide(situation(trade("8", end), stopped, carried)).ledger

    assert (kept.target, kept.carried_since_ms) == (2, 0)
    again = replace(stopped, status=FollowStatus.ACTIVE)
    gap = decide_gap(situation(trade("8", end), again, kept), window_ends=True)
    assert gap.order is None


@pytest.mark.parametrize(
    ("status", "disabled", "reason"),
    [
        (FollowStatus.PAUSED, False, Reason.FOLLOW_PAUSED),
        (FollowStatus.ACTIVE, True, Reason.COPY_DISABLED),
    ],
)
def test_what_its_owner_keeps_is_kept_for_no_switch_that_lets_exits_pass(
    status: FollowStatus, reason: Reason, *, disabled: bool
) -> None:
    keeps = follow(limits(on_stop=OnStop.KEEP), status=status)
    killed = Switches(kill_global=True, kill_venue=True, copy_disabled=disabled)

    decision = decide(situation(trade("8", "0"), keeps, ledger("2"), switches=killed))

    assert decision.reason is reason


@pytest.mark.parametrize(("attempts", "cap"), [(0, "99"), (1, "98"), (4, "95"), (9, "95")])
def test_every_attempt_widens_the_price_up_to_five_percent(attempts: int, cap: str) -> None:
    open_exit = replace(ledger("2"), target=Decimal(0), exit_attempts=attempts, last_seq=1)

    decision = decide_gap(situation(trade("8", "0"), a_ledger=open_exit))

    assert decision.order is not None
    assert decision.order.limit_price == Decimal(cap)


@pytest.mark.parametrize(("later_ms", "cap"), [(1_000, "99"), (1_001, "118.8")])
def test_an_exit_that_comes_late_starts_from_the_newest_mark(later_ms: int, cap: str) -> None:
    closing = trade("8", "0")
    marks = Marks({closing.symbol: Decimal(120)}, {closing.symbol: closing.seen_at_ms + later_ms})

    decision = decide(situation(closing, a_ledger=ledger("2"), marks=marks))

    assert decision.order is not None
    assert decision.order.limit_price == Decimal(cap)


def test_an_increase_that_missed_its_time_is_over() -> None:
    missed = replace(ledger("2"), target=Decimal(3), carried_since_ms=NOW_MS)

    decision = decide_gap(situation(trade(), a_ledger=missed))

    assert decision.order is None


def test_a_reduction_that_leaves_no_more_than_is_held_ends_what_was_carried() -> None:
    ahead = replace(
        ledger("10"), target=Decimal(11), carried_since_ms=1, carried_price=Decimal(100)
    )

    decision = decide(situation(trade("10", "5"), follow(limits(ratio())), ahead))

    assert decision.ledger.carried_since_ms == 0


def test_what_a_reduction_leaves_of_a_carried_part_keeps_its_date() -> None:
    ahead = replace(ledger("1"), target=Decimal(4), carried_since_ms=1, carried_price=Decimal(100))

    decision = decide(situation(trade("10", "5"), follow(limits(ratio())), ahead))

    assert (decision.ledger.target, decision.ledger.carried_since_ms) == (2, 1)
