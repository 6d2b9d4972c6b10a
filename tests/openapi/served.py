"""The API in memory with one user whose ids exist, counting what comes to a handler."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from functions.api.every_route import ROUTES
from functions.api.routing import Call, Route
from tests.fakes.api import ApiWorld
from tests.fakes.identity import ALICE, OPERATOR
from tests.fakes.providers import verifiers
from tests.unit.api.test_near_valid_bodies import GOOD
from tests.unit.api.two_tenants import ASKED, TERMS, Asked, tenants

VERIFIERS = verifiers()
CHANGES_PER_WORLD = 4
OF_OPERATORS = "/v1/ops/"


class Served:
    """Serves the routes; `handled` counts the requests that came to a handler."""

    def __init__(self, routes: Sequence[Route] = ROUTES) -> None:
        self.handled = 0
        self._routes = [replace(each, handle=self._counted(each.handle)) for each in routes]
        self.renew()

    def renew(self) -> None:
        """Begin a fresh world; its door lets everybody call as often as they like."""
        self.api = ApiWorld(providers=VERIFIERS, current_terms=TERMS)
        (self.tenant,) = tenants(self.api, ALICE)
        self.operator = self.api.operator_token()
        self.api.serve(self._routes)
        self.known = {**self.tenant.ids, "address": ALICE.address}
        self._changes = 0

    def changed(self) -> None:
        """Begin anew when so much has changed that little is left to ask for."""
        self._changes += 1
        if self._changes == CHANGES_PER_WORLD:
            self.renew()

    def good(self, key: str) -> Asked:
        """Give a good request of an operation."""
        if OF_OPERATORS in key:
            return self._deed(key)
        if key in ASKED:
            return ASKED[key](self.api, self.tenant)
        body = GOOD[key](self.api, self.tenant.token) if key in GOOD else None
        query = {"address": ALICE.address} if key == "GET /v1/auth/siwe/nonce" else {}
        return Asked(body=body, query=query)

    def token_for(self, path: str) -> str:
        """Give the token of who may ask for a path."""
        return self.operator if OF_OPERATORS in path else self.tenant.token

    def _deed(self, key: str) -> Asked:
        query = {
            "GET /v1/ops/auth/siwe/nonce": {"address": OPERATOR.address},
            "GET /v1/ops/switches": {"switch": "kill_global"},
            "GET /v1/ops/users": {"user_id": self.known["user_id"]},
        }
        if key.endswith("/release"):
            held = f"/v1/ops/follows/{self.known['follow_id']}/pause"
            self.api.request("POST", held, {"reason": "a ticket"}, self.operator)
        body = GOOD[key](self.api, self.tenant.token) if key in GOOD else None
        ids = {**self.tenant.ids, "address": OPERATOR.address}
        return Asked(ids, body, query.get(key, {}))

    def _counted(self, handle: Callable[[Call], Any]) -> Callable[[Call], Any]:
        def counted(call: Call) -> Any:
            self.handled += 1
            return handle(call)

        return counted
