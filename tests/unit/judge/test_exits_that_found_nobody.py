"""An exit may find nobody at its price; the symbol's next trade goes on with what it left."""

from __future__ import annotations

from typing import Any

from tests.unit.judge.courtroom import CLEAN, book_of, figures_of, only, receipt_of
from tests.unit.judge.honest_follower import Follower
from tests.unit.judge.staging import Stage

LIMITS = {"copy_budget_usdc": "50000", "sizing": {"kind": "ratio", "percent": "100"}}
# What the books say at the third trade: 30 at 50, with leverage 5, and one order's fee.
STILL_HELD = {
    "used": "300",
    "open_positions": "1",
    "realized": "-0.675",
    "remaining": "49699.325",
    "own_equity": "9999.325",
}


def left_open(status: str, *later: str, step_ms: int = 2_000) -> dict[str, Any]:
    """Give a perfect follow's run whose close the venue refused, and whose next open needed none.

    The leader opens 30, closes them and opens 30 again at once, then trades what comes `later`.
    """
    stage = Stage([Follower("one", LIMITS, perfect=True)], wait_ms=5_000, step_ms=step_ms)
    for size in ("30", "-30", "30", *later):
        stage.trade("ETH", size, "50")
    evidence = stage.evidence()
    closing, reopening = (receipt_of(evidence, "one", seq) for seq in (2, 3))
    closing.update(status="SKIPPED", reason="SUPERSEDED")
    closing["legs"][0].update(state="REJECTED", filled_size="0", average_price="0")
    reopening.update(status="CARRIED", reason="CARRIED", legs=[])
    reopening["numbers"].update(STILL_HELD, symbol_margin="300")
    book = book_of(evidence, "one")
    book["orders"][1].update(status=status, filled="0")
    del book["orders"][2], book["fills"][1:3]
    return evidence


def test_a_perfect_follow_may_hold_what_nobody_took_of_an_exit() -> None:
    assert figures_of(left_open("iocCancelRejected", "-10")) == CLEAN


def test_a_perfect_follow_may_not_hold_what_the_venue_refused_otherwise() -> None:
    evidence = left_open("reduceOnlyRejected", "-10")

    assert figures_of(evidence) == only(mismatched_positions=1)


def test_what_nobody_took_is_to_be_gone_on_with_within_a_minute() -> None:
    evidence = left_open("iocCancelRejected", "-10", step_ms=61_000)

    assert figures_of(evidence)["mismatched_positions"]


def test_an_exit_at_a_price_that_nobody_could_take_is_no_exit() -> None:
    evidence = left_open("iocCancelRejected", "-10")
    receipt_of(evidence, "one", 2)["legs"][0].update(limit_price="5000")
    book_of(evidence, "one")["orders"][1].update(px="5000")

    assert figures_of(evidence) == only(mismatched_positions=1)


def closed_late(*, left_open: bool = False) -> dict[str, Any]:
    """Give a perfect follow's run whose close left after another symbol's entry, if it did."""
    stage = Stage([Follower("one", LIMITS, perfect=True)], wait_ms=5_000)
    stage.trade("ETH", "30", "50").trade("ETH", "-30", "50").trade("BTC", "1", "1000")
    evidence = stage.evidence()
    book, closing = book_of(evidence, "one"), receipt_of(evidence, "one", 2)
    filled = closing["legs"][0]
    refused = {**filled, "client_order_id": "0xfe", "state": "REJECTED"}
    refused.update(filled_size="0", average_price="0")
    closing["legs"] = [refused] if left_open else [refused, {**filled, "attempt": 2}]
    receipt_of(evidence, "one", 3)["numbers"].update(STILL_HELD)
    book["orders"][1].update(received_ms=book["orders"][2]["received_ms"] + "9")
    if left_open:
        closing.update(status="SKIPPED", reason="SUPERSEDED")
        del book["orders"][1], book["fills"][1]
    return evidence


def test_a_perfect_follow_may_close_a_little_later() -> None:
    assert figures_of(closed_late()) == CLEAN


def test_a_perfect_follow_may_not_leave_open_what_its_signer_refused() -> None:
    assert figures_of(closed_late(left_open=True)) == only(mismatched_positions=1)
