"""The gates an entry must pass, in the order in which a receipt names the first that refuses.

Exits pass all of them; what stops an exit stands in `decisions`.
"""

from __future__ import annotations

from understudy.domain import breaker
from understudy.domain.follows import AccountMode, FollowStatus, PauseReason
from understudy.domain.limits import CopySides, SizingKind
from understudy.domain.money import ZERO
from understudy.domain.pace import SAME_ENTRY_MS, last_minute, too_fast
from understudy.domain.reasons import Reason
from understudy.domain.situation import Situation
from understudy.domain.trades import Side

def stopped(situation: Situation) -> Reason | None:
    """Refuse while a kill switch is on, a drift is open or the follow is not active."""
    follow = situation.follow
    if situation.switches.killed:
        return Reason.KILL_SWITCH
    if situation.ledger.entries_paused:
        return Reason.FOLLOW_PAUSED
    if follow.status is FollowStatus.ACTIVE:
        return None
    if follow.pause_reason is PauseReason.DRAWDOWN_STOP:
        return Reason.DRAWDOWN_STOP
    if follow.pause_reason is PauseReason.COPY_DISABLED:
        return Reason.COPY_DISABLED
    return Reason.FOLLOW_PAUSED


def switched_off(situation: Situation) -> Reason | None:
    """Refuse what users and operators have switched off."""
    switches = situation.switches
    for is_on, reason in (
        (switches.authority_revoked, Reason.SIGNING_UNAVAILABLE),
        (switches.copy_disabled, Reason.COPY_DISABLED),
        (switches.blacklisted, Reason.BLACKLISTED),
        (switches.flagged, Reason.FLAGGED),
        (switches.leader_is_follower, Reason.LEADER_IS_FOLLOWER),
    ):
        if is_on:
            return reason
    return None


def symbol(situation: Situation, side: Side) -> Reason | None:
    """Refuse symbols and sides that the follow leaves out, and symbols that another owns."""
    limits, name = situation.follow.limits, situation.trade.symbol
    if name in limits.symbols_deny or (limits.symbols_allow and name not in limits.symbols_allow):
        return Reason.SYMBOL_NOT_ALLOWED
    wanted = CopySides.LONGS if side is Side.BUY else CopySides.SHORTS
    if limits.sides not in (CopySides.BOTH, wanted):
        return Reason.SIDE_NOT_ALLOWED
    if situation.owner not in (None, situation.follow.follow_id):
        return Reason.SYMBOL_IN_USE
    return None


def timing(situation: Situation, side: Side) -> Reason | None:
    """Refuse what comes too late, too fast, too often, or belongs to an entry already paid."""
    limits, trade, budget = situation.follow.limits, situation.trade, situation.budget
    if limits.refuse_safe_poll and too_fast(trade.leader_trades_last_minute):
        return Reason.LEADER_TOO_FAST
    if situation.age_ms > limits.max_copy_age_seconds * 1000:
        return Reason.STALE
    if _belongs_to_paid_entry(situation, side):
        return Reason.SAME_ENTRY
    recent = last_minute(budget.recent_entries_ms, trade.time_ms)
    if len(recent) >= limits.entries_per_minute:
        return Reason.RATE_LIMITED
    if breaker.is_open(budget, situation.now_ms):
        return Reason.BREAKER_OPEN
    return None


def account(situation: Situation) -> Reason | None:
    """Refuse accounts that cannot carry the position."""
    reading, dex = situation.account, situation.market.dex
    if reading is None or reading.mode is AccountMode.UNSUPPORTED:
        return Reason.ACCOUNT_MODE_UNSUPPORTED
    if situation.equity <= ZERO:
        return Reason.DEX_NOT_FUNDED if dex else Reason.ACCOUNT_NOT_FUNDED
    if reading.margin_used.get(dex, ZERO) >= situation.equity:
        return Reason.INSUFFICIENT_MARGIN
    return None


def budget(situation: Situation) -> Reason | None:
    """Refuse when the budget, the number of positions or the symbol's share is used up."""
    limits, ledger = situation.follow.limits, situation.ledger
    if situation.remaining <= ZERO:
        return Reason.BUDGET_EXHAUSTED
    if ledger.is_flat and situation.open_symbols >= limits.max_open_positions:
        return Reason.MAX_POSITIONS_REACHED
    if ledger.committed_margin >= limits.symbol_cap_usdc:
        return Reason.SYMBOL_ALLOCATION_EXCEEDED
    position_cap = limits.max_position_usdc
    if position_cap is not None and ledger.committed_margin >= position_cap:
        return Reason.POSITION_LIMIT
    return None


def first_refusal(situation: Situation, side: Side) -> Reason | None:
    """Give the first reason against an entry of the leader on this side, or None."""
    return (
        stopped(situation)
        or switched_off(situation)
        or symbol(situation, side)
        or timing(situation, side)
        or account(situation)
        or budget(situation)
    )


def _belongs_to_paid_entry(situation: Situation, side: Side) -> bool:
    ledger = situation.ledger
    return (
        situation.follow.limits.sizing.kind is SizingKind.FIXED
        and ledger.entry_side is side
        and situation.trade.time_ms - ledger.entry_last_ms <= SAME_ENTRY_MS
    )
