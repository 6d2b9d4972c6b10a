"""Reads a follow's limits and fills in the documented default of every limit left out."""

from __future__ import annotations

from fractions import Fraction

from simulators.judge.evidence import Limits
from simulators.judge.exact import ZERO
from simulators.judge.fields import Fields

SECOND_MS = 1000
# The number that each sizing goes by.
SIZINGS = {"fixed": "cost_per_order_usdc", "ratio": "percent", "proportional": ""}


def read_limits(plain: Fields) -> Limits:
    """Read limits as the public API shows them."""
    budget, sizing = plain.positive("copy_budget_usdc"), plain.one("sizing")
    kind = sizing.choice("kind", SIZINGS)
    size = sizing.positive(SIZINGS[kind]) if SIZINGS[kind] else ZERO
    position = plain.positive("max_position_usdc") if plain.has("max_position_usdc") else None
    return Limits(
        budget=budget,
        sizing=kind,
        cost_per_order=size if kind == "fixed" else ZERO,
        percent=size if kind == "ratio" else ZERO,
        max_order=plain.positive("max_order_usdc", budget),
        max_total_leverage=plain.positive("max_total_leverage", Fraction(10)),
        max_open_positions=plain.whole("max_open_positions", 3),
        max_symbol_pct=plain.positive("max_symbol_allocation_pct", Fraction(50)),
        max_position=position,
        drawdown_pct=plain.positive("stop_copy_drawdown_pct", Fraction(30)),
        drawdown_basis=plain.choice("drawdown_basis", {"realized", "equity"}, "realized"),
        slippage_bps=plain.whole("slippage_bps", 50),
        close_slippage_bps=plain.whole("close_slippage_bps", 100),
        mode=plain.choice("mode", {"realtime", "throttled", "safe_poll"}, "realtime"),
        throttle_ms=plain.whole("throttle_window_ms", 1000),
        poll_ms=plain.whole("sync_interval_seconds", 10) * SECOND_MS,
        max_age_seconds=plain.whole("max_copy_age_seconds", 10),
        entries_per_minute=plain.whole("entries_per_minute", 10),
        symbols_allow=plain.texts("symbols_allow"),
        symbols_deny=plain.texts("symbols_deny"),
        sides=plain.choice("sides", {"both", "longs", "shorts"}, "both"),
        reverse=plain.flag("reverse", default=False),
        refuse_safe_poll=plain.flag("refuse_safe_poll", default=False),
        on_stop=plain.choice("on_stop", {"copy_closes", "keep", "close_now"}, "copy_closes"),
    )
