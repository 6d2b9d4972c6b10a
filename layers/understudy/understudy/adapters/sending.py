"""How a message travels: its group, and the id under which a repeated sending is the same. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import uuid4

from understudy.domain.errors import InvalidInputError
from understudy.domain.ids import digest_of
from understudy.domain.replacing import replace
from understudy.messages import (
    GAP,
    Converge,
    FillFanOut,
    FollowerExecute,
    LaneCommand,
    LeaderFills,
)

T_co = TypeVar("T_co", covariant=True)

MAX_DELAY_SECONDS = 900
MAX_FILLS_PER_MESSAGE = 500
RESEND_EVERY_MS = 60_000


@dataclass(frozen=True, slots=True)
class Sending(Generic[T_co]):
    """A message with its group (order within it) and its deduplication id (five minutes)."""

    group: str
    deduplication_id: str
    message: T_co


def of_leader_fills(messages: Iterable[LeaderFills]) -> Iterator[Sending[LeaderFills]]:
    """Group by leader; the same fills seen by two listeners are the same message.

    Without fills, or after a gap, every sending counts: the fills that follow a second gap may be
    the same ones. A message of more fills than a queue takes goes out in parts, in order.
    """
    for message in messages:
        for start in range(0, max(1, len(message.fills)), MAX_FILLS_PER_MESSAGE):
            fills = message.fills[start : start + MAX_FILLS_PER_MESSAGE]
            after = message.fills[start - 1].key.text if start else message.after
            after_gap = message.after_gap and start == 0
            part = replace(message, fills=fills, after_gap=after_gap, after=after)
            yield Sending(f"{part.venue}#{part.leader}", _id_of_fills(part), part)


def _id_of_fills(message: LeaderFills) -> str:
    is_any = message.after_gap or not message.fills
    return uuid4().hex if is_any else _digest_of_fills(message)


def _digest_of_fills(message: LeaderFills) -> str:
    keys = (str(part) for fill in message.fills for part in fill.key)
    return digest_of("leader-fills", message.venue, message.leader, *keys)


def of_fan_out(message: FillFanOut) -> Sending[FillFanOut]:
    """Group by leader and shard; one trade goes to one shard once."""
    trade, shard = message.trade, str(message.shard)
    return Sending(
        f"{trade.venue}#{trade.leader}#{shard}",
        digest_of("fill-fan-out", trade.trade_id, shard),
        message,
    )


def of_lane_command(message: LaneCommand) -> Sending[LaneCommand]:
    """Group by wallet; one trade goes to one follow once, a convergence once per cause and time.

    A trade without a receipt is sent again, once a minute at most: a queue would drop it for five
    minutes as a repetition of the sending that was lost.
    """
    return Sending(message.wallet_id, _digest_of_command(message), message)


def _digest_of_command(message: LaneCommand) -> str:
    match message:
        case FollowerExecute():
            again = [] if message.correlation_id != GAP else [_minute_of(message)]
            return digest_of("follower-execute", message.follow_id, message.trade.trade_id, *again)
        case Converge():
            cause, time = message.cause, str(message.queued_at_ms)
            return digest_of("converge", message.follow_id, message.symbol, cause, time)


def _minute_of(message: FollowerExecute) -> str:
    return str(message.queued_at_ms // RESEND_EVERY_MS)


def refuse_delay(delay_seconds: int) -> None:
    """Raise InvalidInputError for a delay that no queue keeps."""
    if not 0 <= delay_seconds <= MAX_DELAY_SECONDS:
        raise InvalidInputError(f"a delay lies between 0 and {MAX_DELAY_SECONDS} seconds")
