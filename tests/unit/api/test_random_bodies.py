"""Whatever is sent, a route answers with a clear 4xx and nothing has changed."""

from __future__ import annotations

from hypothesis import given, settings

from functions.api.routing import Access
from tests.fakes.api import ApiWorld
from tests.fakes.identity import ALICE, OPERATOR
from tests.unit.api.random_bodies import BODIES, every_path
from tests.unit.api.two_tenants import TERMS, tenants

BODIES_PER_ROUTE = 500


def test_no_body_breaks_a_route_or_changes_anything() -> None:
    api = ApiWorld(current_terms=TERMS)
    (alice,) = tenants(api, ALICE)
    paths = every_path({**alice.ids, "address": OPERATOR.address})
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
