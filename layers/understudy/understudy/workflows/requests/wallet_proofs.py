"""Proof that somebody has a wallet's key: a nonce of ours in a message that the wallet signed."""

from __future__ import annotations

from dataclasses import dataclass

from understudy.domain.errors import NotAllowedError
from understudy.domain.identity import NOBODY, SignInNonce
from understudy.domain.ids import UserId
from understudy.ports.clock import Clock
from understudy.ports.identity import IdentityStore, Ids, SignInClaim, SignInVerifier

NONCE_LIFETIME_MS = 600_000


@dataclass(frozen=True, slots=True)
class SignedMessage:
    """A sign-in message (EIP-4361) exactly as the wallet at this address signed it."""

    address: str
    message: str
    signature: str


@dataclass(frozen=True, slots=True)
class WalletProofs:
    """Gives nonces out and takes signed messages in; a proof for one purpose is none for another.

    With a user it is for linking a wallet to that user, without one for signing in.
    """

    store: IdentityStore
    verifier: SignInVerifier
    clock: Clock
    ids: Ids

    def nonce_for(self, address: str, user_id: UserId = NOBODY) -> SignInNonce:
        """Give an address a nonce for its next message."""
        expires_at_ms = self.clock.now_ms() + NONCE_LIFETIME_MS
        nonce = SignInNonce(self.ids.new_id(), address.lower(), expires_at_ms, user_id)
        self.store.put_nonce(nonce)
        return nonce

    def proven(self, signed: SignedMessage, user_id: UserId = NOBODY) -> SignInClaim:
        """Say which address signed, in lower case, and how.

        The nonce is used up only by a message that is right in every other way, so nobody else
        can spend it. Raises InvalidInputError or NotAllowedError.
        """
        now_ms = self.clock.now_ms()
        claim = self.verifier.verify(signed.message, signed.signature, now_ms)
        if claim.address != signed.address.lower():
            raise NotAllowedError(
                "the message names another address than the request", code="SIWE_WRONG_SIGNER"
            )
        nonce = SignInNonce(claim.nonce, claim.address, expires_at_ms=0, user_id=user_id)
        if not self.store.take_nonce(nonce, self.clock.now_ms()):
            raise NotAllowedError(
                "the nonce is unknown, used, too old or for something else:"
                " fetch a new one and sign again",
                code="SIWE_NONCE_INVALID",
            )
        return claim
