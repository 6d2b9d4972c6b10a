"""What a call was about, in words for people: whose records, which order, which trade."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from understudy.domain.follows import Account, Follow, Ledger
from understudy.domain.intents import (
    Accepted,
    Intent,
    Rejected,
    Signed,
    SigningRefused,
    SigningUnavailable,
    Unknown,
)
from understudy.domain.receipts import Receipt
from understudy.domain.trades import Fill, Trade
from understudy.messages import Converge, FollowerExecute, LeaderFills, ResolveIntent, WakeLane
from understudy.ports.copying import Changes, Place

ANSWERED = ("submit", "order_report", "sign")
MOST = 8


def told(value: Any) -> str:
    """Say what a value is, in a few words; '' for what says nothing."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return told(tuple(value.values()))
    if isinstance(value, (list, tuple, set, frozenset)):
        return "; ".join(filter(None, map(told, list(value)[:MOST])))
    say = _WORDS.get(type(value))
    return say(value) if say else ""


def _changes(changes: Changes) -> str:
    written = (changes.follow, changes.intent, changes.ledger, *changes.receipts)
    owners = [
        f"{word} {owner.symbol} {owner.follow_id}"
        for word, owner in (("takes", changes.owner_taken), ("frees", changes.owner_released))
        if owner is not None
    ]
    return "; ".join([told(each) for each in written if each is not None] + owners)


def _intent(intent: Intent) -> str:
    order = f"{intent.side.value} {intent.size} {intent.symbol} at {intent.limit_price}"
    filled = f" filled {intent.filled_size}" if intent.filled_size else ""
    return (
        f"{intent.follow_id} order {intent.intent_id[:8]} {intent.kind} {order}"
        f" trade {intent.seq} attempt {intent.attempt} {intent.state}{filled}"
    )


def _ledger(ledger: Ledger) -> str:
    marks = [name for name in ("entries_paused", "needs_operator") if getattr(ledger, name)]
    waits = [f"{len(ledger.pending)} under way"] if ledger.pending else []
    rests = [f"rests until {ledger.exit_rests_until_ms}"] if ledger.exit_rests_until_ms else []
    facts = " ".join(marks + waits + rests)
    return f"{ledger.follow_id} {ledger.symbol} holds {ledger.held} of {ledger.target} {facts}"


def _receipt(receipt: Receipt) -> str:
    reason = receipt.reason or ""
    return f"{receipt.follow_id} receipt {receipt.seq} {receipt.status} {reason}".rstrip()


def _follow(follow: Follow) -> str:
    return f"{follow.follow_id} {follow.status} {follow.pause_reason or ''}".rstrip()


def _trade(trade: Trade) -> str:
    moved = f"{trade.start_position} to {trade.end_position}"
    return f"trade {trade.seq} {trade.symbol} {trade.kind} {moved}"


def _fill(fill: Fill) -> str:
    return f"{fill.side.value} {fill.size} {fill.symbol} at {fill.price}"


def _lane(command: Converge) -> str:
    return f"{command.follow_id} {command.symbol} converge: {command.cause}"


def _account(account: Account) -> str:
    held = ", ".join(f"{size} {symbol}" for symbol, size in account.positions.items())
    return f"{account.wallet_id} holds {held or 'nothing'}"


_WORDS: Mapping[type, Any] = {
    Changes: _changes,
    Intent: _intent,
    Ledger: _ledger,
    Receipt: _receipt,
    Follow: _follow,
    Trade: _trade,
    Fill: _fill,
    Account: _account,
    Converge: _lane,
    Place: lambda place: f"{place.follow.follow_id} {place.symbol} trade {place.seq}",
    FollowerExecute: lambda each: f"{each.follow_id} {_trade(each.trade)}",
    WakeLane: lambda each: f"later {_lane(each.converge)}",
    ResolveIntent: lambda each: f"{each.follow_id} order {each.intent_id[:8]}",
    LeaderFills: lambda each: f"{each.leader} {told(each.fills)}",
    Signed: lambda signed: f"order {signed.intent_id[:8]}",
    SigningRefused: lambda refused: f"order {refused.intent_id[:8]} refused: {refused.reason}",
    SigningUnavailable: lambda answer: f"order {answer.intent_id[:8]} unanswered: {answer.cause}",
    Accepted: lambda answer: f"accepted {answer.filled_size} at {answer.average_price}",
    Rejected: lambda answer: f"rejected {answer.kind}: {answer.text}",
    Unknown: lambda answer: f"unknown: {answer.cause}",
}
