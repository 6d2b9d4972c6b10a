"""RATE_LIMITED of an account's actions counts only where the venue's books show such a refusal."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.builders import LEADER
from tests.fakes.venue import Fault
from tests.unit.judge.courtroom import book_of, figures_of, follow_of, only, receipt_of, verdict_of
from tests.unit.judge.production import DECIMALS, ProductionRun, ratio
from tests.unit.judge.test_slower_and_narrower import outcomes
from understudy.domain.limits import CopyMode

TOO_MANY = "Too many cumulative requests sent (20002 > 10190) for cumulative volume traded $190."
LIMITED = ("SKIPPED", "RATE_LIMITED")


def begun(percent: str = "100", name: str = "one", **changes: Any) -> ProductionRun:
    """Begin a run in which the follow holds some of BTC; the leader's leverage is new to it."""
    run = ProductionRun({name: ratio("50000", percent, **changes)}, DECIMALS, "100000000")
    run.trade("BTC", [("1", "1000")], 0)
    return run


def started(**chosen: Any) -> ProductionRun:
    """Begin a run in which the follow holds some of BTC, at a leverage that is set."""
    run = begun(**chosen)
    run.trade("BTC", [("1", "1000")], 5_000)
    run.world.pass_time(30)
    return run


def refuse(run: ProductionRun, times: int = 1) -> None:
    run.world.venue.faults.extend([TOO_MANY] * times)


def refused_entry(name: str = "one") -> dict[str, Any]:
    """Give a run with an entry refused, the next two skipped meanwhile, and one after that."""
    run = started(name=name)
    refuse(run)
    for gap_ms in (2_000, 2_000, 5_000, 6_000):
        run.trade("BTC", [("1", "1000")], gap_ms)
    evidence = run.evidence()
    done = ("DONE", None)
    refused = ("REJECTED", "RATE_LIMITED")
    assert outcomes(evidence, name)[2:] == [refused, LIMITED, LIMITED, done]
    return evidence


def refused_exit() -> dict[str, Any]:
    """Give a run in which an exit is refused twice, and entries elsewhere rest until it is done."""
    run = started()
    refuse(run, times=2)
    run.trade("BTC", [("-1", "1000")], 2_000)
    for gap_ms in (20_000, 20_000, 20_000):
        run.trade("SOL", [("20", "50")], gap_ms)
    evidence = run.evidence()
    assert outcomes(evidence)[2:] == [("DONE", None), LIMITED, LIMITED, ("DONE", None)]
    return evidence


def of_the_venue(evidence: dict[str, Any]) -> list[dict[str, Any]]:
    refused: list[dict[str, Any]] = book_of(evidence, "one")["refused_actions"]
    return refused


def test_what_was_skipped_after_a_refusal_on_record_is_justified() -> None:
    assert verdict_of(refused_entry()).findings == []


def test_what_was_skipped_without_one_is_not() -> None:
    evidence = refused_entry()
    del book_of(evidence, "one")["refused_actions"]

    assert figures_of(evidence) == only(unjustified_skips=3)


def test_a_refusal_of_another_wallet_justifies_nothing() -> None:
    evidence = refused_entry()
    evidence["books"][LEADER]["refused_actions"] = book_of(evidence, "one").pop("refused_actions")

    assert figures_of(evidence) == only(unjustified_skips=3)


@pytest.mark.parametrize(
    ("moved_ms", "unjustified"),
    [(-9_000, 0), (-16_000, 1), (-28_000, 3), (5_000, 1), (10_000, 2)],
)
def test_a_refusal_counts_for_a_rest_after_a_slow_answer(moved_ms: int, unjustified: int) -> None:
    """Of the three one was refused itself, one came 2 s later, and one 7 s."""
    evidence = refused_entry()
    of_the_venue(evidence)[0]["time_ms"] += moved_ms

    assert figures_of(evidence) == only(unjustified_skips=unjustified)


@pytest.mark.parametrize(("refused_s", "decided_s", "unjustified"), [(0, 24, 1), (40, 45, 3)])
def test_a_refusal_excuses_nobody_who_says_to_have_decided_long_after_it_or_the_trade(
    refused_s: int, decided_s: int, unjustified: int
) -> None:
    """Both in seconds from the refused trade on. The skip came 2 s after it; nobody takes 30 s."""
    evidence = refused_entry()
    (refusal,), skipped = of_the_venue(evidence), receipt_of(evidence, "one", 4)
    begins_ms = refusal["time_ms"]
    refusal["time_ms"] += refused_s * 1_000
    skipped["stages"]["decided"] = begins_ms + decided_s * 1_000

    assert figures_of(evidence) == only(unjustified_skips=unjustified)


