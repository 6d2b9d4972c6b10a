"""What requests about follows and receipts ask for: values that come without any workflow. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from understudy.domain.ids import WalletId
from understudy.domain.limit_choices import Choices
from understudy.domain.reasons import Reason
from understudy.domain.receipts import CopyStatus, Receipt


@dataclass(frozen=True, slots=True)
class WantedFollow:
    """Whom to follow, on which venue, with which wallet (None: the active one) and limits."""

    venue: str
    leader: str
    wallet_id: WalletId | None
    limits: Choices


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which receipts are shown; None for all."""

    status: CopyStatus | None = None
    reason: Reason | None = None
    symbol: str | None = None

    def takes(self, receipt: Receipt) -> bool:
        """Say whether a receipt is one of these."""
        pairs = (
            (self.status, receipt.status),
            (self.reason, receipt.reason),
            (self.symbol, receipt.symbol),
        )
        return all(wanted in (None, found) for wanted, found in pairs)


EVERYTHING = Wanted()
