"""Starts, pauses and deletes follows. A start makes sure that copies can be paid and signed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from understudy.domain import breaker
from understudy.domain.agents import AgentStatus
from understudy.domain.errors import ConflictError, LimitExceededError
from understudy.domain.follows import AccountMode, Follow, FollowStatus, PauseReason
from understudy.domain.limits import OnStop
from understudy.domain.money import ZERO
from understudy.domain.ownership import SymbolOwner, by_hand
from understudy.domain.replacing import replace
from understudy.messages import LeaderFills
from understudy.ports.agents import AgentRegistry
from understudy.ports.clock import Clock
from understudy.ports.copying import Changes, LeaderStore, MarketStore
from understudy.ports.delivery import Queues
from understudy.ports.identity import IdentityStore
from understudy.ports.switches import Switch, SwitchBoard
from understudy.ports.venue import Venue
from understudy.workflows.copying.closing_out import close_out
from understudy.workflows.copying.converging import converge_at_start
from understudy.workflows.copying.ending import end_if_done
from understudy.workflows.requests.follow_changes import ATTEMPTS, MOVING, OwnFollows
from understudy.workflows.requests.known_symbols import refuse_unknown_symbols
from understudy.workflows.requests.loops import refuse_loop

if TYPE_CHECKING:
    from understudy.domain.agents import Agent
    from understudy.domain.follows import Account
    from understudy.domain.ids import FollowId, UserId
    from understudy.ports.copying import FollowState


@dataclass(frozen=True, slots=True)
class FollowLifecycle:
    """Moves follows between INACTIVE, ACTIVE, PAUSED, DELETING and DELETED.

    `epoch` is the deployed execution epoch.
    """

    own: OwnFollows
    registry: AgentRegistry
    identity: IdentityStore
    leaders: LeaderStore
    markets: MarketStore
    switches: SwitchBoard
    venue: Venue
    queues: Queues
    clock: Clock
    epoch: int = 0

    def start(self, user_id: UserId, follow_id: FollowId) -> Follow:
        """Copy from the leader's next trade on; starting twice is no error.

        One that runs with an agent that was revoked meanwhile is started with the wallet's newest.
        Exits that are open, as after a revoked agent, are tried again at once.

        Raises NotFoundError, ConflictError without an active agent or when the follow was changed
        or paused meanwhile, LimitExceededError for an account or leader with which copying cannot
        work, InvalidInputError for a symbol that is not traded (any more), VenueUnreachableError.
        """
        follow = self.own.state(user_id, follow_id).follow
        is_cut_off = self.switches.is_on(Switch.AUTHORITY_REVOKED, follow.agent_id)
        if follow.status is not FollowStatus.ACTIVE or is_cut_off:
            follow = self._activated(follow)
        # A new leader's book begins before its first trade; who is followed already is watched.
        begin = LeaderFills(follow.venue, follow.leader, ())
        self.queues.to_leader_sync([begin])
        self.go_on(user_id, follow_id)
        return follow

    def go_on(self, user_id: UserId, follow_id: FollowId) -> None:
        """Have a running follow's open exits tried at once; asking again is harmless."""
        state = self.own.state(user_id, follow_id)
        if state.follow.status is FollowStatus.ACTIVE:
            converge_at_start(self.queues, state, self.clock.now_ms())

    def pause(self, user_id: UserId, follow_id: FollowId, reason: PauseReason) -> Follow:
        """Stop entering; what is held is treated as the follow's `on_stop` says."""
        state = self.own.state(user_id, follow_id)
        if state.follow.status is FollowStatus.INACTIVE:
            raise ConflictError("this follow was never started", code="FOLLOW_NOT_ACTIVE")
        # Written even where it is paused already: a start from before is refused then.
        paused = self.own.change(user_id, follow_id, partial(_paused, reason=reason), always=True)
        if paused.limits.on_stop is OnStop.CLOSE_NOW:
            close_out(self.queues, self.own.state(user_id, follow_id), self.clock.now_ms())
        return paused

    def delete(self, user_id: UserId, follow_id: FollowId) -> Follow:
        """End a follow for good, with what it holds treated as its `on_stop` says.

        It is DELETING until the leader's exits, or the closes asked for now, have made it flat;
        kept positions belong to the user's own hand at once. Asking again is harmless; after a
        new delegation it lets the new agent sign what is still to be closed.
        """
        follow = self.own.state(user_id, follow_id).follow
        agent = self._newest_agent(follow)
        last_seq = self.leaders.leader_book(follow.venue, follow.leader).seq
        # From here on no entry is claimed, so what is flat stays flat.
        leave = partial(_leaving, agent=agent, last_seq=last_seq)
        leaving = self.own.change(user_id, follow_id, leave)
        state = self.own.copies.follow_state(follow_id)
        if state is not None:
            converge_at_start(self.queues, state, self.clock.now_ms())
        if state is not None and leaving.limits.on_stop is OnStop.CLOSE_NOW:
            close_out(self.queues, state, self.clock.now_ms())
        now_ms = self.clock.now_ms()
        return end_if_done(self.own.copies, self.queues, leaving, now_ms, self.epoch)

    def _activated(self, follow: Follow) -> Follow:
        if self.switches.is_on(Switch.COPY_DISABLED, follow.user_id):
            raise ConflictError(
                "copying is disabled: enable it with POST /v1/copy/enable", code="COPY_DISABLED"
            )
        if self.switches.is_on(Switch.BLACKLISTED, follow.leader):
            raise LimitExceededError("this leader cannot be followed", code="BLACKLISTED")
        refuse_loop(self.identity, self.own.copies, follow.wallet_address, follow.leader)
        refuse_unknown_symbols(self.markets, follow.venue, follow.limits)
        agent = self._active_agent(follow)
        self._keep_hands_off(follow, self._funded_account(follow))
        self._rely_on_no_setting(follow)
        self._begin_anew(follow)
        started = partial(self._started, agent=agent, version=follow.version)
        return self.own.change(follow.user_id, follow.follow_id, started)

    def _rely_on_no_setting(self, follow: Follow) -> None:
        """Have leverages set anew: nobody has looked at what the account's owner did meanwhile."""
        for _ in range(ATTEMPTS):
            lane = self.own.copies.lane(follow.wallet_id)
            fresh = lane.forgetting(lane.settings)
            if fresh == lane:
                return
            with suppress(ConflictError):  # the lane is at work for another follow: look again
                self.own.copies.commit(Changes(lane=fresh))
                return
        raise ConflictError(MOVING)

    def _begin_anew(self, follow: Follow) -> None:
        """Forget what stopped it before, but for the loss: openings, readings by equity."""
        for _ in range(ATTEMPTS):
            budget = self.own.state(follow.user_id, follow.follow_id).budget
            fresh = replace(breaker.closed(budget), drawdown_readings=0)
            if fresh == budget:
                return
            with suppress(ConflictError):  # a copy settled meanwhile: look again
                self.own.copies.commit(Changes(budget=fresh))
                return
        raise ConflictError(MOVING)

    def _newest_agent(self, follow: Follow) -> Agent | None:
        """Give who signs for the wallet; one whose place was taken is about to be destroyed."""
        now = self.clock.now_ms()
        for agent in reversed(self.registry.agents(follow.user_id)):
            fits = agent.wallet_id == follow.wallet_id and agent.venue == follow.venue
            is_active = agent.status_at(now) is AgentStatus.ACTIVE and not agent.replaced_at_ms
            if fits and is_active:
                return agent
        return None

    def _active_agent(self, follow: Follow) -> Agent:
        agent = self._newest_agent(follow)
        if agent is not None:
            return agent
        raise ConflictError(
            "this wallet has no active agent: enable and confirm one first",
            code="AGENT_NOT_ACTIVE",
        )

    def _funded_account(self, follow: Follow) -> Account:
        markets = self.markets.markets(follow.venue).values()
        dexes = sorted({"", *(market.dex for market in markets)})
        account = self.venue.account(follow.wallet_id, follow.wallet_address, dexes)
        if account.mode is AccountMode.UNSUPPORTED:
            raise LimitExceededError(
                "accounts of this mode cannot be copied to: switch to standard or unified",
                code="ACCOUNT_MODE_UNSUPPORTED",
            )
        if all(equity <= ZERO for equity in account.equity.values()):
            raise LimitExceededError(
                "the account has no collateral at the venue: deposit first",
                code="ACCOUNT_NOT_FUNDED",
            )
        for dex in sorted({name.partition(":")[0] for name in _builder_symbols(follow)}):
            if account.equity.get(dex, ZERO) <= ZERO:
                raise LimitExceededError(
                    f"the account has no collateral on the dex '{dex}': move some there first",
                    code="DEX_NOT_FUNDED",
                )
        self.own.copies.put_account(account)
        return account

    def _keep_hands_off(self, follow: Follow, account: Account) -> None:
        hand = by_hand(self.clock.now_ms())
        for symbol in sorted(symbol for symbol, size in account.positions.items() if size):
            owner = SymbolOwner(follow.wallet_id, symbol, hand)
            try:
                self.own.copies.commit(Changes(owner_taken=owner))
            except ConflictError:  # a follow of this wallet holds it
                continue

    def _started(self, state: FollowState, agent: Agent, version: int) -> Follow:
        follow = state.follow
        _refuse_deleting(follow)
        _refuse_held(follow)
        if follow.version != version:
            return _started_meanwhile(follow)
        started = replace(
            follow,
            status=FollowStatus.ACTIVE,
            pause_reason=None,
            agent_id=agent.agent_id,
            agent_valid_until_ms=agent.valid_until_ms,
        )
        if follow.status is not FollowStatus.INACTIVE:
            return started  # exits of trades since the pause are still to be copied
        book = self.leaders.leader_book(follow.venue, follow.leader)
        return replace(started, start_seq=book.seq, started_at_ms=self.clock.now_ms())


