"""Whatever is sent, a route answers with a clear 4xx and nothing has changed."""

from __future__ import annotations

import json
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.api.every_route import ROUTES
from functions.api.routing import Access
from tests.fakes.api import ApiWorld
from tests.fakes.identity import OPERATOR
from tests.fakes.requests import created

BODIES_PER_ROUTE = 500
CHANGING = [route for route in ROUTES if route.method != "GET"]

NAMES = [
    *sorted({name for route in CHANGING if route.body for name in route.body.model_fields}),
    *("copy_budget_usdc", "sizing", "kind", "slippage_bps", "", "__class__", "🙂"),
]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["1000", "-1", "1e400", "NaN", "fixed", "hyperliquid", "TRADE_ONLY", "0x"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
    ),
    max_leaves=6,
)
# An unknown name is always among them, so that no body can be meant by chance.
OBJECTS = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=5).map(
    lambda body: json.dumps({**body, "unknown": 1})
)
BODIES = (
    OBJECTS
    | VALUES.filter(lambda value: value not in ({}, None)).map(lambda value: json.dumps([value]))
    | st.text(min_size=1, max_size=40).filter(lambda text: not text.lstrip().startswith("{"))
)


def test_no_body_breaks_a_route_or_changes_anything() -> None:
    api = ApiWorld()
    token, operator = api.token(), api.operator_token()
    agent_id, follow_id = api.delegate(token), created(api, token)
    (session,) = api.request("GET", "/v1/sessions", None, token).body["items"]
    me = api.request("GET", "/v1/me", None, token).body["user"]
    (wallet,) = api.request("GET", "/v1/wallets", None, token).body["items"]
    theirs = {
        "follow_id": follow_id,
        "agent_id": agent_id,
        "session_id": session["session_id"],
        "user_id": me["user_id"],
        "wallet_id": wallet["wallet_id"],
        "address": OPERATOR.address,
    }
    before = api.done()
    paths = [
        (route, re.sub(r"\{(\w+)\}", lambda name: theirs[name[1]], route.path))
        for route in CHANGING
    ]
    bearers = {Access.OPERATOR: operator}

    @settings(max_examples=BODIES_PER_ROUTE, deadline=None, database=None, derandomize=True)
    @given(BODIES)
    def each_route_refuses(body: str) -> None:
        for route, path in paths:
            answer = api.request(route.method, path, body, bearers.get(route.access, token))
            assert 400 <= answer.status < 500, (route.key, body, answer.body)
            assert answer.code

    each_route_refuses()

    assert api.done() == before
