"""Verifies Sign-In with Ethereum: the received text, its origin, its times, its signature.

Who holds the key of an address is let in without a question to anybody. A wallet that is a contract
has no key: its chain is asked where one is configured, and it is refused where none is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from understudy.adapters.identity.contract_wallets import ContractWallets
from understudy.adapters.identity.ethereum import personal_message_digest, recover_address
from understudy.adapters.identity.siwe_message import SiweMessage, parse_siwe_message
from understudy.domain.errors import InvalidInputError, NotAllowedError
from understudy.ports.identity import SignInClaim

MAX_AGE_MS = 600_000
# Of an operator's message: one that is signed to come in as a user must never let anybody operate.
TO_OPERATE = "urn:understudy:operate"
CLOCK_SKEW_MS = 60_000


@dataclass(frozen=True, slots=True)
class SiweVerifier:
    """Lets in who signed for one of these domains, origins and chains.

    `resource` is what the message must name among its resources; '' where it need not.
    """

    domains: frozenset[str]
    origins: frozenset[str]
    chain_ids: frozenset[int]
    max_age_ms: int = MAX_AGE_MS
    contracts: ContractWallets | None = None
    resource: str = ""

    def verify(self, message: str, signature: str, now_ms: int) -> SignInClaim:
        """Check everything but the nonce; see `SignInVerifier`."""
        parsed = parse_siwe_message(message)
        self._check_place(parsed)
        self._check_times(parsed, now_ms)
        address, digest = parsed.address.lower(), personal_message_digest(message)
        # EIP-6492 would ask the contract first. Only code that a key can replace at any time
        # (EIP-7702) stands at a key's address, so the key alone is enough, and needs no chain.
        recover = recover_address if self.contracts is None else _recovered
        if recover(digest, signature) == address:
            return SignInClaim(address, parsed.nonce)
        if not self._has_contract_signed(address, parsed.chain_id, digest, signature):
            raise NotAllowedError(
                "the message was not signed by the address that it names", code="SIWE_WRONG_SIGNER"
            )
        return SignInClaim(address, parsed.nonce, by_contract=True)

    def _has_contract_signed(
        self, address: str, chain_id: int, digest: bytes, signature: str
    ) -> bool:
        if self.contracts is None:
            return False
        if chain_id != self.contracts.chain_id():
            raise NotAllowedError(
                "the message was not signed by the key of the address that it names; a wallet that"
                f" is a contract signs in on chain {self.contracts.chain_id()} only",
                code="SIWE_WRONG_SIGNER",
            )
        return self.contracts.has_signed(address, digest, signature)

    def _check_place(self, message: SiweMessage) -> None:
        if message.domain not in self.domains:
            raise _elsewhere("domain", self.domains, "SIWE_DOMAIN_NOT_ALLOWED")
        claimed = f"{message.scheme}://{message.domain}"
        if message.scheme is not None and claimed not in self.origins:
            raise _elsewhere("domain with its scheme", self.origins, "SIWE_DOMAIN_NOT_ALLOWED")
        if message.origin not in self.origins:
            raise _elsewhere("URI, up to its path,", self.origins, "SIWE_URI_NOT_ALLOWED")
        if message.chain_id not in self.chain_ids:
            raise _elsewhere("chain id", self.chain_ids, "SIWE_CHAIN_NOT_ALLOWED")
        if self.resource and self.resource not in message.resources:
            raise NotAllowedError(
                f"the message must name {self.resource} among its resources: sign one that does",
                code="SIWE_RESOURCE_MISSING",
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


def _elsewhere(what: str, served: Iterable[str | int], code: str) -> NotAllowedError:
    here = " or ".join(map(str, sorted(served, key=str)))
    said = f"the message's {what} must be {here} here: sign one for that"
    return NotAllowedError(said, code=code)


def _recovered(digest: bytes, signature: str) -> str:
    try:
        return recover_address(digest, signature)
    except InvalidInputError:
        return ""  # no key's signature; a contract may take it
