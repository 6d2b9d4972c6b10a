"""Delegation over HTTP: what is signed, what is handed in, and what becomes of lost answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data

from tests.fakes.api import ApiWorld
from tests.fakes.identity import ALICE, BOB
from tests.fakes.requests import created, started
from understudy.domain.intents import Unknown

HOUR_MS = 3_600_000


def enabled(api: ApiWorld, token: str, name: str = "main") -> dict[str, Any]:
    wish = {"scope": "TRADE_ONLY", "agent_name": name}
    answer = api.request("POST", "/v1/agents/enable", wish, token)
    assert answer.status == 201, answer.body
    return answer.body


def confirmation(made: dict[str, Any], key: Any = ALICE) -> dict[str, Any]:
    signatures = [key.sign_action(each["action"]) for each in made["to_sign"]]
    return {"agent_id": made["agent"]["agent_id"], "signatures": signatures}


def test_an_agent_is_pending_until_its_wallet_has_signed(api: ApiWorld, token: str) -> None:
    made = enabled(api, token)
    assert made["agent"]["status"] == "PENDING"
    assert api.keys.states == {"agent-1": "PENDING"}

    answer = api.request("POST", "/v1/agents/confirm", confirmation(made), token)

    agent = answer.body["agent"]
    assert agent["status"] == "ACTIVE"
    assert agent["upstream_confirmed_at_ms"] == agent["approve_agent_confirmed_at_ms"] > 0
    assert api.keys.states == {"agent-1": "ACTIVE"}
    assert api.rest.listed == {"main": agent["address"]}


def test_the_typed_data_is_what_any_wallet_signs(api: ApiWorld, token: str) -> None:
    made = enabled(api, token)
    (request,) = made["to_sign"]
    signable = encode_typed_data(full_message=request["typed_data"])
    signed = Account.sign_message(signable, b"\x01" * 32)

    body = {"agent_id": made["agent"]["agent_id"], "signatures": ["0x" + signed.signature.hex()]}

    assert api.request("POST", "/v1/agents/confirm", body, token).status == 200


def test_the_name_carries_its_own_end(api: ApiWorld, token: str) -> None:
    made = enabled(api, token, "sixteen-letters1")

    name = made["to_sign"][0]["typed_data"]["message"]["agentName"]
    assert name == f"sixteen-letters1 valid_until {made['agent']['valid_until_ms']}"


@pytest.mark.parametrize(
    "change",
    [
        {"scope": "ALL"},
        {"agent_name": ""},
        {"agent_name": "seventeen-letters"},
        {"agent_name": "tab\there"},
        {"agent_name": " padded "},
        {"agent_name": "line\n"},
        {"agent_name": 5},
        {"wallet_id": 5},
        {"key": "0x1"},
        {"venue": "polymarket"},
    ],
)
def test_an_agent_that_cannot_be_meant_is_refused(
    api: ApiWorld, token: str, change: dict[str, Any]
) -> None:
    wish = {"scope": "TRADE_ONLY", "agent_name": "main", **change}

    answer = api.request("POST", "/v1/agents/enable", wish, token)

    assert (answer.status, answer.code) == (400, "INVALID_INPUT")
    assert api.keys.states == {}


def test_the_right_to_withdraw_is_never_taken(api: ApiWorld, token: str) -> None:
    wish = {"scope": "TRADE_AND_WITHDRAW", "agent_name": "main"}

    answer = api.request("POST", "/v1/agents/enable", wish, token)

    assert (answer.status, answer.code) == (422, "SCOPE_NOT_ALLOWED")


def test_somebody_elses_wallet_cannot_delegate(api: ApiWorld, token: str) -> None:
    other = api.sign_in(BOB)["wallet"]["wallet_id"]
    wish = {"scope": "TRADE_ONLY", "agent_name": "main", "wallet_id": other}

    answer = api.request("POST", "/v1/agents/enable", wish, token)

    assert (answer.status, answer.code) == (404, "WALLET_NOT_FOUND")


def test_somebody_elses_signature_activates_nothing(api: ApiWorld, token: str) -> None:
    made = enabled(api, token)

    answer = api.request("POST", "/v1/agents/confirm", confirmation(made, BOB), token)

    assert (answer.status, answer.code) == (400, "SIGNATURE_MISMATCH")
    assert api.rest.sent == []
    assert api.keys.states == {"agent-1": "PENDING"}


@pytest.mark.parametrize("count", [0, 2, 5])
def test_as_many_signatures_as_actions_are_wanted(api: ApiWorld, token: str, count: int) -> None:
    body = confirmation(enabled(api, token))
    body["signatures"] *= count

    assert api.request("POST", "/v1/agents/confirm", body, token).status == 400
    assert api.rest.sent == []


def test_somebody_elses_agent_is_not_there(api: ApiWorld, token: str) -> None:
    made, other = enabled(api, token), api.token(BOB)

    confirmed = api.request("POST", "/v1/agents/confirm", confirmation(made), other)
    revoked = api.request("DELETE", "/v1/agents/agent-1", None, other)

    assert confirmed.code == revoked.code == "AGENT_NOT_FOUND"
    assert api.keys.states == {"agent-1": "PENDING"}


def test_after_an_hour_it_is_too_late_to_sign(api: ApiWorld, token: str) -> None:
    made = enabled(api, token)
    api.world.clock.advance(HOUR_MS)

    answer = api.request("POST", "/v1/agents/confirm", confirmation(made), api.token())

    assert (answer.status, answer.code) == (409, "AGENT_EXPIRED")
    assert api.request("GET", "/v1/agents", None, api.token()).body["items"][0]["status"] == (
        "EXPIRED"
    )


def test_a_lost_answer_can_be_asked_for_again(api: ApiWorld, token: str) -> None:
    made = enabled(api, token)
    api.rest.answers.append(Unknown("TIMEOUT"))
    assert api.request("POST", "/v1/agents/confirm", confirmation(made), token).status == 503

    api.rest.take(made["to_sign"][0]["action"])  # it had arrived
    api.rest.answers.append((200, b'{"status":"err","response":"Invalid nonce: duplicate nonce"}'))
    again = api.request("POST", "/v1/agents/confirm", confirmation(made), token)

    assert again.body["agent"]["status"] == "ACTIVE"


def test_custody_being_down_changes_nothing(api: ApiWorld, token: str) -> None:
    api.keys.is_down = True
    wish = {"scope": "TRADE_ONLY", "agent_name": "main"}

    answer = api.request("POST", "/v1/agents/enable", wish, token)

    assert (answer.status, answer.code) == (503, "SIGNING_UNAVAILABLE")
    assert answer.headers["Retry-After"] == "2"
    assert api.identity.agents_by_id == {}


def test_an_agent_whose_answer_was_lost_is_the_same_one_when_asked_again(
    api: ApiWorld, token: str
) -> None:
    api.keys.loses_answers = True
    wish = {"scope": "TRADE_ONLY", "agent_name": "main"}
    assert api.request("POST", "/v1/agents/enable", wish, token).status == 503
    api.keys.loses_answers = False

    again = enabled(api, token)
    another = enabled(api, token, "another")

    assert again["agent"]["agent_id"] == "agent-1"
    assert another["agent"]["agent_id"] == "agent-2"


def test_confirming_twice_is_no_error(api: ApiWorld, token: str) -> None:
    made = enabled(api, token)
    first = api.request("POST", "/v1/agents/confirm", confirmation(made), token)

    second = api.request("POST", "/v1/agents/confirm", confirmation(made), token)

    assert second.body["agent"] == first.body["agent"]
    assert len(api.rest.sent) == 1


def test_a_name_in_use_is_not_given_twice(api: ApiWorld, token: str) -> None:
    api.delegate(token)
    wish = {"scope": "TRADE_ONLY", "agent_name": "main"}

    answer = api.request("POST", "/v1/agents/enable", wish, token)

    assert (answer.status, answer.code) == (409, "AGENT_NAME_IN_USE")


def test_five_agents_may_wait_for_signatures(api: ApiWorld, token: str) -> None:
    for number in range(5):
        enabled(api, token, f"name-{number}")
    wish = {"scope": "TRADE_ONLY", "agent_name": "main"}

    answer = api.request("POST", "/v1/agents/enable", wish, token)

    assert (answer.status, answer.code) == (422, "TOO_MANY_PENDING_AGENTS")


def test_a_revoked_agent_pauses_its_follows_and_can_be_removed_at_the_venue(
    api: ApiWorld, token: str
) -> None:
    agent_id = api.delegate(token)
    follow_id, idle = started(api, token), created(api, token, leader="0x" + "7" * 40)

    revoked = api.request("DELETE", f"/v1/agents/{agent_id}", None, token).body

    assert api.keys.states[agent_id] == "REVOKED"
    assert revoked["agent"]["status"] == "REVOKED"
    shown = api.request("GET", f"/v1/follows/{follow_id}", None, token).body
    assert (shown["status"], shown["pause_reason"]) == ("PAUSED", "agent_revoked")
    assert api.request("GET", f"/v1/follows/{idle}", None, token).body["status"] == "INACTIVE"

    answer = api.request("POST", "/v1/agents/confirm", confirmation(revoked), token)

    assert answer.status == 200
    assert api.rest.listed["main"] == "0x" + "0" * 40


def test_revoking_again_goes_on_where_it_was_broken_off(api: ApiWorld, token: str) -> None:
    agent_id = api.delegate(token)
    api.keys.is_down = True
    assert api.request("DELETE", f"/v1/agents/{agent_id}", None, token).status == 503
    api.keys.is_down = False

    first = api.request("DELETE", f"/v1/agents/{agent_id}", None, token)
    second = api.request("DELETE", f"/v1/agents/{agent_id}", None, token)

    assert first.body == second.body


def test_no_answer_ever_holds_a_key(api: ApiWorld, token: str) -> None:
    made = enabled(api, token)

    assert set(made["agent"]).isdisjoint({"key", "secret", "private_key", "ciphertext"})
    assert "ciphertext" not in json.dumps(made)
