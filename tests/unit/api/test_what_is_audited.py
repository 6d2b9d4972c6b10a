"""What changes something is in the audit, by whichever operation of the API's document."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.api import ApiWorld
from tests.fakes.identity import OPERATOR
from tests.openapi.served import Served
from tests.unit.api.tenancy import Matrix, send
from tests.unit.api.test_two_tenants import ALL, OF_OPERATORS, SIGNED_IN
from tests.unit.api.two_tenants import TERMS, Asked

if TYPE_CHECKING:
    from tests.unit.api.tenancy import Operation

OPEN = [each for each in ALL.values() if each.is_open]
CONFIRM = "POST /v1/agents/confirm"
# What the signer writes down, in the transaction that does it: tests/contract/custody. That a
# confirmation lets an agent sign is its deed; that one takes an agent back at the venue is not.
BY_THE_SIGNER = {
    "POST /v1/agents/enable",
    CONFIRM,
    "POST /v1/agents/{agent_id}/rotate",
    "PUT /v1/agents/{agent_id}/bounds",
    "DELETE /v1/agents/{agent_id}",
}
# What changes nothing to ask after: a session goes on, and its sign-in has a row (a refresh token
# that is used twice ends it, and has one); these terms were accepted before.
GOES_ON = {"POST /v1/auth/refresh", "POST /v1/ops/auth/refresh", "POST /v1/terms/accept"}
# What only reads, and is written down all the same.
LOOKS_AT_SOMEBODY = {"GET /v1/me/export", "GET /v1/ops/users"}


def is_audited(key: str) -> bool:
    changes = not key.startswith("GET") and key not in BY_THE_SIGNER | GOES_ON
    return changes or key in LOOKS_AT_SOMEBODY


def test_what_is_left_out_is_there() -> None:
    assert set(ALL) >= BY_THE_SIGNER | GOES_ON | LOOKS_AT_SOMEBODY


@pytest.mark.parametrize("operation", SIGNED_IN, ids=lambda each: each.key)
def test_what_a_user_does_is_in_the_audit(operation: Operation) -> None:
    matrix = Matrix(operation, ApiWorld(current_terms=TERMS))
    written = len(matrix.api.audit.entries)

    assert matrix.send(matrix.alice.token).status == operation.status

    new = matrix.api.audit.entries[written:]
    assert bool(new) is is_audited(operation.key)
    assert {each.subject for each in new} <= {matrix.alice.ids["user_id"]}


def test_an_agent_that_is_taken_back_at_the_venue_is_in_the_audit() -> None:
    matrix = Matrix(ALL[CONFIRM], ApiWorld(current_terms=TERMS))
    agent_id = matrix.alice.ids["agent_id"]
    revoked = matrix.api.request("DELETE", f"/v1/agents/{agent_id}", None, matrix.alice.token).body
    signatures = [matrix.alice.key.sign_action(each["action"]) for each in revoked["to_sign"]]
    asked = Asked(body={"agent_id": agent_id, "signatures": signatures})
    written = len(matrix.api.audit.entries)

    assert matrix.send(matrix.alice.token, asked).status == ALL[CONFIRM].status

    (removed,) = matrix.api.audit.entries[written:]
    assert (removed.event, removed.subject) == ("AGENT_REMOVED", matrix.alice.ids["user_id"])
    assert removed.facts == {
        "agent_id": agent_id,
        "wallet_id": matrix.alice.ids["wallet_id"],
        "venue": "hyperliquid",
        "status": "REVOKED",
    }


@pytest.mark.parametrize("operation", OPEN, ids=lambda each: each.key)
def test_who_comes_in_and_goes_is_in_the_audit(operation: Operation) -> None:
    served = Served()
    asked = served.good(operation.key)
    written = len(served.api.audit.entries)

    assert send(served.api, operation.key, asked, "").status == operation.status

    assert bool(served.api.audit.entries[written:]) is is_audited(operation.key)


@pytest.mark.parametrize("operation", OF_OPERATORS, ids=lambda each: each.key)
def test_what_an_operator_does_is_in_the_audit_with_who_and_why(operation: Operation) -> None:
    served = Served()
    asked = served.good(operation.key)
    written = len(served.api.audit.entries)

    assert send(served.api, operation.key, asked, served.operator).status == operation.status

    new = served.api.audit.entries[written:]
    assert bool(new) is is_audited(operation.key)
    assert {each.facts["operator"] for each in new} <= {OPERATOR.address.lower()}
    assert all(each.facts["reason"] for each in new)
