"""The venue has one agent for each name: none is approved, and none taken away, for another."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.fakes.api import Answer, ApiWorld
from tests.fakes.identity import ALICE, BOB
from tests.unit.api.leaving import delete
from tests.unit.api.test_wallets import link, linked, remove
from understudy.domain.agents import MOST_MADE_A_DAY

REMOVED = "0x" + "0" * 40
HOUR_MS = 3_600_000


def enable(api: ApiWorld, token: str, name: str = "main", **wish: str) -> Answer:
    body = {"scope": "TRADE_ONLY", "agent_name": name, **wish}
    return api.request("POST", "/v1/agents/enable", body, token)


def shown(api: ApiWorld, token: str, agent_id: str) -> dict[str, Any]:
    body: dict[str, Any] = api.request("GET", f"/v1/agents/{agent_id}", None, token).body
    return body


def confirm(api: ApiWorld, token: str, made: dict[str, Any], key: Any = ALICE) -> Answer:
    signatures = [key.sign_action(each["action"]) for each in made["to_sign"]]
    body = {"agent_id": made["agent"]["agent_id"], "signatures": signatures or ["0x"]}
    return api.request("POST", "/v1/agents/confirm", body, token)


def revoke(api: ApiWorld, token: str, agent_id: str) -> dict[str, Any]:
    answer = api.request("DELETE", f"/v1/agents/{agent_id}", None, token)
    assert answer.status == 200, answer.body
    body: dict[str, Any] = answer.body
    return body


def named_alike(api: ApiWorld, token: str) -> str:
    """Keep a second agent under the name `main`, as versions before this one made them."""
    agent_id = str(enable(api, token, "other").body["agent"]["agent_id"])
    agents = api.identity.agents_by_id
    agents[agent_id] = replace(agents[agent_id], name="main")
    return agent_id


def test_a_name_asked_for_again_gives_the_agent_that_waits_by_it(api: ApiWorld, token: str) -> None:
    first = enable(api, token)
    api.world.clock.advance(HOUR_MS - 1)

    again = enable(api, api.token())

    assert (again.status, again.body) == (201, first.body)
    assert api.keys.states == {"agent-1": "PENDING"}
    api.world.clock.advance(1)
    assert enable(api, api.token()).body["agent"]["agent_id"] == "agent-2"


def test_a_name_asked_for_again_after_its_agent_was_revoked_unsigned_makes_another(
    api: ApiWorld, token: str
) -> None:
    revoke(api, token, enable(api, token).body["agent"]["agent_id"])

    assert enable(api, token).body["agent"]["agent_id"] == "agent-2"


def test_a_successors_name_is_its_own(api: ApiWorld, token: str) -> None:
    agent_id = api.delegate(token)
    successor = api.request("POST", f"/v1/agents/{agent_id}/rotate", None, token).body["agent"]

    answer = enable(api, token, successor["name"])

    assert (answer.status, answer.code) == (409, "AGENT_NAME_IN_USE")


def test_a_wallet_that_is_linked_again_has_the_names_that_the_venue_knows(
    api: ApiWorld, token: str
) -> None:
    wallet_id = linked(api, token)
    made = enable(api, token, wallet_id=wallet_id).body
    assert confirm(api, token, made, BOB).status == 200
    revoke(api, token, made["agent"]["agent_id"])
    assert remove(api, token, wallet_id).status == 200
    again = link(api, token, BOB).body["wallet_id"]

    answer = enable(api, token, wallet_id=again)

    assert (answer.status, answer.code) == (409, "AGENT_NAME_IN_USE")
    assert enable(api, token).status == 201


def test_of_two_agents_of_one_name_only_the_first_is_approved(api: ApiWorld, token: str) -> None:
    first = enable(api, token).body
    second = shown(api, token, named_alike(api, token))
    confirm(api, token, second)

    late = confirm(api, token, first)

    assert (late.status, late.code) == (409, "AGENT_NAME_IN_USE")
    assert api.rest.listed == {"main": second["agent"]["address"]}


def test_of_two_that_waited_with_one_name_only_the_first_is_ever_approved(
    api: ApiWorld, token: str
) -> None:
    first = enable(api, token).body
    second = shown(api, token, named_alike(api, token))
    confirm(api, token, first)
    taken_back = revoke(api, token, first["agent"]["agent_id"])

    answer = confirm(api, token, second)

    assert (answer.status, answer.code) == (409, "AGENT_NAME_IN_USE")
    assert confirm(api, token, taken_back).status == 200


def test_an_agent_that_was_never_handed_in_has_no_removal_to_sign(
    api: ApiWorld, token: str
) -> None:
    made = enable(api, token).body

    revoked = revoke(api, token, made["agent"]["agent_id"])

    assert (revoked["agent"]["status"], revoked["to_sign"]) == ("REVOKED", [])
    assert shown(api, token, made["agent"]["agent_id"])["to_sign"] == []
    answer = confirm(api, token, made)
    assert (answer.status, answer.code) == (409, "AGENT_REVOKED")
    assert api.rest.sent == []


def test_revoking_an_unsigned_agent_gives_nothing_that_takes_its_namesake_away(
    api: ApiWorld, token: str
) -> None:
    active = enable(api, token).body
    other = named_alike(api, token)
    confirm(api, token, active)

    revoked = revoke(api, token, other)

    assert revoked["to_sign"] == shown(api, token, other)["to_sign"] == []
    assert api.rest.listed == {"main": active["agent"]["address"]}


@pytest.mark.parametrize("is_approved", [True, False], ids=["active", "handed in"])
def test_a_removal_waits_while_a_namesake_lives_that_the_venue_may_know(
    api: ApiWorld, token: str, is_approved: Any
) -> None:
    """Two confirmations at once may both have been handed in."""
    living = enable(api, token).body
    over = named_alike(api, token)
    if is_approved:
        confirm(api, token, living)
    agents = api.identity.agents_by_id
    for agent_id in (living["agent"]["agent_id"], over):
        agents[agent_id] = replace(agents[agent_id], handed_in_at_ms=1)

    revoked = revoke(api, token, over)

    assert revoked["to_sign"] == shown(api, token, over)["to_sign"] == []
    refused = confirm(api, token, revoked)
    assert (refused.status, refused.code) == (409, "AGENT_NAME_IN_USE")
    revoke(api, token, living["agent"]["agent_id"])
    (removal,) = shown(api, token, over)["to_sign"]
    assert (removal["action"]["agentName"], removal["action"]["agentAddress"]) == ("main", REMOVED)


@pytest.mark.parametrize("name", ["valid_until1", "x valid_until 9", "Valid_Until"])
def test_a_name_that_the_venue_would_read_as_an_end_makes_no_key(
    api: ApiWorld, token: str, name: str
) -> None:
    for _ in range(MOST_MADE_A_DAY + 1):
        answer = enable(api, token, name)
        assert (answer.status, answer.code) == (400, "INVALID_INPUT")

    assert api.keys.states == api.identity.agents_by_id == {}
    assert enable(api, token).status == 201


def badly_named(api: ApiWorld, token: str) -> str:
    agent_id = str(enable(api, token).body["agent"]["agent_id"])
    agents = api.identity.agents_by_id
    agents[agent_id] = replace(agents[agent_id], name="valid_until1")
    return agent_id


def test_an_agent_that_has_such_a_name_already_is_shown_and_revoked(
    api: ApiWorld, token: str
) -> None:
    agent_id = badly_named(api, token)

    assert shown(api, token, agent_id)["to_sign"] == []
    assert revoke(api, token, agent_id)["to_sign"] == []
    assert shown(api, token, agent_id)["agent"]["status"] == "REVOKED"
    assert api.keys.states == {agent_id: "REVOKED"}


def test_an_agent_that_has_such_a_name_already_keeps_nobody_from_leaving(
    api: ApiWorld, token: str
) -> None:
    agent_id = badly_named(api, token)

    assert delete(api, token).body["status"] == "DELETED"
    assert api.keys.states == {agent_id: "REVOKED"}
