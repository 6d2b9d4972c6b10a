"""Nonces per signer, the venue's way: the 100 highest are kept, each is used once."""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass, field

from simulators.hyperliquid import texts
from simulators.hyperliquid.refusal import ActionRefusedError

KEPT = 100
DAY_MS = 86_400_000
OLDEST_MS = 2 * DAY_MS
NEWEST_MS = DAY_MS


@dataclass(slots=True)
class NonceBook:
    """The nonces every signer has used."""

    used: dict[str, list[int]] = field(default_factory=dict)

    def take(self, signer: str, nonce: int, now_ms: int) -> None:
        """Use ``nonce`` or refuse it."""
        kept = self.used.setdefault(signer, [])
        if nonce in kept:
            raise ActionRefusedError(texts.duplicate_nonce(nonce))
        floor = now_ms - OLDEST_MS
        if len(kept) == KEPT:
            floor = max(floor, kept[0])
        if nonce <= floor:
            raise ActionRefusedError(texts.nonce_too_low(nonce, floor))
        if nonce >= now_ms + NEWEST_MS:
            raise ActionRefusedError(texts.nonce_too_high(nonce, now_ms + NEWEST_MS))
        insort(kept, nonce)
        del kept[:-KEPT]
