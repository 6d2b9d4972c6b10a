"""One authenticated action on its way to the books."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simulators.hyperliquid.engine.account import Account
from simulators.hyperliquid.engine.orders import Origin
from simulators.hyperliquid.engine.venue import Venue
from simulators.hyperliquid.wire.envelope import SignedAction

DEFAULT_RESPONSE: dict[str, Any] = {"type": "default"}


@dataclass(frozen=True, slots=True)
class Call:
    """The action, the account it acts for, and the books it acts on."""

    venue: Venue
    account: Account
    signed: SignedAction
    received_ms: str

    @property
    def action(self) -> dict[str, Any]:
        """The action's fields."""
        return self.signed.action

    def origin(self) -> Origin:
        """Return where the action came from."""
        return Origin(self.account.address, self.signed.signer, self.signed.nonce, self.received_ms)
