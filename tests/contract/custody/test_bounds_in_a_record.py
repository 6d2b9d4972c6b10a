"""Bounds are a wallet's: what an agent's own record says of them counts nothing."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from moto import mock_aws

from custody.agents import Agent, AgentStatus
from custody.aws import keys as at
from custody.enrolment import Enrolment, NewAgent
from custody.keys import wrapped_only
from custody.signer import IntentSigner
from tests.contract.conftest import moto_client
from tests.contract.custody.backends import TABLES, on_aws
from tests.fakes.custody import untold
from tests.unit.custody.scene import NOW_MS, POLICY, TESTNET, WALLET, Scene
from understudy.adapters.aws.attributes import attributes_of, number
from understudy.adapters.memory.clock import ManualClock
from understudy.domain.markets import HYPERLIQUID

if TYPE_CHECKING:
    from collections.abc import Iterator

NARROW = replace(POLICY, max_order_notional=Decimal(1_000))


class BoundedByItself(Scene):
    """A scene on tables with an active agent whose record has bounds, and its wallet none."""

    def __post_init__(self) -> None:
        self._database, kms = moto_client("dynamodb"), moto_client("kms")
        backend = on_aws(self._database, kms, TABLES)
        keys = wrapped_only(backend.vault, self._next_random_bytes)
        self.agents = backend.agents
        self.enrolment = Enrolment(self.agents, keys, self.clock, POLICY, self._next_random_bytes)
        self.signer = IntentSigner(backend.signing, keys, self.clock, TESTNET, untold)
        made = keys.of(Scene().agent.authority).make("by-itself", 1)
        self.agent = replace(
            Scene().agent,
            agent_id="by-itself",
            wallet_address=WALLET,
            address=made.address,
            ciphertext=made.ciphertext,
            key_id=made.key_id,
            status=AgentStatus.ACTIVE,
        )
        bounds = {"policy": {"M": attributes_of(NARROW)}, "policy_version": number(3)}
        item = {**at.agent(self.agent.agent_id), **attributes_of(self.agent), **bounds}
        self._database.put_item(TableName=TABLES.custody, Item=item)

    def next_agent(self) -> Agent:
        wanted = NewAgent("user-1", "wallet-1", WALLET, HYPERLIQUID, "understudy")
        return self.enrolment.create_agent(wanted)


@pytest.fixture
def scene() -> Iterator[BoundedByItself]:
    with mock_aws():
        yield BoundedByItself(ManualClock(NOW_MS))


def test_an_agent_of_a_wallet_without_bounds_signs_nothing(scene: BoundedByItself) -> None:
    reasons = [scene.refusal(each) for each in (scene.entry(), scene.exit(), scene.leverage())]

    assert reasons == ["SYMBOL_NOT_ALLOWED", "PRICE_OUT_OF_BAND", "SYMBOL_NOT_ALLOWED"]


def test_a_wallets_bounds_hold_for_every_agent_whatever_its_record_says(
    scene: BoundedByItself,
) -> None:
    other = scene.next_agent()

    assert scene.agents.bounds(scene.agent) == scene.agents.bounds(other)
    assert scene.enrolment.policy(scene.agent.agent_id) == POLICY
