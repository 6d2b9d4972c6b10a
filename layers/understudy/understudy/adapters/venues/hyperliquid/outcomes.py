"""What an answer says about one pinned action. Pure.

Only an answer about this very order is evidence, or the first answer about the whole action.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from understudy.adapters.venues.hyperliquid.errors import (
    UnknownCause,
    is_nonce_refusal,
    kind_of_order_state,
    kind_of_text,
    names_an_address,
)
from understudy.adapters.venues.hyperliquid.parsing import number, position_after
from understudy.domain.errors import InvalidInputError
from understudy.domain.intents import Accepted, Outcome, Rejected, Unknown
from understudy.domain.money import ZERO, divide, multiply, toward_zero
from understudy.ports.venue import NotFound, OrderReport, StillOpen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from understudy.adapters.venues.hyperliquid.models import (
        FillRow,
        OrderState,
        OrderStatusAnswer,
    )

HTTP_OK = 200
HTTP_TOO_MANY = 429

# What reading a shape that does not fit, or a number beyond all numbers, can raise.
MISFITS = (
    KeyError,
    IndexError,
    TypeError,
    ValueError,
    AttributeError,
    ArithmeticError,
    InvalidInputError,
)

# Finer than any price, and few enough that the product with a size still fits into a table.
AVERAGE_DECIMALS = 12

_JSON = json.JSONDecoder(parse_float=Decimal)

NOTHING_FILLED = Accepted(filled_size=ZERO, average_price=ZERO, order_id="")
_LIVE_STATES = frozenset({"open", "triggered"})


def action_outcome(
    status: int, body: bytes, *, first: bool, signer: Callable[[], str | None], account: str = ""
) -> Outcome:
    """Classify the answer to one action.

    `first` says that these bytes were never sent before; `signer` gives the address that signed
    them and is asked only where the venue names one; `account` is whom they act for, if known.
    """
    if status != HTTP_OK:
        limited = status == HTTP_TOO_MANY
        return Unknown(UnknownCause.RATE_LIMITED if limited else UnknownCause.SERVER_ERROR)
    try:
        answer = _JSON.decode(body.decode())
        if answer["status"] == "err":
            text = str(answer["response"])
            return _whole_action(text, first=first, signer=signer, account=account)
        return _taken(answer["response"])
    except MISFITS:
        return Unknown(UnknownCause.UNREADABLE)


def order_report(answer: OrderStatusAnswer, fills: Sequence[FillRow]) -> OrderReport:
    """Say what became of an order, from its state and this order's fills.

    A state that speaks of more than the list shows yet is reported as still open: a part of the
    fills is no evidence of what was filled. The venue cuts a close down to the position and may go
    on speaking of the size that was asked for; where a fill ended flat, its fills are given too.
    """
    if answer["status"] == "unknownOid":
        return NotFound()
    state = answer["order"]
    filled = sum((number(row["sz"], "sz") for row in fills), ZERO)
    if state["status"] in _LIVE_STATES:
        return StillOpen()
    listed = _sum_of(fills, filled, str(state["order"]["oid"]))
    if _speaks_of_more(state, filled):
        ended_flat = any(position_after(row) == ZERO for row in fills)
        return StillOpen(listed if ended_flat else None)
    kind = None if filled else kind_of_order_state(state["status"])
    return listed if kind is None else Rejected(kind, state["status"])


def _whole_action(
    text: str, *, first: bool, signer: Callable[[], str | None], account: str
) -> Outcome:
    if is_nonce_refusal(text):
        return Unknown(UnknownCause.NONCE_USED)
    if not first:
        return Unknown(UnknownCause.REFUSED_LATER)
    names_one = names_an_address(text)
    return Rejected(kind_of_text(text, signer() if names_one else None, account), text)


def _taken(response: dict[str, Any]) -> Outcome:
    if response["type"] == "default":
        return NOTHING_FILLED
    (status,) = response["data"]["statuses"]
    if status == "success":
        return NOTHING_FILLED
    if isinstance(status, dict) and "error" in status:
        return Rejected(kind_of_text(status["error"]), status["error"])
    if isinstance(status, dict) and "filled" in status:
        filled = status["filled"]
        return Accepted(
            filled_size=number(filled["totalSz"], "totalSz"),
            average_price=number(filled["avgPx"], "avgPx"),
            order_id=str(filled["oid"]),
        )
    return Unknown(UnknownCause.NOT_FINAL)


def _speaks_of_more(state: OrderState, filled: Decimal) -> bool:
    order = state["order"]
    is_unlisted = state["status"] == "filled" and not filled
    return is_unlisted or filled < number(order["origSz"], "origSz") - number(order["sz"], "sz")


def _sum_of(fills: Sequence[FillRow], filled: Decimal, order_id: str) -> Accepted:
    cost = sum((multiply(number(r["px"], "px"), number(r["sz"], "sz")) for r in fills), ZERO)
    return Accepted(
        filled_size=filled,
        average_price=toward_zero(divide(cost, filled), AVERAGE_DECIMALS) if filled else ZERO,
        order_id=order_id,
        fee=sum((number(row["fee"], "fee") for row in fills), ZERO),
    )
