"""The engine on a clock that stands still, without sockets."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from simulators.hyperliquid.clock import ManualClock
from simulators.hyperliquid.engine.orders import Order, OrderRequest, Origin
from simulators.hyperliquid.engine.prices import set_price
from simulators.hyperliquid.engine.trading import place
from simulators.hyperliquid.engine.venue import Venue

if TYPE_CHECKING:
    from simulators.hyperliquid.engine.account import Account

START_MS = 1_790_000_000_000


@dataclass
class Desk:
    """A venue and short ways to trade on it."""

    clock: ManualClock
    venue: Venue

    def account(self, number: int = 1, usd: str = "10000") -> Account:
        address = f"0x{number:040x}"
        if address not in self.venue.accounts:
            self.venue.deposit(address, "", Decimal(usd))
        return self.venue.accounts[address]

    def trade(self, account: Account, symbol: str, size: str, **options: Any) -> Order:
        """Place an order for a signed size; by default at any price, at once."""
        market = self.venue.universe.by_name[symbol]
        signed = Decimal(size)
        reach = Decimal("1.5") if signed > 0 else Decimal("0.5")
        wanted: dict[str, Any] = {
            "asset": market.asset,
            "is_buy": signed > 0,
            "price": market.price * reach,
            "size": abs(signed),
            "reduce_only": False,
            "tif": "Ioc",
        } | options
        origin = Origin(account.address, account.address, 1, "0.000")
        return place(self.venue, account, OrderRequest(**wanted), origin)

    def move(self, symbol: str, price: str) -> None:
        set_price(self.venue, self.venue.universe.by_name[symbol], Decimal(price))


@pytest.fixture
def desk() -> Desk:
    clock = ManualClock(START_MS)
    return Desk(clock, Venue(clock))
