"""The provider's wallets: made once per idempotency key, signing digests, revoked for good.

Keys are made here with the operating system's randomness and are in no answer.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import uuid4

from coincurve import PrivateKey
from sha3 import keccak_256


class Misfortune(StrEnum):
    """What befalls a request; all but the first two are about making a wallet."""

    NONE = "none"
    DOWN = "down"  # 503 to everything
    CREATION_FAILS = "creation_fails"  # 500, and no wallet is made
    CREATION_ANSWER_LOST = "creation_answer_lost"  # made, but the connection ends without an answer
    CREATION_LATE = "creation_late"  # 504; the wallet is there a moment later


class Refused(Exception):  # noqa: N818  # an answer, not a failure of ours
    """An answer that is no success: its status and, for 429, how long to wait."""

    def __init__(self, status: int, retry_after_seconds: str = "") -> None:
        super().__init__(status)
        self.status = status
        self.retry_after_seconds = retry_after_seconds


@dataclass(slots=True)
class Wallet:
    """One wallet; `is_ready` is false while its key shares are still being made."""

    name: str
    key: PrivateKey = field(repr=False, default_factory=PrivateKey)
    wallet_id: str = field(default_factory=lambda: uuid4().hex)
    is_ready: bool = True
    is_revoked: bool = False

    @property
    def address(self) -> str:
        """Its lower-case address."""
        point = self.key.public_key.format(compressed=False)
        digest: bytes = keccak_256(point[1:]).digest()
        return "0x" + digest[12:].hex()

    def shown(self) -> dict[str, str]:
        """Write what a client may know."""
        status = "REVOKED" if self.is_revoked else "READY" if self.is_ready else "CREATING"
        return {
            "walletId": self.wallet_id,
            "name": self.name,
            "address": self.address,
            "status": status,
        }


@dataclass(slots=True)
class WalletProvider:
    """The provider at work; `calls` counts requests by what they asked for.

    Without a token of its own it takes any.
    """

    token: str
    misfortune: Misfortune = Misfortune.NONE
    latency_seconds: float = 0.0
    rate_limited: int = 0
    """So many requests from now on get 429."""
    retry_after_seconds: str = "0"
    wallets: dict[str, Wallet] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    _made_for: dict[str, Wallet] = field(default_factory=dict)

    async def admit(self, call: str, authorization: str) -> None:
        """Let a request in, late as the network is; raises Refused."""
        self.calls[call] += 1
        await asyncio.sleep(self.latency_seconds)
        if self.misfortune is Misfortune.DOWN:
            raise Refused(503)
        if self.rate_limited > 0:
            self.rate_limited -= 1
            raise Refused(429, self.retry_after_seconds)
        if self.token and authorization != f"Bearer {self.token}":
            raise Refused(401)

    def create(self, name: str, idempotency_key: str) -> Wallet:
        """Make a wallet, or give the one that was made for the same key. Raises Refused."""
        if self.misfortune is Misfortune.CREATION_FAILS:
            raise Refused(500)
        wallet = self._made_for.get(idempotency_key) or Wallet(name)
        self.wallets[wallet.wallet_id] = wallet
        if idempotency_key:
            self._made_for[idempotency_key] = wallet
        if self.misfortune is Misfortune.CREATION_LATE:
            wallet.is_ready = False
            raise Refused(504)
        return wallet

    def named(self, name: str) -> list[Wallet]:
        """Find wallets by the name that their maker gave them."""
        return [each for each in self.wallets.values() if each.name == name]

    def sign(self, wallet_id: str, digest: bytes) -> bytes:
        """Sign 32 bytes: r, s, v. Raises Refused: 404 unknown, 410 revoked, 409 not ready yet."""
        wallet = self._known(wallet_id)
        if wallet.is_revoked:
            raise Refused(410)
        if not wallet.is_ready:
            raise Refused(409)
        return wallet.key.sign_recoverable(digest, hasher=None)

    def revoke(self, wallet_id: str) -> Wallet:
        """Take a wallet out of use for good; may be repeated. Raises Refused 404."""
        wallet = self._known(wallet_id)
        wallet.is_revoked = True
        return wallet

    def finish_creations(self) -> None:
        """Let every wallet that is still being made be ready."""
        for wallet in self.wallets.values():
            wallet.is_ready = True

    def _known(self, wallet_id: str) -> Wallet:
        if wallet_id not in self.wallets:
            raise Refused(404)
        return self.wallets[wallet_id]
