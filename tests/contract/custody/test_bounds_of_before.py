"""Bounds that lie in an agent's own record, from before they were its wallet's, go on to hold."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from moto import mock_aws

from cli.wallet_key import WalletKey
from custody.agents import Agent, AgentStatus, Bounds
from custody.audit import of_policy
from custody.aws import keys as at
from custody.enrolment import Enrolment, NewAgent, PolicyOrder
from custody.keys import wrapped_only
from custody.signer import IntentSigner
from tests.contract.conftest import moto_client
from tests.contract.custody.backends import TABLES, on_aws
from tests.unit.custody.scene import NOW_MS, POLICY, TESTNET, Scene
from understudy.adapters.aws.attributes import attributes_of, number
from understudy.adapters.memory.clock import ManualClock
from understudy.domain.errors import ConflictError
from understudy.domain.markets import HYPERLIQUID

if TYPE_CHECKING:
    from collections.abc import Iterator

OWNER = WalletKey(b"\x31" * 32)
ADDRESS = OWNER.address.lower()
NARROW = replace(POLICY, max_order_notional=Decimal(5_000))


class Before(Scene):
    """A scene on tables in which an agent lies as earlier versions stored it."""

    def __post_init__(self) -> None:
        self._database, kms = moto_client("dynamodb"), moto_client("kms")
        backend = on_aws(self._database, kms, TABLES)
        keys = wrapped_only(backend.vault, self._next_random_bytes)
        self.agents = backend.agents
        self.enrolment = Enrolment(self.agents, keys, self.clock, POLICY, self._next_random_bytes)
        self.signer = IntentSigner(backend.signing, keys, self.clock, TESTNET)
        made = keys.of(Scene().agent.authority).make("old", 1)
        self.agent = replace(
            Scene().agent,
            agent_id="old",
            wallet_address=ADDRESS,
            address=made.address,
            ciphertext=made.ciphertext,
            key_id=made.key_id,
            status=AgentStatus.ACTIVE,
        )
        bounds = {"policy": {"M": attributes_of(NARROW)}, "policy_version": number(3)}
        item = {**at.agent("old"), **attributes_of(self.agent), **bounds}
        self._database.put_item(TableName=TABLES.custody, Item=item)

    def successor(self) -> Agent:
        wanted = NewAgent("user-1", "wallet-1", ADDRESS, HYPERLIQUID, "understudy")
        return self.enrolment.create_agent(wanted)


@pytest.fixture
def scene() -> Iterator[Before]:
    with mock_aws():
        yield Before(ManualClock(NOW_MS))


def test_an_agent_goes_on_to_sign_under_the_bounds_in_its_record(scene: Before) -> None:
    small = scene.entry("small", wallet_address=ADDRESS, size=Decimal("0.05"))
    large = scene.entry("large", wallet_address=ADDRESS, size=Decimal("0.1"))

    assert scene.refusal(large) == "ORDER_NOTIONAL_EXCEEDED"
    assert scene.signed(small).body
    assert scene.enrolment.policy("old") == NARROW


def test_its_next_signature_makes_them_the_wallets(scene: Before) -> None:
    scene.signed(scene.exit(wallet_address=ADDRESS))

    successor = scene.successor()

    assert scene.agents.bounds(successor) == scene.agents.bounds(scene.agent) == Bounds(NARROW, 3)


def test_changing_them_makes_them_the_wallets(scene: Before) -> None:
    asked = scene.enrolment.set_policy(PolicyOrder("old"), POLICY)
    assert "Change number: 4" in asked.to_sign
    order = PolicyOrder("old", asked.valid_until_ms, OWNER.sign_text(asked.to_sign))

    assert scene.enrolment.set_policy(order, POLICY).policy == POLICY

    assert scene.agents.bounds(scene.agent) == Bounds(POLICY, 4)
    assert scene.agents.bounds(scene.successor()) == Bounds(POLICY, 4)


def test_they_are_not_changed_twice_for_what_was_read_once(scene: Before) -> None:
    before = scene.agents.bounds(scene.agent)
    assert before == Bounds(NARROW, 3, is_own=True)
    entry = of_policy(scene.agent, before, POLICY, NOW_MS, is_wider=True)
    scene.agents.set_policy(scene.agent, before, POLICY, entry)

    with pytest.raises(ConflictError):
        scene.agents.set_policy(scene.agent, before, NARROW, entry)
