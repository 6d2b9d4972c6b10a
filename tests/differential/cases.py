"""One situation in plain numbers: what the restated rules and the production rules are both asked.

It knows neither of them. Money is in USDC, sizes are in base units, times in ms before now.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(slots=True)
class Order:
    """An order under way whose outcome nobody knows."""

    signed_size: Decimal
    reduce_only: bool
    margin: Decimal = ZERO
    notional: Decimal = ZERO


@dataclass(slots=True)
class Position:
    """What a follow holds of another symbol."""

    held: Decimal
    entry_notional: Decimal
    margin: Decimal
    mark: Decimal | None


@dataclass(slots=True)
class Case:
    """A trade of a leader, a follow with its limits, what it holds, and what its account has."""

    # the leader's trade
    start: Decimal = ZERO
    end: Decimal = Decimal(1)
    notional: Decimal = Decimal(100)
    last_price: Decimal = Decimal(100)
    age_ms: int = 100
    is_correction: bool = False
    leader_trades_last_minute: int = 1
    leader_equity: Decimal | None = None
    leader_leverage: int | None = None
    # where the last trade left the leader that was decided; None before there was one
    leader_before: Decimal | None = None
    # the market
    lot_decimals: int = 3
    price_decimals: int = 3
    max_leverage: int = 10
    min_notional: Decimal = Decimal(10)
    dex: str = ""
    mark: Decimal | None = None
    mark_age_ms: int = 0
    # the follow's limits
    sizing: str = "fixed"
    cost_per_order: Decimal = Decimal(100)
    percent: Decimal = Decimal(100)
    budget: Decimal = Decimal(1000)
    max_order: Decimal | None = None
    max_total_leverage: Decimal = Decimal(10)
    max_open_positions: int = 3
    symbol_pct: Decimal = Decimal(50)
    max_position: Decimal | None = None
    drawdown_pct: Decimal = Decimal(30)
    slippage_bps: int = 50
    close_slippage_bps: int = 100
    mode: str = "realtime"
    refuses_safe_poll: bool = False
    max_age_seconds: int = 10
    entries_per_minute: int = 10
    is_allowed: bool = True
    sides: str = "both"
    reverse: bool = False
    on_stop: str = "copy_closes"
    # the follow's state
    is_active: bool = True
    owner: str | None = None
    recent_entries_ms: tuple[int, ...] = ()
    entries_rest_ms: int = 0
    realized: Decimal = ZERO
    fees: Decimal = ZERO
    funding: Decimal = ZERO
    # what it holds and wants of the symbol, and of others
    held: Decimal = ZERO
    target: Decimal = ZERO
    entry_notional: Decimal = ZERO
    margin: Decimal = ZERO
    under_way: Order | None = None
    carried_for_ms: int = 0
    carried_price: Decimal = ZERO
    entered_before_ms: int | None = None
    entered_side: str = "buy"
    others: tuple[Position, ...] = ()
    # its account
    equity: Decimal | None = Decimal(100_000)
    margin_used: Decimal = ZERO
    # what was switched off
    is_killed: bool = False
    is_killed_by_user: bool = False
    is_revoked: bool = False
    # a window of a slower mode ends, in place of a new trade
    window_ends: bool = False

    @property
    def size(self) -> Decimal:
        """Give the size of the leader's trade."""
        return abs(self.end - self.start)
