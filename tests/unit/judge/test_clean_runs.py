"""A run that kept the rules gets five zeros, whatever was traded."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.judge.conftest import followers
from tests.unit.judge.courtroom import CLEAN, figures_of, verdict_of
from tests.unit.judge.honest_follower import Follower
from tests.unit.judge.staging import MARKETS, Stage

Moves = list[tuple[str, int, int, int]]
MOVES = st.lists(
    st.tuples(
        st.sampled_from(sorted(MARKETS)),
        st.integers(-4, 4).filter(bool),
        st.integers(-30, 30),
        st.sampled_from([1_500, 20_000, 45_000, 70_000, 400_000]),
    ),
    min_size=1,
    max_size=25,
)
UNIT = {"BTC": Decimal("0.35"), "ETH": Decimal("6.1"), "SOL": Decimal("11.5")}
PRICE = {"BTC": 1000, "ETH": 50, "SOL": 30}


def small_followers() -> list[Follower]:
    ratio = {"copy_budget_usdc": "400", "sizing": {"kind": "ratio", "percent": "3"}}
    fixed = {"copy_budget_usdc": "250", "sizing": {"kind": "fixed", "cost_per_order_usdc": "60"}}
    return [
        Follower("slices", ratio),
        Follower("capped", {**ratio, "max_order_usdc": "15", "max_symbol_allocation_pct": "10"}),
        Follower("tight", {**fixed, "max_open_positions": 1, "entries_per_minute": 1}),
        Follower("denied", {**fixed, "symbols_deny": ["ETH"], "reverse": True}),
        Follower("shorts", {**fixed, "sides": "shorts", "max_symbol_allocation_pct": "100"}),
    ]


def played(moves: Moves, follows: list[Follower]) -> Stage:
    stage = Stage(follows)
    for symbol, units, tenths_of_percent, gap_ms in moves:
        price = Decimal(PRICE[symbol]) * (1000 + tenths_of_percent) / 1000
        stage.trade(symbol, str(units * UNIT[symbol]), str(price), gap_ms=gap_ms)
    return stage


def test_a_run_that_kept_the_rules_gets_five_zeros(evidence: dict[str, Any]) -> None:
    verdict = verdict_of(evidence)

    assert verdict.findings == []
    assert verdict.consequences == []
    assert verdict.figures == CLEAN


def test_the_totals_count_every_pair_once(evidence: dict[str, Any]) -> None:
    totals = verdict_of(evidence).totals

    skipped = sum(totals.skipped.values())
    assert totals.pairs == totals.trades * 5 == 40
    assert totals.done + skipped + totals.carried + totals.expired + totals.rejected == 40
    assert totals.skipped["SAME_ENTRY"] == 2


def test_a_follow_that_started_late_owes_nothing_for_earlier_trades(
    evidence: dict[str, Any],
) -> None:
    late = {**evidence["follows"][0], "follow_id": "late", "receipts": [], "portfolio": {}}
    wallet = "0x" + "ab" * 20
    evidence["follows"].append({**late, "wallet_address": wallet, "started_at_ms": 2 * 10**12})
    evidence["books"][wallet] = Follower("late", {}).book()

    assert figures_of(evidence) == CLEAN


@settings(max_examples=60, deadline=None)
@given(MOVES)
def test_random_trades_honestly_copied_get_five_zeros(moves: Moves) -> None:
    verdict = verdict_of(played(moves, followers() + small_followers()).evidence())

    assert verdict.findings == []


@settings(max_examples=40, deadline=None)
@given(MOVES, st.data())
def test_any_one_lost_order_is_found_and_nothing_else(moves: Moves, data: st.DataObject) -> None:
    stage = played(moves, small_followers())
    traders = [follower for follower in stage.followers if follower.orders]
    if not traders:
        return
    trader = data.draw(st.sampled_from(traders))
    lost = data.draw(st.sampled_from(trader.orders))
    trader.orders.remove(lost)
    trader.fills = [fill for fill in trader.fills if fill["oid"] != lost["oid"]]
    evidence = stage.evidence()
    size = Decimal(lost["sz"]) * (1 if lost["side"] == "B" else -1)
    positions = evidence["books"][trader.wallet]["positions"]
    held = Decimal(positions.get(lost["coin"], "0"))
    evidence["books"][trader.wallet]["positions"] = {**positions, lost["coin"]: str(held - size)}

    assert figures_of(evidence) == {**CLEAN, "lost": 1}
