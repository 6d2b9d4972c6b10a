"""Whether a route keeps two users apart: each question gives what is wrong, or nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.fakes.api import Answer, ApiWorld
from tests.fakes.identity import ALICE, BOB
from tests.unit.api.two_tenants import ASKED, NEVER_THE_SAME, Asked, Tenant, tenants

Document = Mapping[str, Any]
NOT_FOUND = 404
UNAUTHENTICATED = 401


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the document, by its key, with what a request of it may name."""

    key: str
    is_open: bool
    status: int
    names: frozenset[str]

    @property
    def ids(self) -> frozenset[str]:
        """Give the ids that a request names, in its path, its query or its body."""
        return frozenset(name for name in self.names if name.endswith("_id"))


def operations(document: Document) -> Iterator[Operation]:
    """Give the operations of a document."""
    schemas = document["components"]["schemas"]
    for path, methods in document["paths"].items():
        for method, each in methods.items():
            names = {parameter["name"] for parameter in each["parameters"]}
            if "requestBody" in each:
                model = each["requestBody"]["content"]["application/json"]["schema"]["$ref"]
                names |= set(schemas[model.rpartition("/")[2]]["properties"])
            status = min(map(int, each["responses"]))
            key = f"{method.upper()} {path}"
            yield Operation(key, "security" not in each, status, frozenset(names))


class Matrix:
    """One operation between two users: `alice` asks for what is hers, `bob` for the same."""

    def __init__(self, operation: Operation, api: ApiWorld) -> None:
        self.operation = operation
        self.api = api
        self.alice, self.bob = tenants(api, ALICE, BOB)
        self.asked = ASKED[operation.key](api, self.alice)

    def unnamed(self) -> set[str]:
        """Give the ids that the operation may name and the table does not."""
        named = {*self.asked.ids, *(self.asked.body or {}), *self.asked.query}
        return set(self.operation.ids) - named

    def foreign(self) -> str:
        """Let Bob ask for what is Alice's."""
        before = self.api.stored()
        answer, unknown = self.send(self.bob.token), self.send(self.bob.token, self._of_nobody())
        if answer.status != NOT_FOUND:
            return f"another's id is answered with {answer.status}: {answer.body}"
        if (answer.body, answer.status) != (unknown.body, unknown.status):
            return f"another's id is told from nobody's: {answer.body}, {unknown.body}"
        return self._changed(before)

    def unsigned(self) -> str:
        """Let nobody in particular ask for what is Alice's."""
        before = self.api.stored()
        for token in ("", f"{self.alice.token}x"):
            answer = self.send(token)
            if answer.status != UNAUTHENTICATED:
                return f"without a token of ours it is answered with {answer.status}"
        return self._changed(before)

    def own(self) -> str:
        """Let Alice ask; what Bob sees stays as it is."""
        before = views(self.api, self.bob)
        answer = self.send(self.alice.token)
        if answer.status != self.operation.status:
            return f"its owner is answered with {answer.status}: {answer.body}"
        seen = told(answer.body, self.bob)
        if seen:
            return f"it shows another's {seen}"
        after = views(self.api, self.bob)
        changed = [key for key in before if before[key] != after[key]]
        return f"for another it changes what {changed} show" if changed else ""

    def says_whose(self) -> bool:
        """Say whether the answer names anything that only Alice has."""
        return bool(told(self.send(self.alice.token).body, self.alice))

    def send(self, token: str, asked: Asked | None = None) -> Answer:
        """Send the request as the bearer of a token."""
        return send(self.api, self.operation.key, asked or self.asked, token)

    def _changed(self, before: str) -> str:
        return "" if self.api.stored() == before else "it is refused, and has changed something"

    def _of_nobody(self) -> Asked:
        """Give the request with ids that nobody has."""
        ids = self.operation.ids
        body = self.asked.body and _unknown(self.asked.body, ids)
        return Asked(_unknown(self.asked.ids, ids), body, _unknown(self.asked.query, ids))


def _unknown(sent: Mapping[str, Any], ids: frozenset[str]) -> dict[str, Any]:
    return {name: "f" * 32 if name in ids else each for name, each in sent.items()}


def send(api: ApiWorld, key: str, asked: Asked, token: str) -> Answer:
    """Send a good request."""
    method, _, path = key.partition(" ")
    filled = re.sub(r"\{(\w+)\}", lambda name: asked.ids[name[1]], path)
    return api.request(method, filled, asked.body, token, dict(asked.query))


def views(api: ApiWorld, tenant: Tenant) -> dict[str, Any]:
    """Give everything that one user can look at, but for the exports that an export tells of."""
    keys = {key for key in ASKED if key.startswith("GET")} - NEVER_THE_SAME
    asked = {key: ASKED[key] for key in sorted(keys)}
    seen = {key: send(api, key, ask(api, tenant), tenant.token).body for key, ask in asked.items()}
    export = seen["GET /v1/me/export"]
    export["audit"] = [each for each in export["audit"] if each["event"] != "ACCOUNT_EXPORTED"]
    return seen


def told(shown: Any, tenant: Tenant) -> list[str]:
    """Give which of one user's ids an answer shows, and whether it shows their address."""
    text = json.dumps(shown).lower()
    known = {**tenant.ids, "address": tenant.key.address}
    return [name for name, value in known.items() if value.lower() in text]