def test_a_used_up_minute_is_no_excuse_for_a_skip_that_names_the_accounts_actions() -> None:
    evidence = refused_entry()
    (refusal,) = book_of(evidence, "one").pop("refused_actions")
    minutes = {str(refusal["time_ms"] // 60_000): 1}
    evidence["requests"] = {
        "limits": "on", "weight_per_minute": 1_200,
        "weight_by_minute": {}, "refused_by_minute": minutes,
    }  # fmt: skip

    assert figures_of(evidence) == only(unjustified_skips=3)


def test_nor_is_a_refusal_one_for_a_skip_that_names_another_rule() -> None:
    evidence = refused_entry()
    for receipt in follow_of(evidence, "one")["receipts"]:
        if receipt["status"] == "SKIPPED":
            receipt["bound_by"] = "venue_requests_per_minute"

    assert figures_of(evidence) == only(unjustified_skips=2)


def test_entries_may_rest_for_longer_where_it_was_an_exit_that_was_refused() -> None:
    assert verdict_of(refused_exit()).findings == []


def test_but_not_for_longer_than_an_exit_rests_at_most() -> None:
    evidence = refused_exit()
    for refusal in of_the_venue(evidence):
        refusal["time_ms"] -= 100_000

    assert figures_of(evidence) == only(unjustified_skips=2)


def refused_flip() -> dict[str, Any]:
    """Give a run with a flip whose exit is refused until its entry is too old."""
    run = started()
    refuse(run)
    run.trade("BTC", [("-3", "1000")], 2_000)
    run.trade("SOL", [("20", "50")], 30_000)
    evidence = run.evidence()
    assert outcomes(evidence)[2:] == [("DONE", "STALE"), ("DONE", None)]
    return evidence


def test_an_entry_may_grow_too_old_while_the_exit_before_it_is_refused() -> None:
    assert verdict_of(refused_flip()).findings == []


def test_but_not_where_the_venue_had_the_exit_in_time() -> None:
    evidence = refused_flip()
    (exit_order,) = (one for one in book_of(evidence, "one")["orders"] if one["side"] == "A")
    exit_order["received_ms"] -= 8_000

    assert figures_of(evidence) == only(unjustified_skips=1)


def test_an_entry_that_was_refused_excuses_no_such_rest() -> None:
    evidence = refused_exit()
    for refusal in of_the_venue(evidence):
        refusal["reduces"] = False

    assert figures_of(evidence)["unjustified_skips"] == 1


def test_what_was_carried_is_over_once_the_leverage_for_it_was_refused() -> None:
    run = begun("1")
    run.trade("BTC", [("0.6", "1000")], 5_000)
    refuse(run)
    run.trade("BTC", [("0.6", "1000")], 2_000)
    run.trade("BTC", [("0.6", "1000")], 12_000)
    evidence = run.evidence()

    carried = ("CARRIED", "CARRIED")
    assert outcomes(evidence)[1:] == [carried, LIMITED, carried]
    assert verdict_of(evidence).findings == []


@pytest.mark.parametrize(
    "slower",
    [
        {"mode": CopyMode.THROTTLED},
        {"mode": CopyMode.SAFE_POLL},
        {"mode": CopyMode.SAFE_POLL, "sync_interval_seconds": 25},
    ],
)
def test_what_a_window_collected_may_end_by_a_refusal(slower: dict[str, Any]) -> None:
    run = started(**slower)
    refuse(run)
    run.trade("ETH", [("20", "50")], 10_000)
    run.trade("BTC", [("1", "1000")], 6_000)
    evidence = run.evidence()

    assert {each[1] for each in outcomes(evidence)[2:]} == {"RATE_LIMITED"}
    assert verdict_of(evidence).findings == []
    del book_of(evidence, "one")["refused_actions"]
    assert figures_of(evidence)["unjustified_skips"] == 2


def refused_window(mode: CopyMode) -> dict[str, Any]:
    """Give a run whose only window ends by a refusal: no book shows what it was to open."""
    run = ProductionRun({"one": ratio("50000", "100", mode=mode)}, DECIMALS, "100000000")
    refuse(run)
    run.trade("BTC", [("1", "1000")], 0)
    run.world.pass_time(15)
    evidence = run.evidence()
    assert outcomes(evidence) == [LIMITED]
    assert receipt_of(evidence, "one", 1)["numbers"]["open_positions"] == "1"
    return evidence


@pytest.mark.parametrize("mode", [CopyMode.THROTTLED, CopyMode.SAFE_POLL])
def test_what_it_was_to_open_counts_as_open_until_then(mode: CopyMode) -> None:
    assert verdict_of(refused_window(mode)).findings == []


def test_but_no_more_than_the_follow_allows_at_once() -> None:
    evidence = refused_window(CopyMode.THROTTLED)
    receipt_of(evidence, "one", 1)["numbers"]["open_positions"] = "4"

    assert figures_of(evidence) == only(unjustified_skips=1)


def test_nor_without_a_refusal() -> None:
    evidence = refused_window(CopyMode.THROTTLED)
    del book_of(evidence, "one")["refused_actions"]

    assert "open_positions 1 cannot be" in verdict_of(evidence).findings[0].text


def test_an_entry_that_waited_for_an_unknown_order_may_meet_a_later_refusal() -> None:
    run = started(max_copy_age_seconds=300)
    run.world.venue.faults.append(Fault.TIMES_OUT_AFTER_ACCEPT)
    run.trade("BTC", [("1", "1000")], 0)
    run.trade("BTC", [("1", "1000")], 1_000)
    run.world.pass_time(10)
    refuse(run)
    run.trade("ETH", [("20", "50")], 0)
    evidence = run.evidence()

    assert outcomes(evidence)[2:] == [("DONE", None), LIMITED, LIMITED]
    assert verdict_of(evidence).findings == []
    of_the_venue(evidence)[0]["time_ms"] += 14_000
    assert verdict_of(evidence).findings == [], "an outcome may be unknown for longer than this one"


def test_even_a_perfect_follow_may_miss_what_the_venue_refused() -> None:
    evidence = refused_entry("perfect")
    assert verdict_of(evidence).findings == []

    del book_of(evidence, "perfect")["refused_actions"]

    assert figures_of(evidence) == only(unjustified_skips=3, mismatched_positions=1)
