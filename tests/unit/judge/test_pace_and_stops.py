"""Entries per minute, and what was carried until a stop or a used-up minute gave it up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.judge import production
from tests.unit.judge.courtroom import CLEAN, figures_of, follow_of, only, verdict_of
from tests.unit.judge.production import DECIMALS, ProductionRun, ratio
from tests.unit.judge.test_slower_and_narrower import SLOWER, Moves, outcomes, run_of
from understudy.adapters.memory.venue_budget import InMemoryVenueBudget
from understudy.domain import gates
from understudy.domain.limits import CopyMode, OnStop
from understudy.domain.markets import HYPERLIQUID


@pytest.mark.parametrize("mode", SLOWER)
def test_a_slower_mode_that_enters_more_often_than_it_may_is_found(mode: CopyMode) -> None:
    moves: Moves = [("BTC", [("1", "1000")], 0), ("ETH", [("20", "50")], 100)]
    evidence = run_of(ratio("5000", "10", mode=mode, entries_per_minute=2), moves)
    assert figures_of(evidence) == CLEAN

    follow_of(evidence, "one")["limits"]["entries_per_minute"] = 1

    assert figures_of(evidence) == only(mismatched_positions=1)


@pytest.mark.parametrize("mode", SLOWER)
def test_a_window_that_met_the_follows_own_limit_of_entries_is_not_accused(mode: CopyMode) -> None:
    moves: Moves = [("BTC", [("1", "1000")], 0), ("ETH", [("20", "50")], 100)]

    evidence = run_of(ratio("5000", "10", mode=mode, entries_per_minute=1), moves)

    assert outcomes(evidence) == [("DONE", None), ("SKIPPED", "RATE_LIMITED")]
    assert verdict_of(evidence).findings == []


def test_windows_that_end_together_long_after_their_trades_enter_no_more_often(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(production, "STEPPED_MS", 90_000)
    long = {"mode": CopyMode.SAFE_POLL, "sync_interval_seconds": 60, "entries_per_minute": 1}
    moves: Moves = [("BTC", [("1", "1000")], 0), ("ETH", [("20", "50")], 5_000)]
    honest = run_of(ratio("5000", "10", **long), moves)
    monkeypatch.setattr(gates, "pace", lambda *_: None)

    evidence = run_of(ratio("5000", "10", **long), moves)

    assert outcomes(honest) == [("DONE", None), ("SKIPPED", "RATE_LIMITED")]
    assert verdict_of(honest).findings == []
    assert outcomes(evidence) == [("DONE", None)] * 2
    assert figures_of(evidence) == only(mismatched_positions=1)


def test_what_is_said_to_be_given_up_for_a_stop_that_never_was_is_found() -> None:
    limits = ratio("5000", "1", on_stop=OnStop.CLOSE_NOW)
    evidence = run_of(limits, [("BTC", [("0.5", "1000")], 0)])
    assert outcomes(evidence) == [("CARRIED", "CARRIED")]

    (receipt,) = follow_of(evidence, "one")["receipts"]
    receipt.update(status="SKIPPED", reason="DRAWDOWN_STOP")

    assert figures_of(evidence) == only(unjustified_skips=1)


def test_what_was_carried_is_over_once_the_venues_requests_were_used_up_for_it() -> None:
    run = ProductionRun({"one": ratio("5000", "1")}, DECIMALS, "100000000")
    run.trade("BTC", [("0.6", "1000")], 0)
    enough = run.world.copying
    nothing = InMemoryVenueBudget({HYPERLIQUID: 1}, run.world.clock)
    run.world.copying = replace(enough, budget=nothing)
    run.trade("BTC", [("0.6", "1000")], 2_000)
    minute = run.world.clock.now_ms() // 60_000
    run.world.copying = enough
    run.trade("BTC", [("0.6", "1000")], 2_000)

    evidence = run.evidence()

    refused = {"weight_by_minute": {}, "refused_by_minute": {str(minute): 1}}
    evidence["requests"] = {"limits": "on", "weight_per_minute": 1_200, **refused}
    assert [reason for _, reason in outcomes(evidence)] == ["CARRIED", "RATE_LIMITED", "CARRIED"]
    assert verdict_of(evidence).findings == []
