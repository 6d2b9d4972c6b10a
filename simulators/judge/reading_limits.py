"""Reads a follow's limits and fills in the documented default of every limit left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from simulators.judge.evidence import Limits

SECOND_MS = 1000
Exact = Callable[[Any], Fraction]


def read_limits(plain: Mapping[str, Any], exact: Exact) -> Limits:
    """Read limits as the public API shows them."""
    budget = exact(plain["copy_budget_usdc"])
    sizing = plain.get("sizing", {})
    position = plain.get("max_position_usdc")
    return Limits(
        budget=budget,
        sizing=sizing.get("kind", "fixed"),
        cost_per_order=exact(sizing.get("cost_per_order_usdc") or 0),
        percent=exact(sizing.get("percent") or 0),
        max_order=exact(plain.get("max_order_usdc") or plain["copy_budget_usdc"]),
        max_total_leverage=exact(plain.get("max_total_leverage", 10)),
        max_open_positions=int(plain.get("max_open_positions", 3)),
        max_symbol_pct=exact(plain.get("max_symbol_allocation_pct", 50)),
        max_position=None if position is None else exact(position),
        drawdown_pct=exact(plain.get("stop_copy_drawdown_pct", 30)),
        drawdown_basis=plain.get("drawdown_basis", "realized"),
        slippage_bps=int(plain.get("slippage_bps", 50)),
        close_slippage_bps=int(plain.get("close_slippage_bps", 100)),
        mode=plain.get("mode", "realtime"),
        throttle_ms=int(plain.get("throttle_window_ms", 1000)),
        poll_ms=int(plain.get("sync_interval_seconds", 10)) * SECOND_MS,
        max_age_seconds=int(plain.get("max_copy_age_seconds", 10)),
        entries_per_minute=int(plain.get("entries_per_minute", 10)),
        symbols_allow=tuple(plain.get("symbols_allow", ())),
        symbols_deny=tuple(plain.get("symbols_deny", ())),
        sides=plain.get("sides", "both"),
        reverse=bool(plain.get("reverse", False)),
        refuse_safe_poll=bool(plain.get("refuse_safe_poll", False)),
        on_stop=plain.get("on_stop", "copy_closes"),
    )
