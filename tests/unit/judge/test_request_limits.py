"""RATE_LIMITED of the venue's requests counts only where these may have been used up."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.judge.courtroom import CLEAN, figures_of, follow_of, only
from tests.unit.judge.honest_follower import Follower
from tests.unit.judge.staging import START_MS, Stage

LIMITS = {"copy_budget_usdc": "5000", "sizing": {"kind": "ratio", "percent": "10"}}
ORDERS = 352
ENTRIES = 16
FIRST_MINUTE = START_MS // 60_000
"""The run begins forty seconds into it and lasts 32; six entries come in the next minute alone."""
VENUES = {"limits": "on", "weight_per_minute": 1_200}
NOTHING_ASKED: dict[str, Any] = {"weight_by_minute": {}, "refused_by_minute": {}}


def skipping(*, perfect: bool = False) -> dict[str, Any]:
    """Give a run with many orders, in which one follow skips every entry as RATE_LIMITED."""
    followers = [Follower(f"one{number}", dict(LIMITS)) for number in range(11)]
    denying = {**LIMITS, "symbols_deny": ["BTC", "SOL"]}
    stage = Stage([*followers, Follower("victim", denying, perfect=perfect)], 1_000, 5_000)
    for _ in range(ENTRIES // 2):
        stage.trade("BTC", "1", "1000").trade("SOL", "50", "30")
        stage.trade("BTC", "-1", "1000").trade("SOL", "-50", "30")
    evidence = stage.evidence()
    victim = follow_of(evidence, "victim")
    victim["limits"] = LIMITS
    for receipt in victim["receipts"]:
        if receipt["reason"] == "SYMBOL_NOT_ALLOWED":
            receipt["reason"] = "RATE_LIMITED"
    return evidence


def asked(*, minutes: tuple[int, ...] = (0, 1), **changes: Any) -> dict[str, Any]:
    """Give the venue's count, with all orders of the run in each of these of its minutes."""
    weights = {str(FIRST_MINUTE + each): ORDERS for each in minutes}
    return {**VENUES, **NOTHING_ASKED, "weight_by_minute": weights, **changes}


def refused(minute: int) -> dict[str, Any]:
    """Give the venue's count with one answer 429 in a minute and hardly a request."""
    return {**VENUES, **NOTHING_ASKED, "refused_by_minute": {str(FIRST_MINUTE + minute): 1}}


def test_the_run_has_more_orders_than_entries_may_have_in_a_minute() -> None:
    evidence = skipping()

    assert sum(len(book.get("orders", ())) for book in evidence["books"].values()) == ORDERS


@pytest.mark.parametrize(
    "requests",
    [
        None,
        asked(limits="off"),
        asked(weight_per_minute=1_000_000_000),
        asked(minutes=(-2, -1, 3)),
        asked(weight_by_minute={str(FIRST_MINUTE): 269, str(FIRST_MINUTE + 1): 269}),
    ],
    ids=["not on record", "windows off", "weight without end", "other minutes", "too little"],
)
def test_many_orders_alone_do_not_use_up_the_venues_requests(
    requests: dict[str, Any] | None,
) -> None:
    evidence = {**skipping(), "requests": requests}

    assert figures_of(evidence) == only(unjustified_skips=ENTRIES)


def test_a_minute_that_was_used_up_justifies_its_reason() -> None:
    assert figures_of({**skipping(), "requests": asked()}) == CLEAN


def test_a_perfect_follow_may_miss_only_what_was_truly_limited() -> None:
    evidence = skipping(perfect=True)

    assert figures_of({**evidence, "requests": asked()}) == CLEAN
    assert figures_of({**evidence, "requests": asked(limits="off")}) != CLEAN


@pytest.mark.parametrize(("minute", "unjustified"), [(0, 0), (-1, 6), (-2, ENTRIES)])
def test_a_refusal_by_the_venue_counts_for_its_minute_and_the_next(
    minute: int, unjustified: int
) -> None:
    evidence = {**skipping(), "requests": refused(minute)}

    assert figures_of(evidence) == only(unjustified_skips=unjustified)
