"""What the books announce. The stream listens; the books do not know who does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulators.hyperliquid.engine.fills import Fill, PublicTrade
    from simulators.hyperliquid.engine.market import Market
    from simulators.hyperliquid.engine.orders import Order


class VenueEvents(Protocol):
    """A listener to the books."""

    def traded(self, coin: str, trades: Sequence[PublicTrade]) -> None:
        """Hear of trades that belong in one frame."""

    def filled(self, user: str, fills: Sequence[Fill]) -> None:
        """Hear of fills of one account."""

    def order_changed(self, order: Order) -> None:
        """Hear of an order's new state."""

    def priced(self, market: Market) -> None:
        """Hear of a new price."""


class Silence:
    """Nobody listens."""

    def traded(self, coin: str, trades: Sequence[PublicTrade]) -> None:
        """Ignore."""

    def filled(self, user: str, fills: Sequence[Fill]) -> None:
        """Ignore."""

    def order_changed(self, order: Order) -> None:
        """Ignore."""

    def priced(self, market: Market) -> None:
        """Ignore."""
