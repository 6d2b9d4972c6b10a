"""What the venue has to approve beside an agent, and what becomes of its refusals over HTTP."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.wallet_key import WalletKey
from simulators.hyperliquid import texts
from tests.fakes.agents import InMemoryAgentKeys
from tests.fakes.api import Answer, ApiWorld
from tests.fakes.identity import ALICE, BOB
from understudy.domain.intents import Unknown

FLOW = (Path(__file__).resolve().parents[3] / "docs" / "flow.md").read_text(encoding="utf-8")
BUILDER, FEE = "0x" + "9" * 40, 10
LOST = Unknown("TIMEOUT")
REFUSALS = {
    texts.AGENT_LIMIT: "AGENT_SLOTS_FULL",
    texts.AGENT_PENDING_REMOVAL: "AGENT_REMOVAL_PENDING",
    texts.AGENT_USED: "AGENT_ADDRESS_USED",
}


def refused(text: str) -> tuple[int, bytes]:
    return 200, json.dumps({"status": "err", "response": text}).encode()


def enabled(api: ApiWorld) -> dict[str, Any]:
    wish = {"scope": "TRADE_ONLY", "agent_name": "main"}
    made: dict[str, Any] = api.request("POST", "/v1/agents/enable", wish, api.token()).body
    return made


def confirmed(api: ApiWorld, made: dict[str, Any], *keys: WalletKey) -> Answer:
    """Sign each action with its key, by default the wallet's own, and hand them in."""
    signing = zip(keys or (ALICE, ALICE), made["to_sign"], strict=False)
    signatures = [key.sign_action(each["action"]) for key, each in signing]
    body = {"agent_id": made["agent"]["agent_id"], "signatures": signatures}
    return api.request("POST", "/v1/agents/confirm", body, api.token())


def status_of(api: ApiWorld) -> str:
    (agent,) = api.request("GET", "/v1/agents", None, api.token()).body["items"]
    return str(agent["status"])


@pytest.fixture
def api() -> ApiWorld:
    """Give an API whose custody names a builder fee, so that there are two approvals."""
    return ApiWorld(keys=InMemoryAgentKeys(builder=(BUILDER, FEE)), referral_code="REF")


def test_a_builder_fee_is_asked_for_only_where_custody_names_one(api: ApiWorld) -> None:
    made, without = enabled(api), enabled(ApiWorld())

    asked = [[each["action"]["type"] for each in one["to_sign"]] for one in (made, without)]
    assert asked == [["approveAgent", "approveBuilderFee"], ["approveAgent"]]
    agent = confirmed(api, made).body["agent"]
    assert agent["approve_builder_fee_confirmed_at_ms"] > 0
    assert api.rest.fees == {BUILDER: FEE}


def test_an_agent_keeps_its_network_its_referral_code_and_its_fee(api: ApiWorld) -> None:
    agent = confirmed(api, enabled(api)).body["agent"]

    kept = ("hl_chain", "referral_code", "builder_address", "builder_fee_tenths_bps")
    assert [agent[name] for name in kept] == ["Testnet", "REF", BUILDER, FEE]


@pytest.mark.parametrize("keys", [(ALICE, BOB), (BOB, ALICE)], ids=["the fee", "the agent"])
def test_a_strangers_signature_beside_the_wallets_own_hands_nothing_in(
    api: ApiWorld, keys: tuple[WalletKey, ...]
) -> None:
    answer = confirmed(api, enabled(api), *keys)

    assert (answer.status, answer.code) == (400, "SIGNATURE_MISMATCH")
    assert api.rest.sent == []
    assert api.keys.states == {"agent-1": "PENDING"}


def test_the_wallets_own_signatures_in_another_order_hand_nothing_in(api: ApiWorld) -> None:
    made = enabled(api)
    made["to_sign"].reverse()

    answer = confirmed(api, made)

    assert (answer.status, answer.code) == (400, "SIGNATURE_MISMATCH")
    assert api.rest.sent == []


@pytest.mark.parametrize("agreed", [0, 5, 20])
@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (LOST, (503, "VENUE_UNREACHABLE")),
        (refused(texts.BUILDER_BALANCE), (422, "VENUE_REJECTED")),
    ],
    ids=["lost", "refused"],
)
def test_an_agent_whose_fee_was_not_taken_signs_nothing_until_it_is_confirmed_again(
    api: ApiWorld, agreed: int, answer: Any, told: tuple[int, str]
) -> None:
    made = enabled(api)
    api.rest.fees[BUILDER] = agreed
    api.rest.answers.extend([None, answer])

    first = confirmed(api, made)

    assert (first.status, first.code) == told
    assert api.rest.listed == {"main": made["agent"]["address"]}, "the agent was taken"
    assert api.keys.states == {"agent-1": "PENDING"}
    assert status_of(api) == "PENDING"

    api.rest.answers.append(refused(texts.AGENT_USED))  # it is there already
    again = confirmed(api, made)

    assert again.body["agent"]["status"] == "ACTIVE"
    assert api.keys.states == {"agent-1": "ACTIVE"}
    assert api.rest.fees == {BUILDER: FEE}


def test_a_fee_that_was_taken_although_its_answer_was_lost_is_in_effect(api: ApiWorld) -> None:
    made = enabled(api)
    api.rest.take(made["to_sign"][1]["action"])
    api.rest.answers.extend([None, LOST])

    assert confirmed(api, made).body["agent"]["status"] == "ACTIVE"


@pytest.mark.parametrize(("text", "code"), REFUSALS.items(), ids=REFUSALS.values())
def test_a_refusal_by_the_venue_is_told_and_leaves_it_pending(
    api: ApiWorld, text: str, code: str
) -> None:
    made = enabled(api)
    api.rest.answers.append(refused(text))

    answer = confirmed(api, made)

    assert (answer.status, answer.code) == (422, code)
    assert text in answer.body["detail"]
    assert api.keys.states == {"agent-1": "PENDING"}
    assert status_of(api) == "PENDING"


@pytest.mark.parametrize("code", REFUSALS.values())
def test_a_refusal_by_the_venue_is_on_the_page(code: str) -> None:
    assert f"`{code}`" in FLOW
