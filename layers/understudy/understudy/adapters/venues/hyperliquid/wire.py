"""Actions in the form that Hyperliquid hashes (see `digests`), and as the JSON it receives.

Pure: no I/O, no key, no clock. Key order is part of every hash, so actions are built here alone.
Numbers enter as `Decimal` and leave as text; a number that the wire cannot carry is refused.
"""

from __future__ import annotations

import json
import operator
import re
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, NamedTuple

from understudy.adapters.venues.hyperliquid.constants import (
    AGENT_NAME_MAX_LENGTH,
    SIGNATURE_CHAIN_ID,
    WIRE_DECIMALS,
    Chain,
    TimeInForce,
)
from understudy.adapters.venues.hyperliquid.typed_data import address_bytes
from understudy.domain.errors import InvalidInputError
from understudy.domain.money import EXACT, plain_text

if TYPE_CHECKING:
    from collections.abc import Mapping

_LAST_PLACE = Decimal(1).scaleb(-WIRE_DECIMALS)
_BINARY_NOISE = Decimal("1e-12")
_JSON = json.JSONEncoder(separators=(",", ":"))
_CLIENT_ORDER_ID = re.compile(r"0x[0-9a-f]{32}")


class Builder(NamedTuple):
    """Who earns the builder fee, and the fee in tenths of a basis point."""

    address: str
    fee_tenths_bps: int


def decimal_to_wire(value: Decimal) -> str:
    """Write a number as the venue hashes it: no exponent, no trailing zeros, never '-0'.

    Raises InvalidInputError for NaN, infinities and more than 8 decimals; nothing is rounded.
    """
    if not value.is_finite():
        raise InvalidInputError("a number on the wire must be finite")
    text = plain_text(value)
    if len(text.partition(".")[2]) > WIRE_DECIMALS:
        raise InvalidInputError("a number on the wire has at most 8 decimals: round it first")
    return text


def float_to_wire(number: Any) -> str:
    """Write a Python number as the official SDK does, through its shortest decimal text.

    For those who come with floats; our own orders are decimals and take `decimal_to_wire`.
    Only binary noise (below 1e-12) is rounded away. Raises InvalidInputError for -0, NaN,
    infinities, what is no number, and what would lose digits.
    """
    try:
        exact = Decimal(repr(operator.pos(number)))
        rounded = exact.quantize(_LAST_PLACE, ROUND_HALF_EVEN, context=EXACT)
    except (TypeError, InvalidOperation) as error:
        raise InvalidInputError("only a finite number of ordinary size can be written") from error
    if exact.is_nan() or (exact.is_zero() and exact.is_signed()):
        raise InvalidInputError("NaN and negative zero mean nothing on the wire")
    if abs(rounded - exact) >= _BINARY_NOISE:
        raise InvalidInputError("a number on the wire has at most 8 decimals: round it first")
    return decimal_to_wire(rounded)


def order_action(
    *,
    asset: int,
    is_buy: bool,
    price: Decimal,
    size: Decimal,
    reduce_only: bool,
    client_order_id: str,
    tif: TimeInForce = TimeInForce.IMMEDIATE_OR_CANCEL,
    builder: Builder | None = None,
) -> dict[str, Any]:
    """Build the action that places one limit order.

    Raises InvalidInputError for a price or size that is not above zero or not on the wire's grid,
    and for a client order id that is not 0x and 32 lower-case hex digits.
    """
    order = {
        "a": asset,
        "b": is_buy,
        "p": _positive(price),
        "s": _positive(size),
        "r": reduce_only,
        "t": {"limit": {"tif": tif.value}},
        "c": _checked_client_order_id(client_order_id),
    }
    action: dict[str, Any] = {"type": "order", "orders": [order], "grouping": "na"}
    if builder is not None:
        action["builder"] = {"b": builder.address.lower(), "f": builder.fee_tenths_bps}
    return action


def leverage_action(*, asset: int, leverage: int, isolated: bool) -> dict[str, Any]:
    """Build the action that sets an asset's leverage and margin mode."""
    if leverage < 1:
        raise InvalidInputError("leverage must be at least 1")
    return {
        "type": "updateLeverage",
        "asset": asset,
        "isCross": not isolated,
        "leverage": leverage,
    }


def approve_agent_action(
    *,
    agent_address: str,
    agent_name: str,
    valid_until_ms: int | None,
    nonce: int,
    chain: Chain,
    signature_chain_id: str = SIGNATURE_CHAIN_ID,
) -> dict[str, Any]:
    """Build the action by which an account's own wallet lets a named agent trade.

    The zero address takes the name's agent away again. Raises InvalidInputError for a name that
    is empty (that slot is the front end's), too long, or could be read as an expiry.
    """
    if not 0 < len(agent_name) <= AGENT_NAME_MAX_LENGTH or "valid_until" in agent_name:
        raise InvalidInputError("an agent's name has 1 to 16 characters and no 'valid_until'")
    expiry = "" if valid_until_ms is None else f" valid_until {valid_until_ms}"
    return {
        "type": "approveAgent",
        "signatureChainId": signature_chain_id,
        "hyperliquidChain": chain.value,
        "agentAddress": "0x" + address_bytes(agent_address).hex(),
        "agentName": agent_name + expiry,
        "nonce": nonce,
    }


def approve_builder_fee_action(
    *,
    builder: Builder,
    nonce: int,
    chain: Chain,
    signature_chain_id: str = SIGNATURE_CHAIN_ID,
) -> dict[str, Any]:
    """Build the action by which an account's own wallet allows a builder fee up to this one."""
    percent = plain_text(Decimal(builder.fee_tenths_bps).scaleb(-3))
    return {
        "type": "approveBuilderFee",
        "signatureChainId": signature_chain_id,
        "hyperliquidChain": chain.value,
        "maxFeeRate": f"{percent}%",
        "builder": "0x" + address_bytes(builder.address).hex(),
        "nonce": nonce,
    }


def exchange_body(
    action: Mapping[str, Any],
    nonce: int,
    r: int,
    s: int,
    v: int,
    expires_after: int | None,
    vault: str | None = None,
) -> str:
    """Write the JSON body of `/exchange`; `v` is 27 or 28."""
    body = {
        "action": action,
        "nonce": nonce,
        "signature": {"r": f"0x{r:064x}", "s": f"0x{s:064x}", "v": v},
        "vaultAddress": vault,
        "expiresAfter": expires_after,
    }
    return _JSON.encode(body)


def _checked_client_order_id(client_order_id: str) -> str:
    if not _CLIENT_ORDER_ID.fullmatch(client_order_id):
        raise InvalidInputError("a client order id is 0x and 32 lower-case hex digits")
    return client_order_id


def _positive(value: Decimal) -> str:
    text = decimal_to_wire(value)
    if value <= 0:
        raise InvalidInputError("price and size of an order must be above zero")
    return text