def _builder_symbols(follow: Follow) -> list[str]:
    return [symbol for symbol in follow.limits.symbols_allow if ":" in symbol]


def _refuse_deleting(follow: Follow) -> None:
    if follow.status is FollowStatus.DELETING:
        raise ConflictError(
            "this follow is being deleted and ends once it is flat: wait, or PATCH its limit"
            " on_stop to close_now or keep and DELETE it again; then create a new one",
            code="FOLLOW_DELETING",
        )


def _refuse_held(follow: Follow) -> None:
    if follow.pause_reason is PauseReason.OPERATOR:
        raise ConflictError(
            "an operator has paused this follow: ask them to release it", code="PAUSED_BY_OPERATOR"
        )


def _started_meanwhile(follow: Follow) -> Follow:
    # What was checked for the start may not hold for what the follow is now; it may be a pause.
    if follow.status is FollowStatus.ACTIVE:
        return follow
    raise ConflictError(
        "the follow was changed or paused while it was being started: look at it, and decide again",
        code="FOLLOW_CHANGED",
    )


def _paused(state: FollowState, reason: PauseReason) -> Follow:
    follow = state.follow
    # What its user pauses as well is not resumed together with what copying's switch had paused.
    by_user = reason is PauseReason.USER and follow.pause_reason is PauseReason.COPY_DISABLED
    by_operator = reason is PauseReason.OPERATOR and follow.status is FollowStatus.PAUSED
    if follow.status is not FollowStatus.ACTIVE and not (by_user or by_operator):
        return follow
    return replace(follow, status=FollowStatus.PAUSED, pause_reason=reason)


def _leaving(state: FollowState, agent: Agent | None, last_seq: int) -> Follow:
    follow = state.follow
    if follow.status is FollowStatus.INACTIVE:
        return replace(follow, status=FollowStatus.DELETED)  # never started: it owes nothing
    end_seq = follow.end_seq if follow.status is FollowStatus.DELETING else last_seq
    leaving = replace(follow, status=FollowStatus.DELETING, pause_reason=None, end_seq=end_seq)
    if agent is None or agent.agent_id == leaving.agent_id:
        return leaving
    valid_until_ms = agent.valid_until_ms
    return replace(leaving, agent_id=agent.agent_id, agent_valid_until_ms=valid_until_ms)
