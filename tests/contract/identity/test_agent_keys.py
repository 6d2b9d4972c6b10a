"""The API's side of custody speaks to custody's own enrolment door."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import pytest

from custody.agents import AgentStatus, Policy
from custody.doors import OPENED_BY, enrolment_door
from custody.enrolment import Enrolment
from custody.keys import wrapped_only
from tests.contract.identity.people import WALLET
from tests.fakes.builders import NOW_MS, number
from tests.fakes.custody import InMemoryCustodyStore, InMemoryVault
from understudy.adapters.aws.agent_keys import LambdaAgentKeys
from understudy.adapters.memory.clock import ManualClock
from understudy.adapters.memory.market_store import InMemoryMarketStore
from understudy.adapters.venues.hyperliquid.wire import Builder
from understudy.domain.errors import (
    ConflictError,
    SigningRefusedError,
    SigningUnavailableError,
)
from understudy.ports.switches import Switch

BUILDER = Builder("0x" + "9" * 40, 10)
POLICY = Policy(number(1000), number(10_000), 10, 500)


class Functions:
    """A Lambda client whose one function is custody's enrolment door."""

    def __init__(self) -> None:
        self.store = InMemoryCustodyStore(InMemoryMarketStore())
        enrolment = Enrolment(
            self.store,
            wrapped_only(InMemoryVault()),
            ManualClock(NOW_MS),
            POLICY,
            builder=BUILDER,
        )
        self.stands = {"store": True, "vault": True}
        self._doors = {
            alias: enrolment_door(enrolment, alias, lambda: self.stands) for alias in OPENED_BY
        }
        self.answer: dict[str, Any] | None = None

    def invoke(self, **request: Any) -> dict[str, Any]:
        if self.answer is not None:
            return self.answer
        door = self._doors[request["FunctionName"].rpartition(":")[2]]
        given = door(json.loads(request["Payload"]))
        return {"StatusCode": 200, "Payload": io.BytesIO(json.dumps(given).encode())}


@pytest.fixture
def functions() -> Functions:
    return Functions()


@pytest.fixture
def keys(functions: Functions) -> LambdaAgentKeys:
    client: Any = functions
    return LambdaAgentKeys(client, "signer:enroll")


def test_an_agent_is_made_let_sign_and_destroyed(
    functions: Functions, keys: LambdaAgentKeys
) -> None:
    made = keys.create_agent(WALLET, "hyperliquid", "main", "r1")
    kept = functions.store.agent(made.agent_id)
    assert kept is not None
    assert (kept.address, kept.wallet_address) == (made.address, WALLET.address)
    assert (made.builder_address, made.builder_fee_tenths_bps) == BUILDER

    keys.activate(made.agent_id)
    keys.revoke(made.agent_id)
    keys.revoke(made.agent_id)

    gone = functions.store.agent(made.agent_id)
    assert gone is not None
    assert (gone.status, gone.ciphertext) == (AgentStatus.REVOKED, b"")
    with pytest.raises(SigningRefusedError):
        keys.activate(made.agent_id)


def test_the_same_request_makes_one_key_and_another_one_another(keys: LambdaAgentKeys) -> None:
    first = keys.create_agent(WALLET, "hyperliquid", "main", "r1")

    assert keys.create_agent(WALLET, "hyperliquid", "main", "r1") == first
    assert keys.create_agent(WALLET, "hyperliquid", "main", "r2") != first


def test_what_custody_will_not_do_is_a_refusal(keys: LambdaAgentKeys) -> None:
    with pytest.raises(SigningRefusedError):
        keys.activate("nobody")
    with pytest.raises(SigningRefusedError):
        keys.create_agent(WALLET, "hyperliquid", "a name that is far too long", "r1")


@pytest.mark.parametrize(
    "answer",
    [
        {"FunctionError": "Unhandled", "Payload": io.BytesIO(b'{"errorMessage": "x"}')},
        {"Payload": io.BytesIO(b"not JSON")},
        {"Payload": io.BytesIO(b"[]")},
    ],
    ids=["failed", "garbage", "list"],
)
def test_no_usable_answer_is_no_answer(
    functions: Functions, keys: LambdaAgentKeys, answer: dict[str, Any]
) -> None:
    functions.answer = answer

    with pytest.raises(SigningUnavailableError):
        keys.activate("a1")


def test_a_signer_that_fails_is_not_said_to_be_well(
    functions: Functions, keys: LambdaAgentKeys
) -> None:
    functions.answer = {"FunctionError": "Unhandled", "Payload": io.BytesIO(b"{}")}

    with pytest.raises(SigningUnavailableError):
        keys.standing()


def test_a_signer_of_an_older_version_says_nothing_of_its_parts(
    functions: Functions, keys: LambdaAgentKeys
) -> None:
    functions.answer = {"Payload": io.BytesIO(b'{"agent_id": "a1"}')}

    with pytest.raises(SigningUnavailableError):
        keys.standing()


def test_custody_says_which_of_its_parts_answer(
    functions: Functions, keys: LambdaAgentKeys
) -> None:
    functions.stands["vault"] = False

    assert keys.standing() == {"store": True, "vault": False}


def test_a_kill_switch_is_turned_in_custody_by_the_operators_alias_alone(
    functions: Functions, keys: LambdaAgentKeys
) -> None:
    client: Any = functions
    operators = LambdaAgentKeys(client, "signer:operate")

    operators.turn(Switch.KILL_USER, "u1", on=True, at_ms=NOW_MS)

    (entry,) = functions.store.audited
    assert (entry.event, entry.facts["on"]) == ("SWITCH_SET", True)
    with pytest.raises(SigningRefusedError) as refused:
        keys.turn(Switch.KILL_USER, "u1", on=False, at_ms=NOW_MS)
    assert refused.value.facts["cause"] == "NOT_ALLOWED"
    with pytest.raises(ConflictError) as late:
        operators.turn(Switch.KILL_USER, "u1", on=False, at_ms=NOW_MS)
    assert late.value.code == "NEWER_DECISION"


def test_bounds_are_narrowed_and_wider_ones_come_back_with_a_text(keys: LambdaAgentKeys) -> None:
    agent_id = keys.create_agent(WALLET, "hyperliquid", "main", "r1").agent_id
    before = keys.bounds(agent_id)
    narrow = replace(before, max_leverage=2, symbols_deny=("MEME",))

    assert keys.set_bounds(agent_id, narrow, 0, "").bounds == narrow

    asked = keys.set_bounds(agent_id, before, 0, "")
    assert asked.bounds == keys.bounds(agent_id) == narrow
    assert "leverage: 10" in asked.to_sign
    with pytest.raises(SigningRefusedError) as refused:
        keys.set_bounds(agent_id, before, asked.valid_until_ms, "0x" + "1" * 130)
    assert refused.value.facts["cause"] in {"AGREEMENT_MISMATCH", "SIGNATURE_MALFORMED"}
