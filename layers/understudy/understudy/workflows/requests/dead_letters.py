"""An operator's requests about dead letters: whom and what one is about, and redriving it.

Nothing here changes a record: what is redriven is done by its own step, as records then say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.messages import (
    CheckLeader,
    CloseGaps,
    Command,
    Converge,
    FillFanOut,
    FollowerExecute,
    LaneCommand,
    LeaderFills,
    LearnLeverage,
    ReconcileCommand,
    ResolveIntent,
    WakeLane,
)

if TYPE_CHECKING:
    from understudy.ports.dead_letters import DeadLetter, DeadLetters


def redrive(letters: DeadLetters, letter: DeadLetter) -> None:
    """Send a letter back and only then take it out.

    Whoever stops in between leaves it in both places: it is then done twice, which is harmless.
    """
    letters.send_back(letter)
    letters.remove(letter)


@dataclass(frozen=True, slots=True)
class About:
    """Whom and what a message is about; `at_ms` is when it was made, 0 where it does not say."""

    kind: str
    follow: str = ""
    leader: str = ""
    symbol: str = ""
    seq: int = 0
    at_ms: int = 0


def about(message: Command) -> About:
    """Say whom and what a message is about."""
    kind = type(message).__name__
    match message:
        case FollowerExecute():
            trade, queued_at_ms = message.trade, message.queued_at_ms
            return About(
                kind, message.follow_id, trade.leader, trade.symbol, trade.seq, queued_at_ms
            )
        case FillFanOut():
            trade = message.trade
            return About(kind, "", trade.leader, trade.symbol, trade.seq, trade.stored_at_ms)
        case LeaderFills():
            symbols = sorted({fill.symbol for fill in message.fills})
            at_ms = min((fill.seen_at_ms for fill in message.fills), default=0)
            return About(kind, "", message.leader, ",".join(symbols), 0, at_ms)
        case LearnLeverage() | CheckLeader():
            return About(kind, "", message.leader, getattr(message, "symbol", ""))
        case _:
            return _about_a_follow(message)


def _about_a_follow(message: LaneCommand | ReconcileCommand) -> About:
    kind = type(message).__name__
    inner = message.converge if isinstance(message, WakeLane) else message
    if isinstance(inner, Converge):
        return About(kind, inner.follow_id, "", inner.symbol, 0, inner.queued_at_ms)
    if isinstance(inner, (ResolveIntent, CloseGaps)):
        return About(kind, inner.follow_id)
    return About(kind, getattr(inner, "wallet_id", ""))
