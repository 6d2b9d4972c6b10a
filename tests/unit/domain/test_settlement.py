"""What an outcome does to ledger, budget and intent."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.fakes import builders
from tests.fakes.builders import FOLLOW, NOW_MS, follow, ledger, limits, market
from understudy.adapters.storable import refuse_unstorable
from understudy.domain.follows import Budget, FollowStatus, Ledger, PauseReason, Pending
from understudy.domain.ids import IntentId
from understudy.domain.intents import Accepted, Intent, IntentKind, IntentState, Rejected
from understudy.domain.limits import DrawdownBasis
from understudy.domain.money import divide
from understudy.domain.settlement import Settled, paused_by, settle
from understudy.domain.trades import Side
from understudy.domain.true_up import is_estimated

FEE = Decimal("0.001")
MARKET = market(taker_fee=FEE)


def intent(kind: IntentKind = IntentKind.ENTRY, size: str = "1", **changes: Any) -> Intent:
    base = builders.intent(
        kind=kind,
        side=Side.BUY if kind is IntentKind.ENTRY else Side.SELL,
        size=Decimal(size),
        limit_price=Decimal(101),
        reduce_only=kind is IntentKind.EXIT,
        margin=Decimal(50) * Decimal(size) if kind is IntentKind.ENTRY else Decimal(0),
        attempt=1,
    )
    return replace(base, **changes)


def pending(of: Intent) -> Pending:
    return Pending(of.intent_id, of.signed_size, of.reduce_only, of.margin)


def settled(
    of: Intent, outcome: Accepted | Rejected | None, before: Ledger, budget: Budget | None = None
) -> Settled:
    reserved = budget or Budget(FOLLOW, margin=before.margin, reserved=of.margin)
    before = replace(before, pending=(*before.pending, pending(of)))
    return settle(of, outcome, before, reserved, market=MARKET, now_ms=NOW_MS)


def filled(size: str, price: str) -> Accepted:
    return Accepted(Decimal(size), Decimal(price), "77")


def test_an_entry_moves_held_and_turns_its_reserve_into_margin() -> None:
    after = settled(intent(), filled("1", "100"), replace(ledger(), target=Decimal(1)))

    assert (after.ledger.held, after.ledger.margin) == (Decimal(1), Decimal(50))
    assert (after.budget.reserved, after.budget.margin) == (Decimal(0), Decimal(50))
    assert after.budget.fees == Decimal("0.1")
    assert after.intent.state is IntentState.FILLED
    assert not after.ledger.pending


def test_what_an_entry_did_not_get_is_no_longer_wanted() -> None:
    after = settled(intent(), filled("0.4", "100"), replace(ledger(), target=Decimal(1)))

    assert (after.ledger.held, after.ledger.target) == (Decimal("0.4"), Decimal("0.4"))


def test_an_entry_that_the_venue_refuses_gives_its_reserve_back() -> None:
    before = replace(ledger(), target=Decimal(1))

    after = settled(intent(), Rejected("INSUFFICIENT_MARGIN", "Insufficient margin"), before)

    assert (after.ledger.target, after.budget.reserved) == (Decimal(0), Decimal(0))
    assert after.budget.failures_in_row == 1
    assert after.intent.answer == "Insufficient margin"


def test_an_entry_that_never_took_effect_expires() -> None:
    after = settled(intent(), None, replace(ledger(), target=Decimal(1)))

    assert after.intent.state is IntentState.EXPIRED
    assert (after.ledger.target, after.budget.reserved) == (Decimal(0), Decimal(0))


def test_an_exit_realizes_its_profit_and_frees_its_margin() -> None:
    before = replace(ledger("4", "100", leverage=2), target=Decimal(2))

    after = settled(intent(IntentKind.EXIT, "2"), filled("2", "110"), before)

    assert after.ledger.held == 2
    assert after.budget.realized == 20
    assert after.budget.margin == after.ledger.margin == 100


def test_closing_a_short_below_its_entry_is_a_profit() -> None:
    before = replace(ledger("-2", "100"), target=Decimal(0))
    buy = intent(IntentKind.EXIT, "2", side=Side.BUY)

    after = settled(buy, filled("2", "90"), before)

    assert (after.ledger.held, after.budget.realized, after.budget.margin) == (0, 20, 0)


def test_an_exit_that_was_filled_in_part_counts_an_attempt() -> None:
    before = replace(ledger("2"), target=Decimal(0))

    after = settled(intent(IntentKind.EXIT, "2"), filled("0.5", "100"), before)

    assert (after.ledger.held, after.ledger.exit_attempts) == (Decimal("1.5"), 1)


def _after_too_small(size: str, target: str = "0", **changes: Any) -> Ledger:
    """Give the ledger of 0.05 at 100 after the venue found an exit smaller than its minimum."""
    before = replace(ledger("0.05"), target=Decimal(target), **changes)
    too_small = Rejected("MIN_NOTIONAL", "Order must have minimum value of $10.")
    return settled(intent(IntentKind.EXIT, size), too_small, before).ledger


def test_a_close_of_all_that_the_venue_finds_too_small_is_left_to_the_accounts_owner() -> None:
    assert _after_too_small("0.05").held == 0


@pytest.mark.parametrize(
    ("size", "changes"),
    [
        ("0.04", {}),
        ("0.05", {"target": "0.01"}),
        ("0.05", {"pending": (pending(intent(intent_id=IntentId("b" * 64))),)}),
    ],
    ids=["a part", "a reduction", "beside an unknown order"],
)
def test_a_smaller_exit_that_the_venue_finds_too_small_leaves_nothing_to_anybody(
    size: str, changes: Any
) -> None:
    assert _after_too_small(size, **changes).held == Decimal("0.05")


def test_what_our_own_records_find_large_enough_is_not_left_to_anybody() -> None:
    before = replace(ledger("5"), target=Decimal(0))
    refused = Rejected("MIN_NOTIONAL", "Order must have minimum value of $1000.")

    after = settled(intent(IntentKind.EXIT, "5"), refused, before)

    assert (after.ledger.held, after.ledger.exit_attempts) == (5, 1)


def test_a_position_that_the_venue_no_longer_has_is_cleared() -> None:
    before = replace(ledger("2"), target=Decimal(0))
    gone = Rejected("REDUCE_ONLY_FLAT", "Reduce only order would increase position.")

    after = settled(intent(IntentKind.EXIT, "2"), gone, before)

    assert (after.ledger.held, after.budget.margin) == (0, 0)
    assert after.budget.failures_in_row == 0


def test_an_exit_refused_before_an_entry_came_takes_nothing_of_that_entry() -> None:
    entry, close = intent(), replace(intent(IntentKind.EXIT, "1"), intent_id=IntentId("close-1"))
    both = replace(ledger(), target=Decimal(0), pending=(pending(entry), pending(close)))
    budget = Budget(FOLLOW, reserved=entry.margin)
    refused = Rejected("REDUCE_ONLY_FLAT", "Reduce only order would increase position.")

    landed = settle(entry, filled("1", "100"), both, budget, market=MARKET, now_ms=NOW_MS)
    after = settle(close, refused, landed.ledger, landed.budget, market=MARKET, now_ms=NOW_MS)

    assert (after.ledger.held, after.ledger.pending, after.ledger.exit_attempts) == (1, (), 1)
    assert after.budget.margin == landed.budget.margin
    again = settled(replace(close, intent_id=IntentId("close-2")), refused, after.ledger)
    assert again.ledger.held == 0


def test_an_entry_that_lands_after_its_close_is_set_against_it() -> None:
    entry = intent()
    unknown = replace(ledger(), target=Decimal(0), pending=(pending(entry),))
    close = replace(intent(IntentKind.EXIT, "1"), intent_id=IntentId("close-1"))
    budget = Budget(FOLLOW, reserved=entry.margin)
    closed = settled(close, filled("1", "105"), unknown, budget)

    landed = settle(
        entry, filled("1", "100"), closed.ledger, closed.budget, market=MARKET, now_ms=NOW_MS
    )

    assert (landed.ledger.held, landed.ledger.presold, landed.budget.margin) == (0, 0, 0)
    assert (landed.budget.realized, landed.budget.reserved) == (5, 0)


def test_the_fifth_failure_in_a_row_opens_the_breaker() -> None:
    budget = Budget(FOLLOW, reserved=Decimal(50), failures_in_row=4)
    refused = Rejected("OTHER", "no")

    after = settled(intent(), refused, ledger(), budget)

    assert after.budget.breaker_opened_at_ms == NOW_MS


def test_a_price_that_moved_away_is_no_failure() -> None:
    after = settled(intent(), Rejected("NO_MATCH", "could not match"), ledger())

    assert after.budget.failures_in_row == 0


def test_the_third_opening_pauses_the_follow() -> None:
    paused = paused_by(follow(), Budget(FOLLOW, breaker_openings=3))

    assert paused is not None
    assert (paused.status, paused.pause_reason) == (FollowStatus.PAUSED, PauseReason.BREAKER)


def test_equity_drawdown_needs_two_readings_in_a_row() -> None:
    mine = follow(limits(drawdown_basis=DrawdownBasis.EQUITY))

    assert paused_by(mine, Budget(FOLLOW, drawdown_readings=1)) is None
    assert paused_by(mine, Budget(FOLLOW, drawdown_readings=2)) is not None


def test_an_order_that_filled_at_two_prices_can_be_stored() -> None:
    third = Accepted(Decimal(3), divide(Decimal(302), Decimal(3)), "77")

    after = settled(intent(size="3"), third, replace(ledger(), target=Decimal(3)))

    assert after.intent.average_price == Decimal("100.666666666666")
    for record in (after.intent, after.ledger, after.budget):
        refuse_unstorable(record)


def test_an_order_keeps_what_it_put_into_the_budget() -> None:
    before = replace(ledger("4", "100", leverage=2), target=Decimal(2))

    after = settled(intent(IntentKind.EXIT, "2"), filled("2", "110"), before)

    assert (after.intent.closed_pnl, after.intent.fee) == (20, Decimal("0.22"))
    assert not after.intent.fee_is_final


def test_a_known_fee_is_booked_at_once_and_still_to_be_trued_up() -> None:
    reported = replace(filled("1", "100"), fee=Decimal("0.07"))

    after = settled(intent(), reported, replace(ledger(), target=Decimal(1)))

    assert after.intent.fee == after.budget.fees == Decimal("0.07")
    assert is_estimated(after.intent)


def test_a_fill_that_crosses_zero_closes_first_and_enters_only_the_rest() -> None:
    before = replace(ledger("3.5", leverage=2), target=Decimal(0))
    selling = intent(size="5", side=Side.SELL)

    after = settled(selling, filled("5", "110"), before)

    assert (after.ledger.held, after.ledger.entry_notional) == (Decimal("-1.5"), 165)
    assert (after.budget.realized, after.intent.closed_pnl) == (35, 35)
    assert after.budget.margin == after.ledger.margin == Decimal("82.5")


def test_two_exits_before_an_entry_is_known_are_both_set_against_it() -> None:
    entry = intent(size="8", intent_id=IntentId("intent-0"))
    ledger_ = replace(ledger(), pending=(pending(entry),))
    for price in ("110", "130"):
        ledger_ = settled(intent(IntentKind.EXIT, size="8"), filled("2", price), ledger_).ledger
    assert (ledger_.presold, ledger_.presold_price) == (4, 120)

    after = settled(entry, filled("8", "100"), replace(ledger_, pending=()))

    assert (after.ledger.held, after.budget.realized) == (4, 80)


def test_what_passes_by_itself_counts_neither_as_an_attempt_nor_as_a_failure() -> None:
    refused = Rejected("POST_ONLY_PERIOD", "Only post-only orders allowed")

    after = settled(intent(IntentKind.EXIT), refused, ledger("2"))

    rests = (after.ledger.exit_attempts, after.ledger.exit_rests_until_ms - NOW_MS)
    assert (rests, after.budget.failures_in_row) == ((0, 11_000), 0)


def test_pauses_double_up_to_a_minute_and_are_forgotten_with_the_first_fill() -> None:
    resting, pauses = ledger("2"), []
    for _ in range(5):
        resting = settled(intent(IntentKind.EXIT), Rejected("RATE_LIMITED", ""), resting).ledger
        pauses.append(resting.exit_rests_until_ms - NOW_MS)
    assert pauses == [11_000, 22_000, 44_000, 60_000, 60_000]

    after = settled(intent(IntentKind.EXIT), filled("1", "100"), resting).ledger

    assert (after.exit_pauses, after.exit_rests_until_ms) == (0, 0)
