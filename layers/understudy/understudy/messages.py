"""Commands and events: the only shapes that cross a queue or the bus. Plain dataclasses as JSON.

A command's `epoch` is that of the records it speaks of: what was sent before a restore of the
copying table is not done after it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar, get_args

from understudy.domain.codec import from_plain, to_plain
from understudy.domain.ids import FollowId, IntentId, WalletId
from understudy.domain.trades import Fill, Trade

T = TypeVar("T")

# The cause of a convergence that gives up the target itself.
CLOSE_NOW = "close_now"

# The correlation of a trade that is sent into a lane again, because it has no receipt there.
GAP = "gap"

# Why a wallet is looked at some minutes after one of its follows was deleted.
ENDED = "ended"


@dataclass(frozen=True, slots=True)
class LeaderFills:
    """The listener saw these fills of a leader (queue leader-fills, group = leader).

    `after_gap` says that others may have passed unseen. Without any fill a book is begun. `after`
    is the key, as text, of the fill that the same listener sent before these; `asked_ms` is when it
    last sent a message `after_gap`. So whoever takes this one knows of those that never arrived.
    """

    venue: str
    leader: str
    fills: tuple[Fill, ...]
    after_gap: bool = False
    after: str = ""
    asked_ms: int = 0


@dataclass(frozen=True, slots=True)
class FillFanOut:
    """Copy this trade for one shard of the leader's follows (queue fill-fan-out)."""

    trade: Trade
    shard: int
    epoch: int = 0


@dataclass(frozen=True, slots=True)
class FollowerExecute:
    """Copy this trade for one follow (queue follower-execute, group = wallet lane)."""

    follow_id: FollowId
    wallet_id: WalletId
    trade: Trade
    queued_at_ms: int
    correlation_id: str = ""
    epoch: int = 0


@dataclass(frozen=True, slots=True)
class Converge:
    """Bring what a follow holds of a symbol to its target (queue follower-execute).

    With `seq` only the pinned order of that trade is sent once more, if it still has no outcome.
    """

    follow_id: FollowId
    wallet_id: WalletId
    symbol: str
    cause: str
    queued_at_ms: int
    epoch: int = 0
    seq: int = 0


@dataclass(frozen=True, slots=True)
class ReconcileWallet:
    """Compare a wallet's ledgers with the venue (queue follow-reconcile).

    With the cause ENDED it only gets the venue's last figures for a deleted follow: for `ended`,
    which was over at `ended_at_ms`.
    """

    wallet_id: WalletId
    cause: str = "sweep"
    ended: FollowId | None = None
    ended_at_ms: int = 0


@dataclass(frozen=True, slots=True)
class CloseGaps:
    """Have a follow that ended get the receipts it still lacks (queue follow-reconcile, delayed).

    It is asked for again until it has them all, but not after `until_ms`.
    """

    follow_id: FollowId
    until_ms: int


@dataclass(frozen=True, slots=True)
class ResolveIntent:
    """Ask the venue what became of a pinned order (queue follow-reconcile, delayed).

    `stages` are the times in ms of what was done with it, as far as the sender knows.
    """

    intent_id: IntentId
    follow_id: FollowId
    stages: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WakeLane:
    """Send a convergence into a lane later (queue follow-reconcile, delayed).

    Not before `due_ms`: the queue waits whole seconds.
    """

    converge: Converge
    due_ms: int = 0


@dataclass(frozen=True, slots=True)
class LearnLeverage:
    """Ask the venue for a leader's own leverage of a symbol (queue follow-reconcile, delayed)."""

    venue: str
    leader: str
    symbol: str


@dataclass(frozen=True, slots=True)
class CheckLeader:
    """Compare a leader's book with the venue (queue follow-reconcile).

    Beside a leader's regular turn one is asked for because a look after a gap had no answer; then
    `unanswered` counts how many had none.
    """

    venue: str
    leader: str
    unanswered: int | None = None


LaneCommand = FollowerExecute | Converge
ReconcileCommand = (
    ReconcileWallet | CloseGaps | ResolveIntent | WakeLane | LearnLeverage | CheckLeader
)
Command = LeaderFills | FillFanOut | LaneCommand | ReconcileCommand

LANE_COMMANDS: tuple[type[LaneCommand], ...] = get_args(LaneCommand)
RECONCILE_COMMANDS: tuple[type[ReconcileCommand], ...] = get_args(ReconcileCommand)


@dataclass(frozen=True, slots=True)
class CopyEvent:
    """A terminal change of a copy or a follow, as it goes to the bus, audit and live feed."""

    event: str
    event_id: str
    user_id: str
    follow_id: str
    at_ms: int
    facts: dict[str, str] = field(default_factory=dict)
    amounts: dict[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AgentEvent:
    """What an agent's user should know of it, as it goes to the bus."""

    event: str
    event_id: str
    user_id: str
    agent_id: str
    at_ms: int
    facts: dict[str, str] = field(default_factory=dict)


Event = CopyEvent | AgentEvent

_BY_NAME: dict[str, type] = {cls.__name__: cls for cls in get_args(Command | Event)}


def encode(message: object) -> str:
    """Write a message as JSON with its type; decimals are text."""
    body = {"type": type(message).__name__, **to_plain(message)}
    return json.dumps(body, separators=(",", ":"))


def decode(text: str, expected: tuple[type[T], ...]) -> T:
    """Read a message of one of the expected types.

    Raises ValueError for another type, KeyError or TypeError for a shape that does not fit: such a
    message is poison and belongs to the dead-letter queue.
    """
    body = json.loads(text, parse_float=Decimal)
    cls = _BY_NAME.get(body.pop("type", ""))
    if cls is None or cls not in expected:
        raise ValueError("a message of this type does not belong on this queue")
    return from_plain(cls, body)
