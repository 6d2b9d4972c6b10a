"""An order carries the builder fee that the agent's wallet was asked to approve, and no other."""

from __future__ import annotations

import json
from typing import Any

import pytest

from custody.agents import Agent
from custody.enrolment import Enrolment, NewAgent
from custody.hyperliquid import Terms
from custody.keys import wrapped_only
from custody.signer import IntentSigner
from tests.fakes.custody import untold
from tests.unit.custody.scene import POLICY, WALLET, Scene
from understudy.adapters.venues.hyperliquid.constants import Chain
from understudy.adapters.venues.hyperliquid.wire import Builder
from understudy.domain.intents import Intent, Signed
from understudy.domain.markets import HYPERLIQUID

OURS = Builder("0x" + "9" * 40, 10)
MORE, LESS = OURS._replace(fee_tenths_bps=20), OURS._replace(fee_tenths_bps=5)
OTHERS = OURS._replace(address="0x" + "8" * 40)


class Deployed(Scene):
    """A scene that can be deployed anew with another builder fee."""

    def deploy(self, builder: Builder | None) -> None:
        keys = wrapped_only(self.vault)
        self.enrolment = Enrolment(self.store, keys, self.clock, POLICY, builder=builder)
        self.signer = IntentSigner(
            self.store, keys, self.clock, Terms(Chain.TESTNET, builder), untold
        )

    def made(self) -> Agent:
        wanted = NewAgent("user-1", "wallet-1", WALLET, HYPERLIQUID, "understudy")
        agent = self.enrolment.create_agent(wanted)
        self.enrolment.activate(agent.agent_id)
        return agent

    def builder_of(self, order: Intent) -> Any:
        (answer,) = self.sign(order)
        assert isinstance(answer, Signed)
        return json.loads(answer.body)["action"].get("builder")


@pytest.mark.parametrize(
    ("approved", "now", "carried"),
    [
        (None, None, None),
        (None, OURS, None),
        (OURS, OURS, OURS),
        (OURS, MORE, OURS),
        (OURS, LESS, LESS),
        (OURS, OTHERS, None),
        (OURS, None, None),
    ],
    ids=["none", "switched on", "approved", "raised", "lowered", "another's", "switched off"],
)
def test_entries_and_exits_carry_what_was_approved_at_most(
    approved: Builder | None, now: Builder | None, carried: Builder | None
) -> None:
    scene = Deployed()
    scene.deploy(approved)
    agent_id = scene.made().agent_id
    scene.deploy(now)

    orders = (scene.entry("in", agent_id=agent_id), scene.exit("out", agent_id=agent_id))
    found = [scene.builder_of(each) for each in orders]

    expected = carried and {"b": carried.address, "f": carried.fee_tenths_bps}
    assert found == [expected] * 2


def test_a_leverage_carries_no_fee() -> None:
    scene = Deployed()
    scene.deploy(OURS)

    assert scene.builder_of(scene.leverage(agent_id=scene.made().agent_id)) is None
