"""Whatever is sent, a route answers with a clear 4xx and nothing has changed."""

from __future__ import annotations

import json
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.api.every_route import ROUTES
from functions.api.routing import Access
from tests.fakes.api import ApiWorld
from tests.fakes.identity import ALICE, OPERATOR
from tests.unit.api.two_tenants import TERMS, tenants

BODIES_PER_ROUTE = 500

NAMES = [
    *sorted({name for route in ROUTES if route.body for name in route.body.model_fields}),
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
    api = ApiWorld(current_terms=TERMS)
    (alice,) = tenants(api, ALICE)
    ids = {**alice.ids, "address": OPERATOR.address}
    paths = [
        (route, re.sub(r"\{(\w+)\}", lambda name: ids[name[1]], route.path)) for route in ROUTES
    ]
    bearers = {Access.OPERATOR: api.operator_token()}
    before = api.done()

    @settings(max_examples=BODIES_PER_ROUTE, deadline=None, database=None, derandomize=True)
    @given(BODIES)
    def each_route_refuses(body: str) -> None:
        for route, path in paths:
            answer = api.request(route.method, path, body, bearers.get(route.access, alice.token))
            assert 400 <= answer.status < 500, (route.key, body, answer.body)
            assert answer.code

    each_route_refuses()

    assert api.done() == before
