"""What a refused entry ran into: the rule by name and the numbers it compared, for the receipt.

It explains what `gates` decided and decides nothing. Money is in USDC, times are in seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from understudy.domain.breaker import OPEN_MS
from understudy.domain.follows import FollowStatus
from understudy.domain.money import ZERO, toward_zero
from understudy.domain.pace import (
    FAST_LEADER_TRADES_PER_MINUTE,
    SAME_ENTRY_MS,
    entry_time,
    last_minute,
)
from understudy.domain.reasons import Reason
from understudy.domain.situation import Situation

ENTRIES_PER_MINUTE = "entries_per_minute"
VENUE_REQUESTS = "venue_requests_per_minute"
ACCOUNT_UNREAD = "account_reading"
ACCOUNT_ACTIONS = "actions_of_the_account"
NO_DEPOSIT = "deposit_at_the_venue"
OTHER_POSITION = "position_at_the_venue"
CORRECTION = "correction_of_the_leaders_book"
DELETING = "being_deleted"
DELETED = "deleted"
STILL_BELOW_THE_FLOOR = "loss_since_the_drawdown_stop"

# Rules whose reason says too little, in words for the user.
WORDS: Mapping[str, str] = {
    ENTRIES_PER_MINUTE: "this follow's own limit of entries per minute is reached",
    VENUE_REQUESTS: "the requests that we may send to the venue in a minute are used up",
    ACCOUNT_UNREAD: "the venue gave no reading of the account in time: without one nothing is"
    " entered",
    ACCOUNT_ACTIONS: "the account has used up the actions that the venue lets it take for what it"
    " has traded: its entries rest for some seconds",
    NO_DEPOSIT: "the venue wants a deposit before this account does anything, or its agent was"
    " replaced: the follow is paused",
    STILL_BELOW_THE_FLOOR: "the realized loss is still at or below the drawdown stop: raise the"
    " budget or stop_copy_drawdown_pct, or start a new follow",
    DELETING: "this follow is being deleted: it only closes what it holds",
    DELETED: "this follow was deleted before the trade came to it",
    CORRECTION: "the venue shows a position of the leader that no fill explains: only exits follow",
    OTHER_POSITION: "the account holds another size than this follow copied: entries wait until"
    " both agree",
}

_RATES_OF_ITS_OWN = frozenset({ENTRIES_PER_MINUTE, ACCOUNT_UNREAD, ACCOUNT_ACTIONS})
_ENDS = {FollowStatus.DELETING: DELETING, FollowStatus.DELETED: DELETED}

Compared = tuple[str, Mapping[str, Decimal]]


def compared(situation: Situation, reason: Reason) -> Compared:
    """Give the rule behind a gate's refusal and the numbers that it compared."""
    explain = _EXPLANATIONS.get(reason)
    if explain is None:
        return "", {}
    rule, numbers = explain(situation)
    return rule, {name: toward_zero(Decimal(value), 8) for name, value in numbers.items()}


def rule_of(reason: Reason | None, bound_by: str) -> str:
    """Tell the rates of a follow and its account from ours at the venue: the reason is the same."""
    if reason is Reason.RATE_LIMITED and bound_by not in _RATES_OF_ITS_OWN:
        return VENUE_REQUESTS
    return bound_by


_Explained = tuple[str, Mapping[str, Decimal | int]]


def _switch(situation: Situation) -> _Explained:
    switches = situation.switches
    on = {"everybody": switches.kill_global, "venue": switches.kill_venue}
    return "kill_switch_of_" + next((name for name, is_on in on.items() if is_on), "user"), {}


def _stop(situation: Situation) -> _Explained:
    follow = situation.follow
    if follow.status is FollowStatus.ACTIVE:
        return OTHER_POSITION, {"held": situation.ledger.held}
    if follow.status in _ENDS:
        return _ENDS[follow.status], {}
    return "" if follow.pause_reason is None else follow.pause_reason.value, {}


def _drawdown(situation: Situation) -> _Explained:
    floor = situation.follow.limits.drawdown_floor_usdc
    if situation.follow.status is FollowStatus.ACTIVE:
        shown = {"realized": situation.budget.pnl, "drawdown_floor": floor}
        return STILL_BELOW_THE_FLOOR, shown
    at_stop = situation.follow.realized_at_stop
    return "stop_copy_drawdown_pct", {"realized_at_stop": at_stop, "drawdown_floor": floor}


def _symbol(situation: Situation) -> _Explained:
    denied = situation.trade.symbol in situation.follow.limits.symbols_deny
    return "symbols_deny" if denied else "symbols_allow", {}


