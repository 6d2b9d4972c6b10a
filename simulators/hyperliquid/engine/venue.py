"""The venue's state: everything that must survive a restart, and the counters that name things."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from simulators.hyperliquid.addresses import keccak
from simulators.hyperliquid.clock import Clock, to_ms
from simulators.hyperliquid.decimals import ZERO
from simulators.hyperliquid.engine.account import Account
from simulators.hyperliquid.engine.action_limits import ActionLimits
from simulators.hyperliquid.engine.agents import AgentRegistry
from simulators.hyperliquid.engine.events import Silence, VenueEvents
from simulators.hyperliquid.engine.fills import Fill
from simulators.hyperliquid.engine.misdeeds import Honesty, Mischief
from simulators.hyperliquid.engine.nonces import NonceBook
from simulators.hyperliquid.engine.orders import Order
from simulators.hyperliquid.engine.resting import RestingOrders
from simulators.hyperliquid.engine.universe import Universe, default_universe

if TYPE_CHECKING:
    from simulators.hyperliquid.engine.market import Market

# Above every order id of the recordings, so that the two never meet.
FIRST_OID = 1_000_000_000_000
_TID_BITS = 50


@dataclass(slots=True)
class House:
    """The market maker of last resort: takes the other side, keeps the fees."""

    cash_usd: Decimal = ZERO
    fees_usd: Decimal = ZERO
    sizes: dict[str, Decimal] = field(default_factory=dict)

    def trade(self, coin: str, signed_size: Decimal, price: Decimal) -> None:
        """Take ``signed_size`` at ``price``."""
        self.sizes[coin] = self.sizes.get(coin, ZERO) + signed_size
        self.cash_usd -= signed_size * price


@dataclass(slots=True)
class Rules:
    """Switches for what is not known about the real venue, and for its bad moments."""

    strict_reduce_only_minimum: bool = False
    post_only_until_ms: int = 0


@dataclass(slots=True)
class Journal:
    """What changed since the books were last written."""

    orders: dict[int, Order] = field(default_factory=dict)
    fills: list[tuple[str, Fill | None]] = field(default_factory=list)
    is_dirty: bool = False

    def clear(self) -> None:
        """Forget: it is written."""
        self.orders, self.fills, self.is_dirty = {}, [], False


@dataclass(slots=True)
class Venue:
    """All books of the venue, in one loop, on one clock."""

    clock: Clock
    universe: Universe = field(default_factory=default_universe)
    accounts: dict[str, Account] = field(default_factory=dict)
    agents: AgentRegistry = field(default_factory=AgentRegistry)
    nonces: NonceBook = field(default_factory=NonceBook)
    limits: ActionLimits = field(default_factory=ActionLimits)
    house: House = field(default_factory=House)
    rules: Rules = field(default_factory=Rules)
    resting: dict[str, RestingOrders] = field(default_factory=dict)
    scheduled_cancels: dict[str, int] = field(default_factory=dict)
    events: VenueEvents = field(default_factory=Silence)
    mischief: Mischief = field(default_factory=Honesty)
    journal: Journal = field(default_factory=Journal)
    next_oid: int = FIRST_OID
    next_execution: int = 1

    def now_ms(self) -> int:
        """Return the venue's time in milliseconds."""
        return to_ms(self.clock.now_ns())

    def account(self, address: str) -> Account:
        """Return the account, made when first named; it is unfunded until somebody pays in."""
        known = self.accounts.get(address)
        if known is None:
            known = self.accounts[address] = Account(address, self.now_ms())
        return known

    def open_afresh(self, address: str) -> Account:
        """Return a new, empty account in place of whatever the address had."""
        account = self.accounts[address] = Account(address, self.now_ms())
        self.journal.fills.append((address, None))
        self.journal.is_dirty = True
        return account

    def deposit(self, address: str, purse: str, usd: Decimal) -> None:
        """Pay in from outside."""
        account = self.account(address)
        account.credit(purse, usd)
        account.deposited += usd
        self.journal.is_dirty = True

    def waiting(self, market: Market) -> RestingOrders:
        """Return the orders that wait in a market."""
        return self.resting.setdefault(market.name, RestingOrders())

    def take_oid(self) -> int:
        """Return the next order id."""
        self.next_oid += 1
        return self.next_oid

    def name_execution(self) -> tuple[str, int]:
        """Return hash and tid of the next execution; the same run gives the same names."""
        digest = keccak(b"execution:%d" % self.next_execution)
        self.next_execution += 1
        return f"0x{digest.hex()}", int.from_bytes(digest[:7], "big") >> (56 - _TID_BITS)

    def note_order(self, order: Order) -> None:
        """Announce and journal an order's new state."""
        self.journal.orders[order.oid] = order
        self.journal.is_dirty = True
        self.events.order_changed(order)

    def note_fill(self, user: str, fill: Fill) -> None:
        """Journal a fill; the caller announces it with its companions."""
        self.journal.fills.append((user, fill))
        self.journal.is_dirty = True
