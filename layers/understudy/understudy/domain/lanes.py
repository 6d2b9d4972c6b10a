"""Lanes: what one wallet signs goes one after the other."""

from __future__ import annotations

from dataclasses import dataclass

from understudy.domain.ids import WalletId
from understudy.domain.intents import MOST_NONCE_AHEAD_MS


@dataclass(frozen=True)
class Lane:
    """Everything one wallet signs, in order: the last nonce given out, in ms.

    No entry is ordered before `entries_rest_until_ms`.
    """

    wallet_id: WalletId
    nonce: int = 0
    entries_rest_until_ms: int = 0
    version: int = 0

    def next_nonce(self, now_ms: int) -> int:
        """Give a nonce above every earlier one and not below the clock.

        One that a wrong clock left further ahead than the signer signs was never used: the lane
        goes on from the clock, or its exits would wait until time has caught up.
        """
        if self.nonce >= now_ms + MOST_NONCE_AHEAD_MS:
            return now_ms
        return max(now_ms, self.nonce + 1)
