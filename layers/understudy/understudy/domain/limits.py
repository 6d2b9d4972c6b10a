"""What a follower allows: every limit of a follow with its default, range and unit."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from understudy.domain.money import ONE, PERCENT, multiply


class SizingKind(StrEnum):
    """How an entry is sized."""

    FIXED = "fixed"
    RATIO = "ratio"
    PROPORTIONAL = "proportional"


class DrawdownBasis(StrEnum):
    """Which loss stops the copying."""

    REALIZED = "realized"
    EQUITY = "equity"


class MarginMode(StrEnum):
    """How the venue holds the margin of a copied position."""

    CROSS = "cross"
    ISOLATED = "isolated"


class CopyMode(StrEnum):
    """How soon a trade is acted on."""

    REALTIME = "realtime"
    THROTTLED = "throttled"
    SAFE_POLL = "safe_poll"


class CopySides(StrEnum):
    """Which positions of the leader are entered."""

    BOTH = "both"
    LONGS = "longs"
    SHORTS = "shorts"


class OnStop(StrEnum):
    """What happens to copied positions when a follow stops."""

    COPY_CLOSES = "copy_closes"
    KEEP = "keep"
    CLOSE_NOW = "close_now"


@dataclass(frozen=True, slots=True)
class Sizing:
    """One of the three sizings with its number: margin in USDC, or percent of the leader's size."""

    kind: SizingKind = SizingKind.FIXED
    cost_per_order_usdc: Decimal | None = None
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """A follow's limits. Money is margin in USDC; notional is margin times leverage."""

    copy_budget_usdc: Decimal
    sizing: Sizing
    max_order_usdc: Decimal | None = None
    max_total_leverage: Decimal = Decimal(10)
    max_open_positions: int = 3
    max_symbol_allocation_pct: Decimal = Decimal(50)
    max_position_usdc: Decimal | None = None
    stop_copy_drawdown_pct: Decimal = Decimal(30)
    drawdown_basis: DrawdownBasis = DrawdownBasis.REALIZED
    slippage_bps: int = 50
    close_slippage_bps: int = 100
    margin_mode: MarginMode = MarginMode.CROSS
    mode: CopyMode = CopyMode.REALTIME
    sync_interval_seconds: int = 10
    throttle_window_ms: int = 1000
    max_copy_age_seconds: int = 10
    entries_per_minute: int = 10
    symbols_allow: tuple[str, ...] = ()
    symbols_deny: tuple[str, ...] = ()
    sides: CopySides = CopySides.BOTH
    reverse: bool = False
    refuse_safe_poll: bool = False
    on_stop: OnStop = field(default=OnStop.COPY_CLOSES)

    @property
    def order_cap_usdc(self) -> Decimal:
        """Give the most margin that one order may use."""
        return self.copy_budget_usdc if self.max_order_usdc is None else self.max_order_usdc

    @property
    def symbol_cap_usdc(self) -> Decimal:
        """Give the most margin that one symbol may use by its share of the budget."""
        return multiply(self.copy_budget_usdc, self.max_symbol_allocation_pct, PERCENT)

    @property
    def drawdown_floor_usdc(self) -> Decimal:
        """Give the profit (negative) at or below which copying stops."""
        return -multiply(self.copy_budget_usdc, self.stop_copy_drawdown_pct, PERCENT)

    @property
    def direction(self) -> Decimal:
        """Give -1 when the follow takes the other side of the leader, else +1."""
        return -ONE if self.reverse else ONE
