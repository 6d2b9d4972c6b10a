"""Reasons that hang on circumstances count only where somebody else recorded these."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.judge.courtroom import CLEAN, book_of, figures_of, only, order_of, receipt_of
from tests.unit.judge.honest_follower import Follower
from tests.unit.judge.staging import Stage

SIZING = {"kind": "ratio", "percent": "10"}
FALSE_REASONS = [
    "BUDGET_EXHAUSTED", "STALE", "RATE_LIMITED", "PRICE_OUT_OF_BAND", "SYMBOL_IN_USE", "FLAGGED",
    "KILL_SWITCH", "INSUFFICIENT_MARGIN", "BREAKER_OPEN", "DRAWDOWN_STOP", "CARRIED",
    "MAX_POSITIONS_REACHED", "ACCOUNT_NOT_FUNDED", "BELOW_MIN_NOTIONAL", "VENUE_REJECTED",
    "SIGNING_UNAVAILABLE", "SAME_ENTRY", "LEADER_TOO_FAST", "NOTHING_TO_CLOSE", "SUPERSEDED",
    "POSITION_LIMIT", "SYMBOL_ALLOCATION_EXCEEDED", "LEVERAGE_NOT_ALLOWED", "SIDE_NOT_ALLOWED",
    "SYMBOL_NOT_ALLOWED", "ACCOUNT_MODE_UNSUPPORTED", "LEADER_IS_FOLLOWER", "EXPIRED",
]  # fmt: skip


def skipped(reason: str, **changes: Any) -> dict[str, Any]:
    """Give a run in which the second of three entries was skipped, by limits that allow it."""
    limits = {"copy_budget_usdc": "5000", "sizing": SIZING, "symbols_deny": ["ETH"]}
    stage = Stage([Follower("one", limits)], wait_ms=5_000)
    stage.trade("BTC", "1", "1000").trade("ETH", "30", "50").trade("SOL", "50", "30")
    evidence = stage.evidence()
    evidence["follows"][0]["limits"] = {**limits, "symbols_deny": [], **changes}
    receipt_of(evidence, "one", 2).update(reason=reason)
    return evidence


def sent_ms(evidence: dict[str, Any], seq: int) -> int:
    return int(float(evidence["release"][seq - 1]["sent_ms"]))


@pytest.mark.parametrize("reason", FALSE_REASONS)
def test_a_false_reason_is_an_unjustified_skip(reason: str) -> None:
    assert figures_of(skipped(reason)) == only(unjustified_skips=1)


def test_a_forged_number_does_not_justify_a_skip() -> None:
    evidence = skipped("BUDGET_EXHAUSTED")
    receipt_of(evidence, "one", 2)["numbers"].update(used="5000", remaining="0")

    assert figures_of(evidence) == only(unjustified_skips=1)


def test_a_missing_receipt_of_a_trade_to_be_copied_is_lost() -> None:
    evidence = skipped("")
    evidence["follows"][0]["receipts"].remove(receipt_of(evidence, "one", 2))

    assert figures_of(evidence) == only(lost=1)


@pytest.mark.parametrize("status", ["CLAIMED", "WAITING", "DONE"])
def test_a_copy_that_never_came_to_an_order_is_lost(status: str) -> None:
    evidence = skipped("")
    receipt_of(evidence, "one", 2).update(status=status)

    assert figures_of(evidence) == only(lost=1)


@pytest.mark.parametrize(
    "reason", ["KILL_SWITCH", "FLAGGED", "BLACKLISTED", "COPY_DISABLED", "LEVERAGE_NOT_ALLOWED"]
)
@pytest.mark.parametrize("follow_id", ["", "one"])
def test_an_intervention_on_record_justifies_its_reason(reason: str, follow_id: str) -> None:
    evidence = skipped(reason)
    begins = sent_ms(evidence, 2) - 500
    held = {"reason": reason, "follow_id": follow_id, "from_ms": begins, "to_ms": begins + 900}
    evidence["interventions"] = [held]

    assert figures_of(evidence) == CLEAN


@pytest.mark.parametrize(
    "other", [{"follow_id": "two"}, {"to_ms": 1}, {"reason": "BLACKLISTED"}], ids=str
)
def test_another_intervention_justifies_nothing(other: dict[str, Any]) -> None:
    evidence = skipped("FLAGGED")
    evidence["interventions"] = [{"reason": "FLAGGED", "follow_id": "", "from_ms": 0, **other}]

    assert figures_of(evidence) == only(unjustified_skips=1)


def test_a_copy_may_be_stale_when_the_lane_came_to_it_late() -> None:
    evidence = skipped("STALE")
    order_of(evidence, "one", 3)["received_ms"] = sent_ms(evidence, 2) + 11_000

    assert figures_of(evidence) == CLEAN


def test_a_price_that_left_the_band_justifies_its_reason() -> None:
    limits = {"copy_budget_usdc": "5000", "sizing": SIZING, "symbols_deny": ["ETH"]}
    stage = Stage([Follower("one", limits)])
    stage.trade("ETH", "30", "50").trade("ETH", "-30", "51")
    evidence = stage.evidence()
    evidence["follows"][0]["limits"]["symbols_deny"] = []
    receipt_of(evidence, "one", 1).update(reason="PRICE_OUT_OF_BAND")

    assert figures_of(evidence) == CLEAN


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("iocCancelRejected", "PRICE_OUT_OF_BAND"),
        ("perpMarginRejected", "INSUFFICIENT_MARGIN"),
        ("rejected", "VENUE_REJECTED"),
    ],
)
def test_a_refusal_in_the_books_bears_its_reason_out(status: str, reason: str) -> None:
    assert figures_of(refused(status, reason)) == CLEAN


def test_a_refusal_does_not_bear_another_reason_out() -> None:
    assert figures_of(refused("rejected", "STALE")) == only(unjustified_skips=1)


def test_a_refusal_that_the_books_do_not_show_is_unjustified() -> None:
    evidence = refused("rejected", "VENUE_REJECTED")
    book_of(evidence, "one")["orders"].pop()

    assert figures_of(evidence) == only(unjustified_skips=1)


def test_an_expired_order_that_the_venue_never_took_is_truthful() -> None:
    evidence = refused("rejected", "EXPIRED")
    book_of(evidence, "one")["orders"].pop()
    receipt_of(evidence, "one", 3).update(status="EXPIRED")
    receipt_of(evidence, "one", 3)["legs"][0].update(state="EXPIRED")

    assert figures_of(evidence) == CLEAN


def test_an_expired_order_that_the_venue_filled_is_a_mismatch() -> None:
    evidence = skipped("SYMBOL_NOT_ALLOWED", symbols_deny=["ETH"])
    receipt = receipt_of(evidence, "one", 3)
    receipt.update(status="EXPIRED", reason="EXPIRED")
    receipt["legs"][0].update(state="EXPIRED", filled_size="0", average_price="0")
    evidence["follows"][0]["portfolio"].pop("SOL")

    assert figures_of(evidence) == only(mismatched_positions=1)


def refused(status: str, reason: str) -> dict[str, Any]:
    """Give a run in which the venue refused the last of three entries."""
    evidence = skipped("SYMBOL_NOT_ALLOWED", symbols_deny=["ETH"])
    receipt, book = receipt_of(evidence, "one", 3), book_of(evidence, "one")
    receipt.update(status="REJECTED", reason=reason)
    receipt["legs"][0].update(state="REJECTED", filled_size="0", average_price="0")
    book["orders"][-1].update(status=status, filled="0")
    book["fills"].pop()
    book["positions"].pop("SOL")
    evidence["follows"][0]["portfolio"] = book["positions"]
    return evidence


def without_the_first(later_price: str) -> dict[str, Any]:
    """Give a perfect follow's run that lacks the opening, for the price is said to have moved."""
    limits = {"copy_budget_usdc": "50000", "sizing": {"kind": "ratio", "percent": "100"}}
    follower = Follower("one", {**limits, "symbols_deny": ["ETH"]}, perfect=True)
    stage = Stage([follower], wait_ms=5_000).trade("ETH", "30", "50")
    stage.trade("ETH", "-10", later_price).trade("ETH", "-20", later_price)
    evidence = stage.trade("BTC", "1", "1000").evidence()
    evidence["follows"][0]["limits"] = limits
    receipt_of(evidence, "one", 1).update(reason="PRICE_OUT_OF_BAND")
    return evidence


