"""One account: its purses, positions, leverage, orders and fills. It checks nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from simulators.hyperliquid.decimals import ZERO
from simulators.hyperliquid.engine.fills import FillLog
from simulators.hyperliquid.engine.funding_payments import FundingPayment
from simulators.hyperliquid.engine.orders import OrderHistory
from simulators.hyperliquid.engine.positions import Position

SPOT_PURSE = "spot"
UNIFIED_MODES = frozenset({"unifiedAccount", "portfolioMargin"})
MODES = UNIFIED_MODES | {"default", "disabled"}
DEFAULT_LEVERAGE = 20


@dataclass(frozen=True, slots=True)
class Leverage:
    """Leverage of one symbol, cross or isolated."""

    value: int
    is_cross: bool = True


@dataclass(frozen=True, slots=True)
class RefusedAction:
    """An action beyond what the account's volume allows; one that `reduces` only closes."""

    time_ms: int
    reduces: bool = False


@dataclass(slots=True)
class Account:
    """A user of the venue, by lower-case address."""

    address: str
    created_ms: int
    mode: str = "default"
    role: str = "user"
    master: str | None = None
    is_multi_sig: bool = False
    deposited: Decimal = ZERO
    purses: dict[str, Decimal] = field(default_factory=dict)
    positions: dict[str, Position] = field(default_factory=dict)
    leverages: dict[str, Leverage] = field(default_factory=dict)
    builder_fees: dict[str, int] = field(default_factory=dict)
    orders: OrderHistory = field(default_factory=OrderHistory)
    fills: FillLog = field(default_factory=FillLog)
    twap_fills: FillLog = field(default_factory=FillLog)
    funding: list[FundingPayment] = field(default_factory=list)
    volume_usd: Decimal = ZERO
    requests_used: int = 0
    throttled_at_ms: int = 0
    refused_actions: list[RefusedAction] = field(default_factory=list)
    referrer: str | None = None

    @property
    def is_unified(self) -> bool:
        """Whether one spot purse backs every dex."""
        return self.mode in UNIFIED_MODES

    def purse_of(self, dex: str) -> str:
        """Name the purse that backs positions on ``dex``."""
        return SPOT_PURSE if self.is_unified else dex

    def cash(self, purse: str) -> Decimal:
        """Return the settled USD in ``purse``."""
        return self.purses.get(purse, ZERO)

    def credit(self, purse: str, usd: Decimal) -> None:
        """Move ``usd`` (may be negative) into ``purse``."""
        self.purses[purse] = self.cash(purse) + usd

    def position(self, coin: str) -> Position:
        """Return the position, made when first asked for."""
        return self.positions.setdefault(coin, Position())

    def size(self, coin: str) -> Decimal:
        """Return the signed size held."""
        held = self.positions.get(coin)
        return held.size if held is not None else ZERO

    def leverage(self, coin: str, max_leverage: int) -> Leverage:
        """Return the leverage chosen, or the venue's default: 20, cross, at most the market's."""
        chosen = self.leverages.get(coin)
        return chosen if chosen is not None else Leverage(min(DEFAULT_LEVERAGE, max_leverage))
