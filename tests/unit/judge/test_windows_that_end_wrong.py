"""What a window lost, added or left open is found although the leader is flat at the end."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.judge.courtroom import CLEAN, figures_of, follow_of, only, verdict_of
from tests.unit.judge.production import ratio
from tests.unit.judge.test_slower_and_narrower import SLOWER, Moves, outcomes, run_of
from understudy.domain import decisions
from understudy.domain.follows import Ledger
from understudy.domain.limits import CopyMode
from understudy.domain.plans import Decision
from understudy.domain.situation import Situation
from understudy.domain.trades import Side, Trade
from understudy.workflows import follower_execute
from understudy.workflows.copying.views import CopyPorts, View

OPENED_AND_CLOSED: Moves = [("BTC", [("1", "1000")], 0), ("BTC", [("-1", "1000")], 200_000)]


def never_wake(monkeypatch: pytest.MonkeyPatch, seq: int) -> None:
    """Let the window of this trade never end."""
    wake = follower_execute._wake_at_window_end

    def forgetful(ports: CopyPorts, view: View, trade: Trade) -> None:
        if trade.seq != seq:
            wake(ports, view, trade)

    monkeypatch.setattr(follower_execute, "_wake_at_window_end", forgetful)


def order_wrongly(monkeypatch: pytest.MonkeyPatch, factor: Decimal) -> None:
    """Let every entry be this many times its size, and the target with it."""
    order = decisions._order_entry

    def wrong(
        case: Situation, ledger: Ledger, side: Side, lots: Decimal, *rest: Any, **named: Any
    ) -> Decision:
        target = ledger.target + lots * (factor - 1) * side.sign
        return order(case, replace(ledger, target=target), side, lots * factor, *rest, **named)

    monkeypatch.setattr(decisions, "_order_entry", wrong)


@pytest.mark.parametrize("mode", SLOWER)
def test_a_window_that_never_ended_is_found(
    mode: CopyMode, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = run_of(ratio("5000", "10", mode=mode), OPENED_AND_CLOSED)
    never_wake(monkeypatch, seq=1)

    evidence = run_of(ratio("5000", "10", mode=mode), OPENED_AND_CLOSED)

    assert figures_of(honest) == CLEAN
    assert outcomes(evidence) == [("CARRIED", "CARRIED"), ("SKIPPED", "NOTHING_TO_CLOSE")]
    assert figures_of(evidence) == only(mismatched_positions=1)


@pytest.mark.parametrize("mode", SLOWER)
@pytest.mark.parametrize("factor", ["0.4", "5"])
def test_an_order_of_a_window_of_the_wrong_size_is_found_after_the_leader_closed(
    mode: CopyMode, factor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_wrongly(monkeypatch, Decimal(factor))

    evidence = run_of(ratio("5000", "10", mode=mode), OPENED_AND_CLOSED)

    assert follow_of(evidence, "one")["portfolio"] == {}
    assert figures_of(evidence) == only(mismatched_positions=1)


@pytest.mark.parametrize("mode", SLOWER)
def test_a_reduction_that_a_window_never_copied_is_found(
    mode: CopyMode, monkeypatch: pytest.MonkeyPatch
) -> None:
    moves: Moves = [("BTC", [("1", "1000")], 0), ("BTC", [("-0.5", "1000")], 200_000)]
    moves += [("BTC", [("-0.5", "1000")], 200_000)]
    never_wake(monkeypatch, seq=2)

    evidence = run_of(ratio("5000", "10", mode=mode), moves)

    assert outcomes(evidence)[1] == ("CARRIED", "CARRIED")
    assert figures_of(evidence) == only(mismatched_positions=1)


def test_what_a_window_did_order_excuses_nothing_that_a_later_one_did_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moves: Moves = [("BTC", [("1", "1000")], 0), ("BTC", [("1", "1000")], 500)]
    moves += [("BTC", [("1", "1010")], 20_000), ("BTC", [("1", "1010")], 200_000)]
    moves += [("BTC", [("-4", "1010")], 200_000)]
    limits = ratio("5000", "10", mode=CopyMode.THROTTLED)
    honest = run_of(limits, moves)
    never_wake(monkeypatch, seq=4)

    evidence = run_of(limits, moves)

    assert outcomes(honest)[:2] == [("CARRIED", "CARRIED"), ("DONE", None)]
    assert verdict_of(honest).findings == []
    assert outcomes(evidence)[3] == ("CARRIED", "CARRIED")
    assert figures_of(evidence) == only(mismatched_positions=1)


@pytest.mark.parametrize("mode", SLOWER)
@pytest.mark.parametrize("sizes", [("1", "1", "1", "-3"), ("1", "2", "-1", "-2")])
def test_a_window_that_enters_more_than_it_collected_is_found_though_nothing_ever_rests(
    mode: CopyMode, sizes: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = ratio("5000", "10", mode=mode)
    moves: Moves = [("BTC", [(size, "1000")], 30_000) for size in sizes]
    honest = run_of(limits, moves)
    order_wrongly(monkeypatch, Decimal("1.5"))

    evidence = run_of(limits, moves)

    assert figures_of(honest) == CLEAN
    assert follow_of(evidence, "one")["portfolio"] == {}
    assert figures_of(evidence) == only(mismatched_positions=1)


def test_what_a_window_gave_up_on_the_way_round_is_not_wanted_on_the_side_it_left() -> None:
    moves: Moves = [("BTC", [("2", "1000")], 0), ("BTC", [("-4", "1000")], 60_000)]
    moves += [("BTC", [("-1", "1010")], 5_000)]

    evidence = run_of(ratio("5000", "10", mode=CopyMode.SAFE_POLL, slippage_bps=7), moves)

    assert follow_of(evidence, "one")["portfolio"] == {"BTC": "-0.1"}
    assert verdict_of(evidence).findings == []
