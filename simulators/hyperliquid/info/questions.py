"""One question to `/info`: its fields read, or called malformed as the venue does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulators.hyperliquid.engine.account import Account
from simulators.hyperliquid.engine.universe import MAIN_DEX
from simulators.hyperliquid.engine.venue import Venue
from simulators.hyperliquid.refusal import MalformedRequestError
from simulators.hyperliquid.wire.shapes import address, boolean, integer, text

if TYPE_CHECKING:
    from simulators.hyperliquid.engine.market import Market


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the books to answer it from."""

    venue: Venue
    body: dict[str, Any]

    def address(self, key: str = "user") -> str:
        """Return an address field in lower case."""
        return address(self.body.get(key))

    def account(self) -> Account:
        """Return the account asked about; an unknown one is empty and is not remembered."""
        asked = self.address()
        known = self.venue.accounts.get(asked)
        return known if known is not None else Account(asked, self.venue.now_ms())

    def dex(self) -> str:
        """Return the dex asked about."""
        dex = text(self.body.get("dex") or MAIN_DEX)
        if dex not in self.venue.universe.by_dex:
            raise MalformedRequestError
        return dex

    def market(self) -> Market:
        """Return the market asked about."""
        market = self.venue.universe.by_name.get(str(self.body.get("coin")))
        if market is None:
            raise MalformedRequestError
        return market

    def integer(self, key: str) -> int:
        """Return an integer field."""
        return integer(self.body.get(key))

    def optional_integer(self, key: str) -> int | None:
        """Return an integer field that may be absent."""
        value = self.body.get(key)
        return None if value is None else integer(value)

    def flag(self, key: str) -> bool:
        """Return a boolean field; absent is false."""
        value = self.body.get(key)
        return value is not None and boolean(value)
