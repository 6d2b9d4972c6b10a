"""What a receipt says in words: of every reason and every status, with the numbers compared. Pure.

Nothing decides by it and nothing is stored: it is put together where a receipt is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from understudy.domain.money import plain_text
from understudy.domain.reasons import Reason
from understudy.domain.receipts import CopyStatus, Receipt


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a reason means; `compares` names those numbers of a receipt that the rule compared."""

    words: str
    compares: tuple[str, ...] = ()


MEANINGS: Mapping[Reason, Meaning] = {
    Reason.BUDGET_EXHAUSTED: Meaning(
        "nothing is left of this follow's budget",
        ("copy_budget_usdc", "used", "realized", "unrealized", "remaining"),
    ),
    Reason.MAX_POSITIONS_REACHED: Meaning(
        "this follow holds as many symbols as it may",
        ("open_positions", "max_open_positions"),
    ),
    Reason.BELOW_MIN_NOTIONAL: Meaning(
        "the order would be smaller than the venue takes",
        ("notional", "min_notional"),
    ),
    Reason.SYMBOL_ALLOCATION_EXCEEDED: Meaning(
        "this symbol uses its whole share of the budget",
        ("symbol_margin", "symbol_cap_usdc"),
    ),
    Reason.POSITION_LIMIT: Meaning(
        "the position of this symbol is as large as it may be",
        ("symbol_margin", "max_position_usdc"),
    ),
    Reason.ODDS_OUT_OF_RANGE: Meaning("the odds lie outside of the range that was chosen"),
    Reason.SYMBOL_NOT_ALLOWED: Meaning("this follow leaves the symbol out"),
    Reason.SIDE_NOT_ALLOWED: Meaning("this follow does not enter positions of this side"),
    Reason.SYMBOL_IN_USE: Meaning(
        "another follow of the same wallet has this symbol, or its owner holds it by hand"
    ),
    Reason.SAME_ENTRY: Meaning(
        "this trade belongs to an entry that was paid for: fixed sizing pays once for each",
        ("seconds_since_entry", "one_entry_for"),
    ),
    Reason.STALE: Meaning(
        "the trade came too late to be entered",
        ("age_seconds", "max_copy_age_seconds"),
    ),
    Reason.PRICE_OUT_OF_BAND: Meaning(
        "the market offered nothing within the price that this follow takes",
        ("reference_price", "limit_price"),
    ),
    Reason.SUPERSEDED: Meaning(
        "a newer trade, or the follow's start, has passed this one",
        ("last_seq", "started_at_ms"),
    ),
    Reason.CARRIED: Meaning(
        "nothing could be ordered yet, because it is too small for the venue, an order is under way"
        " or a slower mode waits for its window: it is kept and goes with what comes next",
        ("held", "target", "notional", "min_notional"),
    ),
    Reason.INSUFFICIENT_MARGIN: Meaning(
        "the account has no margin free for the order",
        ("margin_used", "own_equity"),
    ),
    Reason.LEVERAGE_NOT_ALLOWED: Meaning(
        "the limits on leverage leave no room, or the agent's bounds or the venue refuse it",
        ("copied_notional", "own_equity", "max_total_leverage"),
    ),
    Reason.ACCOUNT_NOT_FUNDED: Meaning("the account holds no collateral", ("own_equity",)),
    Reason.DEX_NOT_FUNDED: Meaning(
        "the account holds no collateral on the dex of this symbol",
        ("own_equity",),
    ),
    Reason.ACCOUNT_MODE_UNSUPPORTED: Meaning(
        "the account is in a mode of the venue in which nothing is copied"
    ),
    Reason.BLACKLISTED: Meaning("an operator has blacklisted the leader or this wallet"),
    Reason.FLAGGED: Meaning("an operator has flagged this account: nothing new is entered"),
    Reason.LEADER_TOO_FAST: Meaning(
        "the leader trades too often to be copied trade by trade, and this follow takes nothing"
        " slower",
        ("leader_trades_last_minute", "too_fast_from"),
    ),
    Reason.LEADER_IS_FOLLOWER: Meaning("the leader is a follower here: nobody copies copies"),
    Reason.RATE_LIMITED: Meaning(
        "too many entries or requests within a minute",
        ("entries_last_minute", "entries_per_minute"),
    ),
    Reason.BREAKER_OPEN: Meaning(
        "several orders in a row have failed, and entries rest for a while",
        ("openings", "seconds_left"),
    ),
    Reason.DRAWDOWN_STOP: Meaning(
        "the loss has reached the one at which this follow stops",
        ("realized", "realized_at_stop", "drawdown_floor"),
    ),
    Reason.FOLLOW_PAUSED: Meaning("entries of this follow are paused", ("held",)),
    Reason.COPY_DISABLED: Meaning("copying is switched off for all follows of this user"),
    Reason.NOTHING_TO_CLOSE: Meaning(
        "there is nothing to close: this follow holds no more than it should",
        ("held", "target"),
    ),
    Reason.SIGNING_UNAVAILABLE: Meaning(
        "the agent of this wallet cannot sign: it was revoked, has run out or cannot be reached"
    ),
    Reason.SIGNING_REFUSED: Meaning("the signer refused the order: it breaks the agent's bounds"),
    Reason.KILL_SWITCH: Meaning("an operator has stopped trading"),
    Reason.REGION_BLOCKED: Meaning("the venue does not serve this region"),
    Reason.VENUE_REJECTED: Meaning("the venue refused the order"),
    Reason.EXPIRED: Meaning("the order or the entry was not filled in its time and is over"),
}

STATUSES: Mapping[CopyStatus, str] = {
    CopyStatus.CLAIMED: "under way: decided, and its order goes to the venue",
    CopyStatus.WAITING: "under way: waits until an order can leave",
    CopyStatus.DONE: "copied: what was ordered is filled, at least in part",
    CopyStatus.SKIPPED: "not copied",
    CopyStatus.CARRIED: "nothing ordered yet: kept, and goes with what comes next",
    CopyStatus.EXPIRED: "over: not filled in its time",
    CopyStatus.REJECTED: "refused by the signer or by the venue",
    CopyStatus.NEEDS_OPERATOR: "stuck: an operator must look at it",
}


def explained(receipt: Receipt) -> str:
    """Give the words of a receipt's reason: those it was stored with, else the reason's own.

    They come with the rule that bound and the numbers it compared; '' without a reason.
    """
    if receipt.reason is None or receipt.reason_text:
        return receipt.reason_text
    meaning = MEANINGS[receipt.reason]
    rule = [f"bound by {receipt.bound_by}"] if receipt.bound_by else []
    numbers = receipt.numbers
    told = [f"{name} {plain_text(numbers[name])}" for name in meaning.compares if name in numbers]
    facts = [*rule, ", ".join(told)] if told else rule
    return f"{meaning.words} ({': '.join(facts)})" if facts else meaning.words


def in_a_line(receipt: Receipt) -> str:
    """Give what a line of the log says: why, or how the copy stands."""
    return explained(receipt) or STATUSES[receipt.status]
