"""Delegating in a world: keys that the real enrolment makes, approvals that the venue takes."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from cli.wallet_key import WalletKey
from custody.enrolment import Enrolment, NewAgent, SwitchOrder
from understudy.adapters.venues.hyperliquid.constants import ZERO_ADDRESS
from understudy.adapters.venues.hyperliquid.signers import recovered_address
from understudy.adapters.venues.hyperliquid.typed_data import user_signed_digest
from understudy.domain.errors import VenueUnreachableError
from understudy.domain.intents import Unknown
from understudy.ports.agents import NewAgentKey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.simulation.venue import SimulatedVenue
    from understudy.domain.identity import Wallet
    from understudy.ports.switches import Switch

OK = b'{"status":"ok","response":{"type":"default"}}'


def wallet_key(wallet: str) -> WalletKey:
    """Give the key of a user's own wallet, always the same for the same name."""
    return WalletKey(sha256(f"wallet {wallet}".encode()).digest())


class EnrolledKeys:
    """Implements `AgentKeys` on the custody's own enrolment, which has the kill switches too."""

    def __init__(self, enrolment: Enrolment) -> None:
        self._enrolment = enrolment

    def create_agent(
        self, wallet: Wallet, venue: str, agent_name: str, request_id: str
    ) -> NewAgentKey:
        """Make and keep a fresh key for this wallet."""
        agent = self._enrolment.create_agent(
            NewAgent(
                wallet.user_id,
                wallet.wallet_id,
                wallet.address,
                venue,
                agent_name,
                request_id=request_id,
            )
        )
        return NewAgentKey(
            agent.agent_id,
            agent.address,
            agent.builder_address,
            agent.builder_fee_tenths_bps,
        )

    def activate(self, agent_id: str) -> None:
        """Let the key sign."""
        self._enrolment.activate(agent_id)

    def revoke(self, agent_id: str) -> None:
        """Destroy the key."""
        self._enrolment.revoke(agent_id)

    def turn(self, switch: Switch, subject: str, *, on: bool, at_ms: int) -> None:
        """Turn a kill switch of the signer."""
        self._enrolment.turn(SwitchOrder(switch, on, subject, at_ms))


class ApprovalDesk:
    """Stands where `Rest` stands: the venue takes what a wallet signed, and lists its agents.

    An account has one agent of a name: approving another one replaces it.
    """

    def __init__(self, venue: SimulatedVenue) -> None:
        self._venue = venue
        self._named: dict[tuple[str, str], str] = {}

    def send(self, body: str) -> tuple[int, bytes] | Unknown:
        """Take a signed approval."""
        if self._venue.is_down:
            return Unknown("UNREACHABLE")
        sent = json.loads(body)
        account = recovered_address(user_signed_digest(sent["action"]), sent["signature"])
        name = sent["action"]["agentName"].partition(" ")[0]
        self.approve(account, name, sent["action"]["agentAddress"])
        return 200, OK

    def approve(self, account: str, name: str, agent: str) -> None:
        """Let an agent trade for an account, in the place of the one before of this name."""
        before = self._named.pop((account, name), "")
        if before:
            self._venue.revoke(before)
        if agent != ZERO_ADDRESS:
            self._named[account, name] = agent
            self._venue.approve(agent, account)

    def forget(self, account: str, name: str) -> None:
        """Take an approval back as the user does at the venue itself."""
        self.approve(account, name, ZERO_ADDRESS)

    def ask(self, question: Mapping[str, Any]) -> Any:
        """List an account's agents; raises VenueUnreachableError while the venue is down."""
        if self._venue.is_down:
            raise VenueUnreachableError("the venue did not answer", venue="simulated", status=0)
        account = question["user"]
        return [
            {"name": name, "address": agent, "validUntil": None}
            for (owner, name), agent in self._named.items()
            if owner == account
        ]
