"""The body of `/exchange`: the action, who signed it, and the nonce, vault and expiry around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simulators.hyperliquid.refusal import MalformedRequestError
from simulators.hyperliquid.wire.action_hash import action_hash, l1_digest
from simulators.hyperliquid.wire.actions import canonical_action
from simulators.hyperliquid.wire.shapes import address, integer
from simulators.hyperliquid.wire.signatures import recover
from simulators.hyperliquid.wire.user_signed import (
    USER_SIGNED,
    signed_message,
    user_signed_digest,
)


@dataclass(frozen=True, slots=True)
class SignedAction:
    """One request to `/exchange`, read and with its signer recovered."""

    kind: str
    action: dict[str, Any]
    nonce: int
    signer: str
    vault: str | None
    expires_after: int | None
    is_user_signed: bool


def read_envelope(body: Any, chain: str) -> SignedAction:
    """Return the signed action in ``body``; malformed bodies and signatures raise."""
    if not isinstance(body, dict) or not isinstance(body.get("action"), dict):
        raise MalformedRequestError
    action = body["action"]
    nonce = integer(body.get("nonce"))
    vault = _optional(body.get("vaultAddress"), address)
    expires_after = _optional(body.get("expiresAfter"), integer)
    kind = action.get("type")
    user_signed = USER_SIGNED.get(kind) if isinstance(kind, str) else None
    if user_signed is not None:
        digest = user_signed_digest(action, user_signed)
        read = signed_message(action, user_signed)
    else:
        read = canonical_action(action)
        kind = read["type"]
        digest = l1_digest(action_hash(read, nonce, vault, expires_after), chain)
    signer = recover(digest, body.get("signature"))
    return SignedAction(
        str(kind), read, nonce, signer, vault, expires_after, user_signed is not None
    )


def _optional(value: Any, shape: Any) -> Any:
    return None if value is None else shape(value)
