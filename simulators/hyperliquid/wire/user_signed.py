"""The actions only an account's own wallet may sign, with the fields that are in the signature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simulators.hyperliquid.refusal import MalformedRequestError
from simulators.hyperliquid.wire.shapes import MISSING, Shape, address, boolean, integer, text
from simulators.hyperliquid.wire.typed_data import (
    TypedField,
    digest,
    domain_separator,
    struct_hash,
)

DOMAIN = "HyperliquidSignTransaction"
_SHAPES: dict[str, Shape] = {
    "string": text,
    "address": address,
    "uint64": integer,
    "bool": boolean,
}


@dataclass(frozen=True, slots=True)
class UserSignedType:
    """One primary type and its fields."""

    name: str
    fields: tuple[TypedField, ...]
    nonce_key: str
    defaults: tuple[tuple[str, str], ...] = ()


def _type(name: str, *fields: TypedField, blank: str | None = None) -> UserSignedType:
    return UserSignedType(
        f"HyperliquidTransaction:{name}",
        (("hyperliquidChain", "string"), *fields),
        fields[-1][0],
        ((blank, ""),) if blank else (),
    )


_SEND = (("destination", "string"), ("amount", "string"), ("time", "uint64"))
USER_SIGNED: dict[str, UserSignedType] = {
    # The unnamed agent is signed as "", and clients leave the key out of the body.
    "approveAgent": _type(
        "ApproveAgent",
        ("agentAddress", "address"),
        ("agentName", "string"),
        ("nonce", "uint64"),
        blank="agentName",
    ),
    "approveBuilderFee": _type(
        "ApproveBuilderFee",
        ("maxFeeRate", "string"),
        ("builder", "address"),
        ("nonce", "uint64"),
    ),
    "usdSend": _type("UsdSend", *_SEND),
    "withdraw3": _type("Withdraw", *_SEND),
    "usdClassTransfer": _type(
        "UsdClassTransfer", ("amount", "string"), ("toPerp", "bool"), ("nonce", "uint64")
    ),
    "userSetAbstraction": _type(
        "UserSetAbstraction",
        ("user", "address"),
        ("abstraction", "string"),
        ("nonce", "uint64"),
    ),
}


def signed_message(action: dict[str, Any], kind: UserSignedType) -> dict[str, Any]:
    """Return the signed fields of ``action``, or call it malformed."""
    defaults = dict(kind.defaults)
    message = {}
    for key, field_type in kind.fields:
        value = action.get(key)
        given = defaults.get(key, MISSING) if value is None else value
        message[key] = _SHAPES[field_type](given)
    return message


def user_signed_digest(action: dict[str, Any], kind: UserSignedType) -> bytes:
    """Return what the wallet signed for ``action``."""
    chain = text(action.get("signatureChainId"))
    try:
        chain_id = int(chain, 16)
    except ValueError as error:
        raise MalformedRequestError from error
    if not 0 <= chain_id < 2**64:
        raise MalformedRequestError
    message = signed_message(action, kind)
    return digest(domain_separator(DOMAIN, chain_id), struct_hash(kind.name, kind.fields, message))
