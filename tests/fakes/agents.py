"""Custody and the venue's approvals in memory, failing by script."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from custody.secp256k1 import address_of
from understudy.adapters.venues.hyperliquid.constants import ZERO_ADDRESS
from understudy.domain.agents import SigningBounds
from understudy.domain.errors import SigningRefusedError, SigningUnavailableError
from understudy.domain.ids import WalletId
from understudy.domain.intents import Unknown
from understudy.ports.agents import BoundsAnswer, NewAgentKey

if TYPE_CHECKING:
    from understudy.domain.identity import Wallet
    from understudy.ports.switches import Switch


BOUNDS = SigningBounds(Decimal(10_000), Decimal(50_000), 10, 1000)


@dataclass
class InMemoryAgentKeys:
    """Implements `AgentKeys`, `BoundsKeeper`, `SignerSwitches`; says what became of each key.

    `secrets` are each agent's, `killed` the kill switches that are on.
    """

    states: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, bytes] = field(default_factory=dict)
    is_down: bool = False
    killed: set[tuple[str, str]] = field(default_factory=set)
    bounded: dict[str, SigningBounds] = field(default_factory=dict)
    made: dict[tuple[WalletId, str], NewAgentKey] = field(default_factory=dict)
    loses_answers: bool = False
    builder: tuple[str, int] = ("", 0)

    def turn(self, switch: Switch, subject: str, *, on: bool, at_ms: int) -> None:
        self._refuse_when_down()
        change = self.killed.add if on else self.killed.discard
        change((switch.value, subject))

    def bounds(self, agent_id: str) -> SigningBounds:
        self._refuse_when_down()
        return self.bounded.get(agent_id, BOUNDS)

    def set_bounds(
        self, agent_id: str, bounds: SigningBounds, valid_until_ms: int, signature: str
    ) -> BoundsAnswer:
        before = self.bounds(agent_id)
        if bounds.max_leverage > before.max_leverage and not signature:
            return BoundsAnswer(before, "agree", 1)
        if bounds.max_leverage > before.max_leverage and signature != "agreed":
            raise SigningRefusedError("custody refused", cause="AGREEMENT_MISMATCH")
        self.bounded[agent_id] = bounds
        return BoundsAnswer(bounds)

    def create_agent(
        self, wallet: Wallet, venue: str, agent_name: str, request_id: str
    ) -> NewAgentKey:
        request = (wallet.wallet_id, request_id)
        if request not in self.made:
            agent_id = f"agent-{len(self.states) + 1}"
            self._set(agent_id, "PENDING")
            self.secrets[agent_id] = (1000 + len(self.states)).to_bytes(32, "big")
            address = address_of(self.secrets[agent_id])
            self.made[request] = NewAgentKey(agent_id, address, *self.builder)
        if self.loses_answers:
            raise SigningUnavailableError("custody does not answer just now")
        if self.states[self.made[request].agent_id] != "PENDING":
            raise SigningRefusedError("custody refused: this request id was used before")
        return self.made[request]

    def secret_of(self, agent_id: str) -> bytes | None:
        """Give the key of an agent that may sign, None of any other."""
        return self.secrets[agent_id] if self.states.get(agent_id) == "ACTIVE" else None

    def activate(self, agent_id: str) -> None:
        if self.states.get(agent_id) == "REVOKED":
            raise SigningRefusedError("custody refused: this agent was revoked: enable a new one")
        self._set(agent_id, "ACTIVE")

    def revoke(self, agent_id: str) -> None:
        self._set(agent_id, "REVOKED")

    def _set(self, agent_id: str, state: str) -> None:
        self._refuse_when_down()
        self.states[agent_id] = state

    def _refuse_when_down(self) -> None:
        if self.is_down:
            raise SigningUnavailableError("custody does not answer just now")


@dataclass
class ApprovingRest:
    """Stands where `Rest` stands: takes approvals, lists agents; `answers` come first.

    An answer that is None is the usual one: what was sent is taken. `fees` are the agreed ones.
    """

    sent: list[dict[str, Any]] = field(default_factory=list)
    listed: dict[str, str] = field(default_factory=dict)
    fees: dict[str, int] = field(default_factory=dict)
    answers: deque[tuple[int, bytes] | Unknown | None] = field(default_factory=deque)

    def send(self, body: str) -> tuple[int, bytes] | Unknown:
        action = json.loads(body)["action"]
        self.sent.append(action)
        answer = self.answers.popleft() if self.answers else None
        if answer is not None:
            return answer
        self.take(action)
        return 200, b'{"status":"ok","response":{"type":"default"}}'

    def take(self, action: dict[str, Any]) -> None:
        if action["type"] == "approveAgent":
            self.listed[action["agentName"].partition(" ")[0]] = action["agentAddress"]
        elif action["type"] == "approveBuilderFee":
            self.fees[action["builder"]] = tenths_bps(action["maxFeeRate"])

    def ask(self, question: dict[str, Any]) -> Any:
        if question["type"] == "maxBuilderFee":
            return self.fees.get(question["builder"], 0)
        kept = {name: each for name, each in self.listed.items() if each != ZERO_ADDRESS}
        return [{"name": name, "address": each, "validUntil": None} for name, each in kept.items()]


def tenths_bps(percent: str) -> int:
    return int(Decimal(percent.removesuffix("%")) * 1000)
