"""Runs drawn from a seed: six follows between generous and far too narrow, one restless leader."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

from tests.unit.judge.production import DECIMALS, ProductionRun
from tests.unit.judge.test_production_runs import PRICE
from understudy.domain.limits import (
    CopyMode,
    CopySides,
    DrawdownBasis,
    Limits,
    OnStop,
    Sizing,
    SizingKind,
)

FOLLOWS = 6
TRADES = 14
CLOSES_WHOLE = 0.2
SLOWER = (CopyMode.THROTTLED, CopyMode.SAFE_POLL)
MODES = (*[CopyMode.REALTIME] * 3, *SLOWER)
KINDS = [SizingKind.FIXED, SizingKind.RATIO, SizingKind.PROPORTIONAL]
Parts = list[tuple[str, str]]


def drawn_run(seed: int) -> ProductionRun:
    """Draw a run, the same one for a seed each time."""
    rng = Random(seed)  # noqa: S311  # draws examples, no secrets
    return _run_of({f"l{number}": _limits(rng, MODES) for number in range(FOLLOWS)}, rng)


def drawn_run_of_windows(seed: int, modes: Sequence[CopyMode] = SLOWER) -> ProductionRun:
    """Draw a run of follows that collect trades first, for up to a minute."""
    rng = Random(seed)  # noqa: S311  # draws examples, no secrets
    return _run_of({f"l{number}": _with_a_window(rng, modes) for number in range(FOLLOWS)}, rng)


def _run_of(follows: dict[str, Limits], rng: Random) -> ProductionRun:
    run = ProductionRun(follows, DECIMALS, rng.choice(["100", "5000.1234567", "1000000"]))
    for symbol, parts, gap_ms in _trades(rng):
        run.trade(symbol, parts, gap_ms)
    return run


def _with_a_window(rng: Random, modes: Sequence[CopyMode]) -> Limits:
    return replace(
        _limits(rng, modes),
        sync_interval_seconds=rng.choice([5, 10, 30, 60]),
        throttle_window_ms=rng.choice([500, 1000, 1500]),
    )


def _limits(rng: Random, modes: Sequence[CopyMode]) -> Limits:
    kind, budget = rng.choice(KINDS), rng.choice([12, 60, 300, 5000])
    chosen: dict[str, Any] = {
        "slippage_bps": rng.choice([0, 7, 50, 500]),
        "close_slippage_bps": rng.choice([0, 20, 100, 500]),
        "reverse": rng.random() < 0.3,
        "max_total_leverage": Decimal(rng.choice(["1", "3", "10.5", "50"])),
        "max_symbol_allocation_pct": Decimal(rng.choice([13, 50, 100])),
        "max_open_positions": rng.choice([1, 2, 3, 20]),
        "mode": rng.choice(modes),
        "entries_per_minute": rng.choice([1, 2, 10, 300]),
        "max_position_usdc": rng.choice([None, budget * Decimal("0.37")]),
        "sides": rng.choice([*[CopySides.BOTH] * 4, CopySides.LONGS, CopySides.SHORTS]),
        "max_copy_age_seconds": rng.choice([3, 10, 60]),
        "stop_copy_drawdown_pct": Decimal(rng.choice([5, 30, 100])),
        "drawdown_basis": rng.choice(list(DrawdownBasis)),
        "on_stop": rng.choice(list(OnStop)),
    }
    if kind is not SizingKind.FIXED and rng.random() < 0.3:
        chosen["max_order_usdc"] = budget * Decimal(rng.choice(["0.1", "0.5"]))
    sizing = _sizing(rng, kind, budget)
    return Limits(copy_budget_usdc=Decimal(budget), sizing=sizing, **chosen)


def _sizing(rng: Random, kind: SizingKind, budget: int) -> Sizing:
    if kind is SizingKind.FIXED:
        return Sizing(kind, cost_per_order_usdc=Decimal(rng.choice([10, budget])))
    if kind is SizingKind.RATIO:
        return Sizing(kind, percent=Decimal(rng.choice(["1", "3.7", "33.3", "100"])))
    return Sizing(kind)


def _trades(rng: Random) -> Iterator[tuple[str, Parts, int]]:
    prices = {symbol: float(price) for symbol, price in PRICE.items()}
    held: defaultdict[str, Decimal] = defaultdict(Decimal)
    for _ in range(TRADES):
        symbol = rng.choice(list(DECIMALS))
        prices[symbol] *= 1 + rng.uniform(-0.02, 0.02)
        parts = _parts(rng, symbol, prices[symbol])
        if not parts:
            continue
        if rng.random() < CLOSES_WHOLE and held[symbol]:
            parts = [(str(-held[symbol]), parts[0][1])]
        held[symbol] += sum(Decimal(size) for size, _ in parts)
        yield symbol, parts, rng.choice([500, 2_000, 20_000, 70_000, 400_000])


def _parts(rng: Random, symbol: str, price: float) -> Parts:
    """Draw one to three fills, each at a price of its own."""
    places, sign = DECIMALS[symbol], rng.choice(["", "-"])
    parts: Parts = []
    for _ in range(rng.choice([1, 2, 3])):
        size = rng.choice([0.05, 0.5, 3, 40]) * rng.uniform(0.5, 1.5) * 30 / price
        if round(size, places) > 0:
            at = price * (1 + rng.uniform(-0.001, 0.001))
            parts.append((f"{sign}{size:.{places}f}", f"{at:.{5 - len(str(int(price)))}f}"))
    return parts
