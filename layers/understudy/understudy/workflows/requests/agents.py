"""Delegation: makes agents, takes the wallet's approval in, and takes delegation back.

The key stays in custody; the venue's approval is what the wallet itself has signed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.domain.agents import Agent, AgentScope, AgentStatus
from understudy.domain.errors import (
    ConflictError,
    InvalidInputError,
    LimitExceededError,
    NotFoundError,
    VenueRejectedError,
    VenueUnreachableError,
)
from understudy.domain.follows import Follow, FollowStatus, PauseReason
from understudy.domain.replacing import replace
from understudy.ports.agents import AgentApprovals, AgentKeys, AgentRegistry, WalletRequest
from understudy.ports.clock import Clock
from understudy.ports.identity import IdentityStore
from understudy.ports.switches import Switch, SwitchBoard
from understudy.workflows.requests.follow_changes import ATTEMPTS, OwnFollows
from understudy.workflows.requests.wallets import own_wallet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.domain.identity import Wallet
    from understudy.domain.ids import UserId, WalletId
    from understudy.ports.copying import FollowState

APPROVE_WITHIN_MS = 3_600_000
VALID_MS = 90 * 86_400_000
MAX_WAITING = 5
NONCES_OF_APPROVAL = 2  # the agent's and the builder fee's


@dataclass(frozen=True, slots=True)
class BuilderTerms:
    """What a deployment earns by its users' orders; empty by default."""

    builder_address: str = ""
    builder_fee_tenths_bps: int = 0
    referral_code: str = ""


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
    terms: BuilderTerms

    def enable(
        self,
        user_id: UserId,
        venue: str,
        name: str,
        scope: AgentScope,
        wallet_id: WalletId | None,
    ) -> Delegation:
        """Make a fresh agent, waiting for one hour for the wallet's signatures."""
        if scope is not AgentScope.TRADE_ONLY:
            raise LimitExceededError(
                "copying needs no right to withdraw: use the scope TRADE_ONLY",
                code="SCOPE_NOT_ALLOWED",
            )
        wallet = own_wallet(self.identity, user_id, wallet_id)
        self._check_slots(wallet, name)
        key = self.keys.create_agent(wallet, venue, name)
        now = self.clock.now_ms()
        agent = Agent(
            agent_id=key.agent_id,
            user_id=user_id,
            wallet_id=wallet.wallet_id,
            wallet_address=wallet.address,
            venue=venue,
            hl_chain=self.approvals.chain,
            address=key.address,
            name=name,
            scope=scope,
            nonce=now,
            created_at_ms=now,
            approve_by_ms=now + APPROVE_WITHIN_MS,
            valid_until_ms=now + VALID_MS,
            builder_address=self.terms.builder_address,
            builder_fee_tenths_bps=self.terms.builder_fee_tenths_bps,
            referral_code=self.terms.referral_code,
        )
        stored = self.registry.put_agent(agent)
        return Delegation(self._seen(stored), tuple(self.approvals.requests(stored)))

    def confirm(self, user_id: UserId, agent_id: str, signatures: Sequence[str]) -> Delegation:
        """Check the wallet's signatures, hand them in, and let the agent sign.

        For a revoked agent the signature is the one that takes the approval back at the venue.
        Confirming twice is no error. Raises ConflictError where an active agent has the name: the
        venue has one agent for each, and would replace or remove that one.
        """
        agent = self._own(user_id, agent_id)
        status = agent.status_at(self.clock.now_ms())
        if status is AgentStatus.EXPIRED:
            raise ConflictError("this agent has expired: enable a new one", code="AGENT_EXPIRED")
        if status is AgentStatus.ACTIVE:
            return Delegation(agent)
        self._refuse_name_in_use(user_id, agent.wallet_id, agent.name)
        if status is AgentStatus.REVOKED:
            self._hand_in(agent, [self.approvals.revocation(agent)], signatures)
            return Delegation(self._seen(agent))
        return Delegation(self._activated(agent, signatures))

    def of_user(self, user_id: UserId) -> Sequence[Agent]:
        """List a user's agents, oldest first, as they stand now."""
        return [self._seen(agent) for agent in self.registry.agents(user_id)]

    def revoke(self, user_id: UserId, agent_id: str) -> Delegation:
        """Destroy the agent's key, pause its follows, and give the revocation to sign.

        The key goes first: from there on nothing is signed, whatever fails after it.
        """
        agent, now = self._own(user_id, agent_id), self.clock.now_ms()
        self.keys.revoke(agent_id)
        self.switches.turn(Switch.AUTHORITY_REVOKED, agent_id, on=True, at_ms=now)
        agent = self._put_revoked(agent, now)
        self._pause_follows(agent)
        return Delegation(agent, (self.approvals.revocation(agent),))

    def _put_revoked(self, agent: Agent, now_ms: int) -> Agent:
        for _ in range(ATTEMPTS):
            if agent.status is AgentStatus.REVOKED:
                return agent
            revoked = replace(
                agent,
                status=AgentStatus.REVOKED,
                revoked_at_ms=now_ms,
                revocation_nonce=max(now_ms, agent.nonce + NONCES_OF_APPROVAL),
            )
            try:
                return self.registry.put_agent(revoked)
            except ConflictError:  # a confirmation was quicker: its key is gone all the same
                agent = self._own(agent.user_id, agent.agent_id)
        raise ConflictError("the agent is being changed by something else: revoke it again")

    def _activated(self, agent: Agent, signatures: Sequence[str]) -> Agent:
        times = self._hand_in(agent, self.approvals.requests(agent), signatures)
        self.keys.activate(agent.agent_id)
        return self.registry.put_agent(
            replace(
                agent,
                status=AgentStatus.ACTIVE,
                approve_agent_confirmed_at_ms=times[0],
                approve_builder_fee_confirmed_at_ms=times[1] if len(times) > 1 else 0,
                upstream_confirmed_at_ms=self.clock.now_ms(),
            )
        )

    def _hand_in(
        self, agent: Agent, requests: Sequence[WalletRequest], signatures: Sequence[str]
    ) -> list[int]:
        if len(signatures) != len(requests):
            raise InvalidInputError(
                f"send one signature per action to sign: {len(requests)}, in their order",
                code="SIGNATURES_INCOMPLETE",
            )
        signed = list(zip(requests, signatures, strict=True))
        for request, signature in signed:
            if self.approvals.signer_of(request, signature) != agent.wallet_address:
                raise InvalidInputError(
                    "a signature is not by the agent's wallet over the given action",
                    code="SIGNATURE_MISMATCH",
                )
        return [self._submitted(agent, *each) for each in signed]

    def _submitted(self, agent: Agent, request: WalletRequest, signature: str) -> int:
        try:
            self.approvals.submit(request, signature)
        except (VenueRejectedError, VenueUnreachableError):
            # An earlier attempt may have been taken although its answer was lost.
            if not self.approvals.is_in_effect(agent, request):
                raise
        return self.clock.now_ms()

    def _check_slots(self, wallet: Wallet, name: str) -> None:
        self._refuse_name_in_use(wallet.user_id, wallet.wallet_id, name)
        agents = self._of_wallet(wallet.user_id, wallet.wallet_id)
        if sum(agent.status is AgentStatus.PENDING for agent in agents) >= MAX_WAITING:
            raise LimitExceededError(
                f"{MAX_WAITING} agents wait for their signatures: confirm or revoke one",
                code="TOO_MANY_PENDING_AGENTS",
            )

    def _refuse_name_in_use(self, user_id: UserId, wallet_id: WalletId, name: str) -> None:
        agents = self._of_wallet(user_id, wallet_id)
        if any(agent.status is AgentStatus.ACTIVE and agent.name == name for agent in agents):
            raise ConflictError(
                "an active agent has this name, and the venue would replace or remove it:"
                " choose another name, or revoke that agent first",
                code="AGENT_NAME_IN_USE",
            )

    def _of_wallet(self, user_id: UserId, wallet_id: WalletId) -> list[Agent]:
        return [agent for agent in self.of_user(user_id) if agent.wallet_id == wallet_id]

    def _pause_follows(self, agent: Agent) -> None:
        for follow in self.follows.directory.of_user(agent.user_id):
            if follow.agent_id == agent.agent_id and follow.status is FollowStatus.ACTIVE:
                self.follows.change(agent.user_id, follow.follow_id, _paused)

    def _own(self, user_id: UserId, agent_id: str) -> Agent:
        agent = self.registry.agent(user_id, agent_id)
        if agent is None:
            raise NotFoundError("you have no agent with this id", code="AGENT_NOT_FOUND")
        return agent

    def _seen(self, agent: Agent) -> Agent:
        return replace(agent, status=agent.status_at(self.clock.now_ms()))


def _paused(state: FollowState) -> Follow:
    if state.follow.status is not FollowStatus.ACTIVE:
        return state.follow
    return replace(state.follow, status=FollowStatus.PAUSED, pause_reason=PauseReason.AGENT_REVOKED)
