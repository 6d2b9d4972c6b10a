"""The L1 actions, key by key in the order that is hashed. The wire's names live here only."""

from __future__ import annotations

from typing import Any

from simulators.hyperliquid.refusal import MalformedRequestError
from simulators.hyperliquid.wire.shapes import (
    Field,
    Shape,
    address,
    boolean,
    cloid,
    constant,
    either,
    integer,
    listed,
    number,
    record,
    signed_integer,
    text,
)

_LIMIT = record(Field("limit", record(Field("tif", text))))
_TRIGGER = record(
    Field(
        "trigger",
        record(Field("isMarket", boolean), Field("triggerPx", number), Field("tpsl", text)),
    )
)
ORDER = record(
    Field("a", integer),
    Field("b", boolean),
    Field("p", number),
    Field("s", number),
    Field("r", boolean),
    Field("t", either(_LIMIT, _TRIGGER)),
    Field("c", cloid, optional=True),
)
_BUILDER = record(Field("b", address), Field("f", integer))
_PRIORITY = record(Field("p", integer))
_REFERENCE = either(integer, cloid)
_FAST = Field("f", boolean, optional=True, unset=False)
_ALWAYS = Field("a", boolean, optional=True, unset=False)


def _action(kind: str, *fields: Field) -> tuple[str, Shape]:
    return kind, record(Field("type", constant(kind)), *fields)


L1_ACTIONS: dict[str, Shape] = dict(
    (
        _action(
            "order",
            Field("orders", listed(ORDER)),
            Field("grouping", either(text, _PRIORITY)),
            Field("builder", _BUILDER, optional=True),
        ),
        _action(
            "cancel",
            Field("cancels", listed(record(Field("a", integer), Field("o", integer)))),
            _FAST,
        ),
        _action(
            "cancelByCloid",
            Field("cancels", listed(record(Field("asset", integer), Field("cloid", cloid)))),
            _FAST,
        ),
        _action("modify", Field("oid", _REFERENCE), Field("order", ORDER), _ALWAYS),
        _action(
            "batchModify",
            Field("modifies", listed(record(Field("oid", _REFERENCE), Field("order", ORDER)))),
            _ALWAYS,
        ),
        _action(
            "updateLeverage",
            Field("asset", integer),
            Field("isCross", boolean),
            Field("leverage", integer),
        ),
        _action(
            "updateIsolatedMargin",
            Field("asset", integer),
            Field("isBuy", boolean),
            Field("ntli", signed_integer),
        ),
        _action("scheduleCancel", Field("time", integer, optional=True)),
        _action("noop"),
        _action("setReferrer", Field("code", text)),
    )
)


def canonical_action(action: Any) -> dict[str, Any]:
    """Return an L1 action as the venue's types would write it, or call it malformed."""
    kind = action.get("type") if isinstance(action, dict) else None
    shape = L1_ACTIONS.get(kind) if isinstance(kind, str) else None
    if shape is None:
        raise MalformedRequestError
    rebuilt: dict[str, Any] = shape(action)
    return rebuilt
