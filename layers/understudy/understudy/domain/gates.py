"""The gates an entry must pass, in the order in which a receipt names the first that refuses.

Exits pass all of them; what stops an exit stands in `exits`.
"""

from __future__ import annotations

from understudy.domain import breaker, drawdown
from understudy.domain.follows import AccountMode, FollowStatus, PauseReason
from understudy.domain.limits import CopySides, DrawdownBasis, SizingKind
from understudy.domain.money import ZERO
from understudy.domain.pace import SAME_ENTRY_MS, entry_time, last_minute, too_fast
from understudy.domain.reasons import Reason
from understudy.domain.situation import Situation
from understudy.domain.trades import Side

PAUSE_REASONS = {
    PauseReason.DRAWDOWN_STOP: Reason.DRAWDOWN_STOP,
    PauseReason.COPY_DISABLED: Reason.COPY_DISABLED,
}


def first_refusal(situation: Situation, side: Side) -> Reason | None:
    """Give the first reason against an entry after the leader's move to this side, or None."""
    return against_the_trade(situation, side) or against_the_money(situation)


def against_the_trade(situation: Situation, side: Side) -> Reason | None:
    """Give the first reason that does not depend on what the account has left."""
    return standing(situation) or _symbol(situation, side) or _timing(situation, side)


def against_the_money(situation: Situation) -> Reason | None:
    """Give the first reason in the account, in the budget or in the limits of positions."""
    return account(situation) or _budget(situation)


def standing(situation: Situation) -> Reason | None:
    """Refuse what users, operators or the follow's own state have switched off."""
    switches, follow = situation.switches, situation.follow
    return _first(
        (switches.killed, Reason.KILL_SWITCH),
        (follow.status is not FollowStatus.ACTIVE, stop_reason(situation)),
        (_is_below_the_floor(situation), Reason.DRAWDOWN_STOP),
        (situation.ledger.entries_paused, Reason.FOLLOW_PAUSED),
        (switches.authority_revoked, Reason.SIGNING_UNAVAILABLE),
        (switches.copy_disabled, Reason.COPY_DISABLED),
        (switches.blacklisted, Reason.BLACKLISTED),
        (switches.flagged, Reason.FLAGGED),
        (switches.leader_is_follower, Reason.LEADER_IS_FOLLOWER),
    )


def _is_below_the_floor(situation: Situation) -> bool:
    """Say whether a realized loss forbids entries, as after a restart without a new budget."""
    limits = situation.follow.limits
    by_realized = limits.drawdown_basis is DrawdownBasis.REALIZED
    return by_realized and drawdown.reached(limits, situation.budget.pnl)


def stop_reason(situation: Situation) -> Reason:
    """Name why a follow that is not active has stopped."""
    cause = situation.follow.pause_reason
    if cause is None:
        return Reason.FOLLOW_PAUSED
    return PAUSE_REASONS.get(cause, Reason.FOLLOW_PAUSED)


def kept_reason(situation: Situation) -> Reason:
    """Name why an owner keeps what the leader closes: no other switch stops an exit meanwhile."""
    is_active = situation.follow.status is FollowStatus.ACTIVE
    return Reason.COPY_DISABLED if is_active else stop_reason(situation)


def account(situation: Situation) -> Reason | None:
    """Refuse accounts that cannot carry the position, or of which the venue gave no reading."""
    reading, dex = situation.account, situation.market.dex
    if reading is None:
        return Reason.RATE_LIMITED
    if reading.mode is AccountMode.UNSUPPORTED:
        return Reason.ACCOUNT_MODE_UNSUPPORTED
    unfunded = Reason.DEX_NOT_FUNDED if dex else Reason.ACCOUNT_NOT_FUNDED
    return _first(
        (situation.equity <= ZERO, unfunded),
        (reading.margin_used.get(dex, ZERO) >= situation.equity, Reason.INSUFFICIENT_MARGIN),
    )


def pace(situation: Situation, time_ms: int) -> Reason | None:
    """Refuse more entries in a minute than the follow allows, and any while its lane rests."""
    entries_ms = situation.budget.recent_entries_ms
    recent = last_minute(entries_ms, entry_time(entries_ms, time_ms))
    is_used_up = len(recent) >= situation.follow.limits.entries_per_minute
    rests = situation.now_ms < situation.entries_rest_until_ms
    return Reason.RATE_LIMITED if is_used_up or rests else None


def ownership(situation: Situation) -> Reason | None:
    """Refuse a symbol that another follow of the wallet, or its owner's hand, has."""
    free = situation.owner in (None, situation.follow.follow_id)
    return None if free else Reason.SYMBOL_IN_USE


def _symbol(situation: Situation, side: Side) -> Reason | None:
    limits, name = situation.follow.limits, situation.trade.symbol
    left_out = bool(limits.symbols_allow) and name not in limits.symbols_allow
    wanted = CopySides.LONGS if side is Side.BUY else CopySides.SHORTS
    return _first(
        (left_out or name in limits.symbols_deny, Reason.SYMBOL_NOT_ALLOWED),
        (limits.sides not in (CopySides.BOTH, wanted), Reason.SIDE_NOT_ALLOWED),
    ) or ownership(situation)


def _timing(situation: Situation, side: Side) -> Reason | None:
    limits, trade = situation.follow.limits, situation.trade
    fast = limits.refuse_safe_poll and too_fast(trade.leader_trades_last_minute)
    return _first(
        (fast, Reason.LEADER_TOO_FAST),
        (situation.is_stale, Reason.STALE),
        (_belongs_to_paid_entry(situation, side), Reason.SAME_ENTRY),
        (pace(situation, trade.time_ms) is not None, Reason.RATE_LIMITED),
        (_breaker_stops(situation), Reason.BREAKER_OPEN),
    )


def _breaker_stops(situation: Situation) -> bool:
    if not situation.budget.breaker_opened_at_ms:  # as nearly always
        return False
    is_under_way = any(ledger.pending_entry_size for ledger in situation.ledgers.values())
    return breaker.stops_entries(
        situation.budget, situation.now_ms, is_entry_under_way=is_under_way
    )


def _budget(situation: Situation) -> Reason | None:
    limits, ledger = situation.follow.limits, situation.ledger
    full = ledger.is_flat and situation.open_symbols >= limits.max_open_positions
    margin, most = ledger.committed_margin, limits.max_position_usdc
    return _first(
        (situation.remaining <= ZERO, Reason.BUDGET_EXHAUSTED),
        (full, Reason.MAX_POSITIONS_REACHED),
        (margin >= limits.symbol_cap_usdc, Reason.SYMBOL_ALLOCATION_EXCEEDED),
        (most is not None and margin >= most, Reason.POSITION_LIMIT),
    )


def _belongs_to_paid_entry(situation: Situation, side: Side) -> bool:
    ledger = situation.ledger
    return (
        situation.follow.limits.sizing.kind is SizingKind.FIXED
        and ledger.entry_side is side
        and situation.trade.time_ms - ledger.entry_last_ms <= SAME_ENTRY_MS
    )


def _first(*checks: tuple[bool, Reason]) -> Reason | None:
    for refuses, reason in checks:
        if refuses:
            return reason
    return None
