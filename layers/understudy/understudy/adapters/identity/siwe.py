"""Verifies Sign-In with Ethereum: the received text, its origin, its times, its signature.

Wallets that are contracts are refused: their signatures can only be checked on their chain.
"""

from __future__ import annotations

from dataclasses import dataclass

from understudy.adapters.identity.ethereum import personal_message_digest, recover_address
from understudy.adapters.identity.siwe_message import SiweMessage, parse_siwe_message
from understudy.domain.errors import NotAllowedError
from understudy.ports.identity import SignInClaim

MAX_AGE_MS = 600_000
CLOCK_SKEW_MS = 60_000


@dataclass(frozen=True, slots=True)
class SiweVerifier:
    """Lets in who signed for one of these domains, origins and chains."""

    domains: frozenset[str]
    origins: frozenset[str]
    chain_ids: frozenset[int]
    max_age_ms: int = MAX_AGE_MS

    def verify(self, message: str, signature: str, now_ms: int) -> SignInClaim:
        """Check everything but the nonce; see `SignInVerifier`."""
        parsed = parse_siwe_message(message)
        self._check_place(parsed)
        self._check_times(parsed, now_ms)
        signer = recover_address(personal_message_digest(message), signature)
        if signer != parsed.address.lower():
            raise NotAllowedError(
                "the message was not signed by the address that it names", code="SIWE_WRONG_SIGNER"
            )
        return SignInClaim(signer, parsed.nonce)

    def _check_place(self, message: SiweMessage) -> None:
        claimed = f"{message.scheme}://{message.domain}"
        if message.domain not in self.domains or (
            message.scheme is not None and claimed not in self.origins
        ):
            raise NotAllowedError(
                "the message is for a domain that this service does not serve",
                code="SIWE_DOMAIN_NOT_ALLOWED",
            )
        if message.origin not in self.origins:
            raise NotAllowedError(
                "the message's URI is not of this service", code="SIWE_URI_NOT_ALLOWED"
            )
        if message.chain_id not in self.chain_ids:
            raise NotAllowedError(
                "switch the wallet to a supported chain and sign again",
                code="SIWE_CHAIN_NOT_ALLOWED",
            )

    def _check_times(self, message: SiweMessage, now_ms: int) -> None:
        if not -CLOCK_SKEW_MS <= now_ms - message.issued_at_ms <= self.max_age_ms:
            raise NotAllowedError(
                "the message must have been issued within the last 10 minutes: sign a fresh one",
                code="SIWE_NOT_FRESH",
            )
        if message.expires_at_ms is not None and message.expires_at_ms <= now_ms:
            raise NotAllowedError("the message has expired: sign a fresh one", code="SIWE_EXPIRED")
        if message.not_before_ms is not None and message.not_before_ms > now_ms:
            raise NotAllowedError("the message is not valid yet", code="SIWE_NOT_YET_VALID")
