"""Delegation: makes agents, takes the wallet's approval in, and takes delegation back.

The key stays in custody; the venue's approval is what the wallet itself has signed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.domain.agents import (
    DAY_MS,
    ROTATED_BEFORE_END_MS,
    Agent,
    AgentScope,
    AgentStatus,
    is_agent_name,
    next_name,
)
from understudy.domain.errors import (
    ConflictError,
    LimitExceededError,
    NotFoundError,
)
from understudy.domain.replacing import replace
from understudy.ports.agents import AgentApprovals, AgentKeys, AgentRegistry, WalletRequest
from understudy.ports.clock import Clock
from understudy.ports.identity import IdentityStore
from understudy.ports.switches import Switch, SwitchBoard
from understudy.workflows.requests.agent_follows import hand_over, pause_follows
from understudy.workflows.requests.agent_removals import AgentRemovals
from understudy.workflows.requests.approving import hand_in, signed_by_wallet
from understudy.workflows.requests.follow_changes import ATTEMPTS, OwnFollows
from understudy.workflows.requests.new_agents import NewAgents, WantedAgent, destroy
from understudy.workflows.requests.wallets import own_wallet, person, refuse_closing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.domain.identity import Wallet
    from understudy.domain.ids import UserId, WalletId

APPROVE_WITHIN_MS = 3_600_000
# Custody forgets a key that was not let sign within a day.
APPROVE_SUCCESSOR_WITHIN_MS = 20 * 3_600_000
VALID_MS = 90 * DAY_MS
NONCES_OF_APPROVAL = 2  # the agent's and the builder fee's


@dataclass(frozen=True, slots=True)
class Delegation:
    """An agent and what its wallet has to sign next."""

    agent: Agent
    to_sign: tuple[WalletRequest, ...] = ()


@dataclass(frozen=True, slots=True)
class Agents:
    """The life of a user's agents."""

    registry: AgentRegistry
    identity: IdentityStore
    keys: AgentKeys
    approvals: AgentApprovals
    switches: SwitchBoard
    follows: OwnFollows
    clock: Clock
    referral_code: str = ""

    def enable(
        self,
        user_id: UserId,
        venue: str,
        name: str,
        scope: AgentScope,
        wallet_id: WalletId | None,
    ) -> Delegation:
        """Make a fresh agent, waiting for one hour for the wallet's signatures.

        Asking again by the same name gives the one that waits already.
        """
        if scope is not AgentScope.TRADE_ONLY:
            raise LimitExceededError(
                "copying needs no right to withdraw: use the scope TRADE_ONLY",
                code="SCOPE_NOT_ALLOWED",
            )
        wallet = own_wallet(self.identity, user_id, wallet_id)
        agents = self._of_address(wallet.user_id, wallet.address)
        _refuse_used_name(agents, name)
        now = self.clock.now_ms()
        for other in agents:
            if other.name == name and other.status_at(now) is AgentStatus.PENDING:
                return self._waiting(other, wallet)
        return self._made(wallet, agents, venue, name)

    def rotate(self, user_id: UserId, agent_id: str) -> Delegation:
        """Make the successor of an active agent, with a name and a key that were never used.

        Once confirmed it takes the follows over, and the old agent ends a minute later. Asking
        again gives the successor that waits already.
        """
        agent = self._own(user_id, agent_id)
        now = self.clock.now_ms()
        if agent.status_at(now) is not AgentStatus.ACTIVE:
            raise ConflictError(
                "only an active agent is rotated: enable a new one", code="AGENT_NOT_ACTIVE"
            )
        refuse_closing(person(self.identity, user_id).user)
        agents = self._of_address(user_id, agent.wallet_address)
        for other in agents:
            if other.replaces == agent_id and other.status_at(now) is AgentStatus.ACTIVE:
                raise ConflictError("this agent has a successor", code="AGENT_REPLACED")
            if other.replaces == agent_id and other.status_at(now) is AgentStatus.PENDING:
                return Delegation(other, tuple(self.approvals.requests(other)))
        wallet = own_wallet(self.identity, user_id, agent.wallet_id)
        name = next_name(agent.name, {each.name for each in agents})
        return self._made(wallet, agents, agent.venue, name, replaces=agent_id)

    def rotate_soon(self, user_id: UserId, agent_id: str) -> Agent:
        """Have the next upkeep prepare a successor, however long the agent would still be good."""
        agent = self._own(user_id, agent_id)
        now = self.clock.now_ms()
        if agent.status_at(now) is not AgentStatus.ACTIVE or agent.replaced_at_ms:
            raise ConflictError(
                "only an active agent without a successor is rotated", code="AGENT_NOT_ACTIVE"
            )
        return self.keep(replace(agent, rotate_at_ms=now))

    def show(self, user_id: UserId, agent_id: str) -> Delegation:
        """Show an agent and what its wallet has to sign for it, if anything."""
        stored = self._own(user_id, agent_id)
        agent = self._seen(stored)
        # One from before names were checked: the venue would take its name for more than that.
        if agent.status is AgentStatus.PENDING and is_agent_name(agent.name):
            return Delegation(agent, tuple(self.approvals.requests(agent)))
        return Delegation(agent, self._removals.to_sign(stored))

    def confirm(self, user_id: UserId, agent_id: str, signatures: Sequence[str]) -> Delegation:
        """Check the wallet's signatures, hand them in, and let the agent sign.

        For a revoked agent the signature is the one that takes the approval back at the venue, and
        so for an expired one that the venue may have: its confirmation broke off.
        Confirming twice is no error. Raises ConflictError where another agent had the name: the
        venue has one agent for each, and would replace or remove that one.
        """
        agent = self._own(user_id, agent_id)
        status = agent.status_at(self.clock.now_ms())
        if agent.is_over:
            return Delegation(self._removals.take_back(agent, signatures))
        if status is AgentStatus.EXPIRED:
            raise ConflictError("this agent has expired: enable a new one", code="AGENT_EXPIRED")
        if status is AgentStatus.ACTIVE:
            self.succeed(agent)
            return Delegation(agent)
        agents = self._of_address(user_id, agent.wallet_address)
        _refuse_used_name([each for each in agents if each.agent_id != agent_id], agent.name)
        activated = self._activated(agent, signatures)
        self.succeed(activated)
        return Delegation(activated)

    def of_user(self, user_id: UserId) -> Sequence[Agent]:
        """List a user's agents, oldest first, as they stand now."""
        return [self._seen(agent) for agent in self.registry.agents(user_id)]

    def revoke(self, user_id: UserId, agent_id: str) -> Delegation:
        """Destroy the agent's key, pause its follows, and give its removal to sign, if any.

        The key goes first: from there on nothing is signed, whatever fails after it.
        """
        agent = self.end(self._own(user_id, agent_id), AgentStatus.REVOKED)
        return Delegation(agent, self._removals.to_sign(agent))

    def end(self, agent: Agent, status: AgentStatus) -> Agent:
        """Make an agent REVOKED, or EXPIRED when its time is up; repeating it changes nothing."""
        now = self.clock.now_ms()
        destroy(self.keys, agent.agent_id)
        self.switches.turn(Switch.AUTHORITY_REVOKED, agent.agent_id, on=True, at_ms=now)
        agent = self._put_ended(agent, status, now)
        pause_follows(self.follows, agent)
        return agent

    def succeed(self, agent: Agent) -> None:
        """Let an active agent take over from the one that it replaces, if there is one."""
        before = self.registry.agent(agent.user_id, agent.replaces) if agent.replaces else None
        if before is None:
            return
        hand_over(self.follows, before, agent)
        if before.status is AgentStatus.ACTIVE and not before.replaced_at_ms:
            self.keep(replace(before, replaced_at_ms=self.clock.now_ms()))

    def keep(self, agent: Agent, *, begins: bool = False) -> Agent:
        """Store an agent with the time at which it has to be looked after next."""
        due = replace(agent, attend_at_ms=agent.attention_at_ms)
        return self.registry.put_agent(due, begins=begins)

    def _made(
        self, wallet: Wallet, agents: Sequence[Agent], venue: str, name: str, replaces: str = ""
    ) -> Delegation:
        ports = self.registry, self.keys, self.approvals, self.clock
        within_ms = APPROVE_SUCCESSOR_WITHIN_MS if replaces else APPROVE_WITHIN_MS
        wanted = WantedAgent(wallet, venue, name, len(agents), within_ms, VALID_MS, replaces)
        agent = NewAgents(*ports, self.referral_code).made(wanted)
        return Delegation(self._seen(agent), tuple(self.approvals.requests(agent)))

    def _put_ended(self, agent: Agent, status: AgentStatus, now_ms: int) -> Agent:
        for _ in range(ATTEMPTS):
            if agent.status in {status, AgentStatus.REVOKED}:
                return agent
            nonce = max(now_ms, agent.nonce + NONCES_OF_APPROVAL)
            ended = replace(agent, status=status, revoked_at_ms=now_ms, revocation_nonce=nonce)
            try:
                return self.keep(ended)
            except ConflictError:  # a confirmation was quicker: its key is gone all the same
                agent = self._own(agent.user_id, agent.agent_id)
        raise ConflictError("the agent is being changed by something else: revoke it again")

    def _activated(self, agent: Agent, signatures: Sequence[str]) -> Agent:
        requests = self.approvals.requests(agent)
        signed = signed_by_wallet(self.approvals, agent, requests, signatures)
        if not agent.handed_in_at_ms:  # who dies once it went out knows nothing of an answer
            agent = self.keep(replace(agent, handed_in_at_ms=self.clock.now_ms()), begins=True)
        times = hand_in(self.approvals, self.clock, agent, signed)
        self.keys.activate(agent.agent_id)
        now = self.clock.now_ms()
        return self.keep(
            replace(
                agent,
                status=AgentStatus.ACTIVE,
                approve_agent_confirmed_at_ms=times[0],
                approve_builder_fee_confirmed_at_ms=times[1] if len(times) > 1 else 0,
                upstream_confirmed_at_ms=now,
                checked_at_ms=now,
                rotate_at_ms=agent.valid_until_ms - ROTATED_BEFORE_END_MS,
            ),
            begins=True,
        )

    def _waiting(self, agent: Agent, wallet: Wallet) -> Delegation:
        if agent.replaces or agent.wallet_id != wallet.wallet_id:
            raise _name_in_use()
        return Delegation(agent, tuple(self.approvals.requests(agent)))

    @property
    def _removals(self) -> AgentRemovals:
        return AgentRemovals(self.registry, self.approvals, self.clock)

    def _of_address(self, user_id: UserId, address: str) -> list[Agent]:
        # A wallet that was removed and linked again has the names that the venue knows of it.
        return [each for each in self.registry.agents(user_id) if each.wallet_address == address]

    def _own(self, user_id: UserId, agent_id: str) -> Agent:
        agent = self.registry.agent(user_id, agent_id)
        if agent is None:
            raise NotFoundError("there is no agent with this id", code="AGENT_NOT_FOUND")
        return agent

    def _seen(self, agent: Agent) -> Agent:
        return replace(agent, status=agent.status_at(self.clock.now_ms()))


def _refuse_used_name(agents: Sequence[Agent], name: str) -> None:
    """Raise ConflictError for a name that the venue may know: none is ever approved twice."""
    if any(each.name == name and each.was_handed_in for each in agents):
        raise _name_in_use()


def _name_in_use() -> ConflictError:
    return ConflictError(
        "an agent of this wallet had this name, and no name is used twice: choose another",
        code="AGENT_NAME_IN_USE",
    )