def test_even_a_perfect_follow_may_miss_what_the_market_stopped() -> None:
    assert figures_of(without_the_first("60")) == CLEAN


def test_a_perfect_follow_may_not_miss_what_nothing_stopped() -> None:
    figures = figures_of(without_the_first("50.1"))

    assert figures == only(unjustified_skips=1, mismatched_positions=1)


def stopped_at_a_windows_end(mode: str) -> dict[str, Any]:
    """Give a run in which an entry was collected, made smaller by the leader and then stopped."""
    limits = {"copy_budget_usdc": "5000", "sizing": SIZING, "symbols_deny": ["ETH"]}
    stage = Stage([Follower("one", limits)], wait_ms=5_000)
    stage.trade("BTC", "1", "1000").trade("ETH", "30", "50").trade("ETH", "-10", "50")
    evidence = stage.evidence()
    evidence["follows"][0]["limits"] = {**limits, "symbols_deny": [], "mode": mode}
    receipt_of(evidence, "one", 2).update(status="CARRIED", reason="CARRIED")
    receipt_of(evidence, "one", 3).update(reason="RATE_LIMITED")
    begins = sent_ms(evidence, 3) - 500
    held = {"reason": "RATE_LIMITED", "follow_id": "", "from_ms": begins, "to_ms": begins + 900}
    evidence["interventions"] = [held]
    return evidence


def test_what_stops_an_entry_stops_it_also_after_the_leader_made_it_smaller() -> None:
    assert figures_of(stopped_at_a_windows_end("throttled")) == CLEAN


def test_what_stops_an_entry_of_a_window_must_be_on_record() -> None:
    evidence = stopped_at_a_windows_end("throttled")
    del evidence["interventions"]

    assert figures_of(evidence) == only(unjustified_skips=1, mismatched_positions=1)


def test_a_reduction_is_no_entry_where_nothing_is_collected() -> None:
    assert figures_of(stopped_at_a_windows_end("realtime")) != CLEAN