def _speed(situation: Situation) -> _Explained:
    trades, most = situation.trade.leader_trades_last_minute, FAST_LEADER_TRADES_PER_MINUTE
    return "refuse_safe_poll", {"leader_trades_last_minute": trades, "too_fast_from": most}


def _age(situation: Situation) -> _Explained:
    most = situation.follow.limits.max_copy_age_seconds
    age = _seconds(situation.age_ms)
    return "max_copy_age_seconds", {"age_seconds": age, "max_copy_age_seconds": most}


def _same_entry(situation: Situation) -> _Explained:
    since = situation.trade.time_ms - situation.ledger.entry_last_ms
    seconds = {"seconds_since_entry": _seconds(since), "one_entry_for": _seconds(SAME_ENTRY_MS)}
    return "cost_per_order_usdc", seconds


def _rate(situation: Situation) -> _Explained:
    entries_ms = situation.budget.recent_entries_ms
    recent = last_minute(entries_ms, entry_time(entries_ms, situation.trade.time_ms))
    most = situation.follow.limits.entries_per_minute
    rests_ms = situation.entries_rest_until_ms - situation.now_ms
    if rests_ms > 0 and len(recent) < most:
        return ACCOUNT_ACTIONS, {"seconds_left": _seconds(rests_ms)}
    if situation.account is None and len(recent) < most:
        return ACCOUNT_UNREAD, {}
    return ENTRIES_PER_MINUTE, {"entries_last_minute": len(recent), "entries_per_minute": most}


def _breaker(situation: Situation) -> _Explained:
    budget = situation.budget
    left = max(0, budget.breaker_opened_at_ms + OPEN_MS - situation.now_ms)
    return "breaker", {"openings": budget.breaker_openings, "seconds_left": _seconds(left)}


def _funds(situation: Situation) -> _Explained:
    return "", {"own_equity": situation.equity}


def _margin(situation: Situation) -> _Explained:
    reading, dex = situation.account, situation.market.dex
    used = ZERO if reading is None else reading.margin_used.get(dex, ZERO)
    return "", {"margin_used": used, "own_equity": situation.equity}


def _budget(situation: Situation) -> _Explained:
    money, most = situation.budget, situation.follow.limits.copy_budget_usdc
    return "copy_budget_usdc", {
        "copy_budget_usdc": most,
        "used": money.used,
        "realized": money.pnl,
        "unrealized": situation.unrealized,
        "remaining": situation.remaining,
    }


def _positions(situation: Situation) -> _Explained:
    most = situation.follow.limits.max_open_positions
    counts = {"open_positions": situation.open_symbols, "max_open_positions": most}
    return "max_open_positions", counts


def _allocation(situation: Situation) -> _Explained:
    margin, most = situation.ledger.committed_margin, situation.follow.limits.symbol_cap_usdc
    return "max_symbol_allocation_pct", {"symbol_margin": margin, "symbol_cap_usdc": most}


def _position(situation: Situation) -> _Explained:
    most = situation.follow.limits.max_position_usdc or ZERO
    margin = situation.ledger.committed_margin
    return "max_position_usdc", {"symbol_margin": margin, "max_position_usdc": most}


def _seconds(time_ms: int) -> Decimal:
    return Decimal(time_ms).scaleb(-3)


_EXPLANATIONS: Mapping[Reason, Callable[[Situation], _Explained]] = {
    Reason.KILL_SWITCH: _switch,
    Reason.FOLLOW_PAUSED: _stop,
    Reason.DRAWDOWN_STOP: _drawdown,
    Reason.SYMBOL_NOT_ALLOWED: _symbol,
    Reason.SIDE_NOT_ALLOWED: lambda _: ("sides", {}),
    Reason.LEADER_TOO_FAST: _speed,
    Reason.STALE: _age,
    Reason.SAME_ENTRY: _same_entry,
    Reason.RATE_LIMITED: _rate,
    Reason.BREAKER_OPEN: _breaker,
    Reason.ACCOUNT_NOT_FUNDED: _funds,
    Reason.DEX_NOT_FUNDED: _funds,
    Reason.INSUFFICIENT_MARGIN: _margin,
    Reason.BUDGET_EXHAUSTED: _budget,
    Reason.MAX_POSITIONS_REACHED: _positions,
    Reason.SYMBOL_ALLOCATION_EXCEEDED: _allocation,
    Reason.POSITION_LIMIT: _position,
}
