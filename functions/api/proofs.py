"""Proving a wallet's key, as requests carry it: to sign in, and to link a further wallet."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import StringConstraints

from understudy.domain.identity import Connector
from understudy.workflows.requests import wallet_proofs

from .fields import Address, Text
from .routing import Request

if TYPE_CHECKING:
    from understudy.domain.identity import SignInNonce

# A contract wallet's can be long: it may carry the call that makes the wallet.
Signature = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=16_386)]

ShownNonce: TypeAlias = dict[Literal["nonce", "expires_at"], str]


class NonceQuery(Request):
    """Whose message the nonce is for."""

    address: Address


class SignedMessage(Request):
    """A sign-in message (EIP-4361) exactly as the wallet signed it."""

    address: Address
    message: Text
    signature: Signature
    connector: Connector = Connector.NOT_SAID

    def proof(self) -> wallet_proofs.SignedMessage:
        """Give what is to be verified."""
        return wallet_proofs.SignedMessage(self.address, self.message, self.signature)


def shown_nonce(nonce: SignInNonce) -> ShownNonce:
    """Show a nonce with its end."""
    expires_at = datetime.fromtimestamp(nonce.expires_at_ms // 1000, UTC)
    return {"nonce": nonce.nonce, "expires_at": expires_at.isoformat().replace("+00:00", "Z")}
