"""Signatures and canonical forms, against the published vectors."""

from __future__ import annotations

import json
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.hyperliquid.clock import ManualClock
from simulators.hyperliquid.engine.venue import Venue
from simulators.hyperliquid.info.answers import ANSWERS, answer
from simulators.hyperliquid.info.questions import Question
from simulators.hyperliquid.refusal import (
    ActionRefusedError,
    MalformedRequestError,
    OrderRefusedError,
)
from simulators.hyperliquid.stream.subscriptions import (
    InvalidSubscriptionError,
    UnknownMarketError,
    read_subscription,
)
from simulators.hyperliquid.wire.actions import L1_ACTIONS, canonical_action
from simulators.hyperliquid.wire.envelope import read_envelope

ORDER = {"a": 1, "b": True, "p": "1.0", "s": "2.50", "r": False, "t": {"limit": {"tif": "Ioc"}}}
VENUE = Venue(ManualClock(1_790_000_000_000))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*string.ascii_letters, "type", "coin", "dex"]), inner)
    ),
    max_leaves=12,
)


def test_an_order_is_rebuilt_as_the_venue_would_write_it() -> None:
    wire = {"grouping": "na", "orders": [dict(reversed(ORDER.items()))], "type": "order", "x": 1}

    rebuilt = canonical_action(wire)

    assert list(rebuilt) == ["type", "orders", "grouping"]
    assert list(rebuilt["orders"][0]) == ["a", "b", "p", "s", "r", "t"]
    assert (rebuilt["orders"][0]["p"], rebuilt["orders"][0]["s"]) == ("1", "2.5")


def test_a_false_flag_is_left_out() -> None:
    cancel = {"type": "cancel", "cancels": [{"a": 1, "o": 2}], "f": False}

    assert "f" not in canonical_action(cancel)


@pytest.mark.parametrize(
    "change",
    [{"a": "1"}, {"b": 1}, {"p": 1.5}, {"s": "1e5"}, {"t": {}}, {"c": "0x12"}, {"a": True}],
    ids=str,
)
def test_a_field_of_another_type_is_malformed(change: dict[str, Any]) -> None:
    with pytest.raises(MalformedRequestError):
        canonical_action({"type": "order", "orders": [ORDER | change], "grouping": "na"})


@given(
    kind=st.sampled_from([*L1_ACTIONS, "approveAgent", "usdSend", "nonsense"]),
    fields=JSON,
    signature=JSON,
    nonce=st.integers(0, 2**65),
)
def test_nonsense_is_called_malformed_and_nothing_else(
    kind: str, fields: Any, signature: Any, nonce: int
) -> None:
    more = fields if isinstance(fields, dict) else {"orders": fields, "cancels": fields}
    body = {"action": more | {"type": kind}, "nonce": nonce, "signature": signature}

    with pytest.raises((MalformedRequestError, ActionRefusedError, OrderRefusedError)):
        read_envelope(body, "Testnet")


@given(kind=st.sampled_from([*ANSWERS, "nonsense"]), fields=JSON)
def test_a_nonsense_question_is_answered_or_malformed(kind: str, fields: Any) -> None:
    more = fields if isinstance(fields, dict) else {"user": fields, "oid": fields}
    try:
        told = answer(Question(VENUE, more | {"type": kind}))
    except MalformedRequestError:
        return
    assert json.dumps(told, allow_nan=False)


@given(kind=st.sampled_from(["trades", "l2Book", "allMids", "userFills", "x"]), fields=JSON)
def test_a_nonsense_subscription_is_refused_or_read(kind: str, fields: Any) -> None:
    more = fields if isinstance(fields, dict) else {"coin": fields, "nSigFigs": fields}
    try:
        subscription = read_subscription(more | {"type": kind}, VENUE.universe)
    except (InvalidSubscriptionError, UnknownMarketError):
        return
    assert subscription.kind == kind
