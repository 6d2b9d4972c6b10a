"""A deployment's builder fee at the venue: it ends no follow that was there before it."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from custody.agents import Agent
from custody.enrolment import Enrolment, NewAgent
from custody.hyperliquid import Terms
from custody.keys import wrapped_only
from custody.signer import IntentSigner
from tests.fakes.custody import untold
from tests.integration.simulator.test_agents import approve
from tests.unit.custody.scene import POLICY, Scene
from understudy.adapters.clock import SystemClock
from understudy.adapters.memory.clock import ManualClock
from understudy.adapters.venues.hyperliquid.constants import Chain
from understudy.adapters.venues.hyperliquid.wire import Builder
from understudy.domain.intents import Intent, Signed
from understudy.domain.markets import HYPERLIQUID

pytestmark = pytest.mark.integration

ORDER = {"symbol": "ETH", "asset": 1, "size": Decimal("0.1"), "leverage": 1}


class Deployment(Scene):
    """The signer before a running venue, deployed anew with or without a builder fee."""

    def __init__(self, trader: Any) -> None:
        self._trader = trader
        super().__init__(ManualClock(SystemClock().now_ms()))

    def deploy(self, builder: Builder | None) -> None:
        keys = wrapped_only(self.vault)
        self.enrolment = Enrolment(self.store, keys, self.clock, POLICY, builder=builder)
        self.signer = IntentSigner(
            self.store, keys, self.clock, Terms(Chain.TESTNET, builder), untold
        )

    def approved(self, name: str) -> Agent:
        """Make an agent and have its wallet approve it, and its fee, at the venue."""
        address = self._trader.wallet.address.lower()
        agent = self.enrolment.create_agent(
            NewAgent("user-1", "wallet-1", address, HYPERLIQUID, name)
        )
        assert approve(self._trader, agent.address, name)["status"] == "ok"
        if agent.builder_address:
            percent = f"{agent.builder_fee_tenths_bps / 1000}%"
            allowed = self._trader.approve_builder_fee(agent.builder_address, percent)
            assert allowed["status"] == "ok"
        self.enrolment.activate(agent.agent_id)
        return agent

    def filled(self, agent: Agent, order: Intent) -> str:
        """Sign an order, hand it in, and give how much was filled."""
        self.clock.advance(1)  # the venue takes a nonce once
        now_ms = self.clock.now_ms()
        pinned = replace(
            order,
            agent_id=agent.agent_id,
            wallet_address=agent.wallet_address,
            nonce=now_ms,
            expires_at_ms=now_ms + 8000,
        )
        (answer,) = self.sign(pinned)
        assert isinstance(answer, Signed), answer
        given = self._trader.post("/exchange", json.loads(answer.body))
        (status,) = given["response"]["data"]["statuses"]
        size: str = status["filled"]["totalSz"]
        return size


def test_a_fee_that_is_switched_on_later_stops_no_exit_of_who_never_approved_it(
    bench: Any, trader: Any
) -> None:
    deployment = Deployment(trader)
    deployment.deploy(None)
    agent = deployment.approved("before")
    buy = deployment.entry("in", **ORDER, limit_price=Decimal(2100))
    assert deployment.filled(agent, buy) == "0.1"

    deployment.deploy(Builder(bench.trader().wallet.address.lower(), 10))

    sell = deployment.exit("out", **ORDER, limit_price=Decimal(1850))
    assert deployment.filled(agent, sell) == "0.1"
    assert all("builderFee" not in each for each in fills_of(trader))


def test_who_approved_it_pays_it_and_no_more_when_it_is_raised(bench: Any, trader: Any) -> None:
    deployment = Deployment(trader)
    builder = Builder(bench.trader().wallet.address.lower(), 10)
    deployment.deploy(builder)
    agent = deployment.approved("paying")
    deployment.filled(agent, deployment.entry("in", **ORDER, limit_price=Decimal(2100)))

    deployment.deploy(builder._replace(fee_tenths_bps=50))
    sell = deployment.exit("out", **ORDER, limit_price=Decimal(1850))
    assert deployment.filled(agent, sell) == "0.1"

    paid = [Decimal(each["builderFee"]) / Decimal(each["px"]) for each in fills_of(trader)]
    assert paid == [Decimal("0.1") * Decimal(10) / Decimal(100_000)] * 2


def fills_of(trader: Any) -> list[dict[str, Any]]:
    fills: list[dict[str, Any]] = trader.info.user_fills(trader.wallet.address)
    assert fills
    return fills
