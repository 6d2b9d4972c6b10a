"""Bodies that no route can mean, and the routes that are sent them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from functions.api.every_route import ROUTES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from functions.api.routing import Route

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


def every_path(ids: Mapping[str, str]) -> list[tuple[Route, str]]:
    """Give each route with its path, these ids filled in."""
    return [(each, re.sub(r"\{(\w+)\}", lambda name: ids[name[1]], each.path)) for each in ROUTES]
