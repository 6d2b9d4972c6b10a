"""Why a trade was not copied, or not yet: the closed list that every receipt draws from."""

from __future__ import annotations

from enum import auto

from understudy.domain.naming import Named


class Reason(Named):
    """A typed reason; its value is its name, as the public API shows it."""

    BUDGET_EXHAUSTED = auto()
    MAX_POSITIONS_REACHED = auto()
    BELOW_MIN_NOTIONAL = auto()
    SYMBOL_ALLOCATION_EXCEEDED = auto()
    POSITION_LIMIT = auto()
    ODDS_OUT_OF_RANGE = auto()
    SYMBOL_NOT_ALLOWED = auto()
    SIDE_NOT_ALLOWED = auto()
    SYMBOL_IN_USE = auto()
    SAME_ENTRY = auto()
    STALE = auto()
    PRICE_OUT_OF_BAND = auto()
    SUPERSEDED = auto()
    CARRIED = auto()
    INSUFFICIENT_MARGIN = auto()
    LEVERAGE_NOT_ALLOWED = auto()
    ACCOUNT_NOT_FUNDED = auto()
    DEX_NOT_FUNDED = auto()
    ACCOUNT_MODE_UNSUPPORTED = auto()
    BLACKLISTED = auto()
    FLAGGED = auto()
    LEADER_TOO_FAST = auto()
    LEADER_IS_FOLLOWER = auto()
    RATE_LIMITED = auto()
    BREAKER_OPEN = auto()
    DRAWDOWN_STOP = auto()
    FOLLOW_PAUSED = auto()
    COPY_DISABLED = auto()
    NOTHING_TO_CLOSE = auto()
    SIGNING_UNAVAILABLE = auto()
    SIGNING_REFUSED = auto()
    KILL_SWITCH = auto()
    REGION_BLOCKED = auto()
    VENUE_REJECTED = auto()
    EXPIRED = auto()
