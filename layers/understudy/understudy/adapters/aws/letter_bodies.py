"""What lies in a dead-letter queue, read: a message, a run or a batch that failed, or poison. Pure.

The cloud itself writes about runs and batches, in shapes of its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from understudy.adapters.aws.batches import UNREADABLE
from understudy.messages import (
    LANE_COMMANDS,
    RECONCILE_COMMANDS,
    Command,
    FillFanOut,
    LeaderFills,
    decode,
)

COPY_EVENTS = "copy-events"
AUDIT_SEAL = "audit-seal"
FOLLOW_RECONCILE = "follow-reconcile"
SCHEDULER = "aws.scheduler"
"""What a schedule's event names as its source."""
RUNS = frozenset({"leader-listener", "account-erasure", "agent-upkeep", "audit-checkpoint"})
"""Queues on which only scheduled runs end."""
BATCHES = frozenset({COPY_EVENTS, AUDIT_SEAL})
"""Queues on which only batches of a stream end."""

COMMANDS: Mapping[str, tuple[type[Command], ...]] = {
    "leader-fills": (LeaderFills,),
    "fill-fan-out": (FillFanOut,),
    "follower-execute": LANE_COMMANDS,
    FOLLOW_RECONCILE: RECONCILE_COMMANDS,
}
"""What belongs on each queue."""


@dataclass(frozen=True, slots=True)
class FailedRun:
    """A scheduled run that failed; the next one has done its work."""

    error: str


@dataclass(frozen=True, slots=True)
class FailedBatch:
    """Where in a table's stream the records stood that were given up."""

    stream: str
    shard: str
    first: str
    last: str
    size: int
    error: str


@dataclass(frozen=True, slots=True)
class Poison:
    """A body that nothing can read."""


Content = Command | FailedRun | FailedBatch | Poison


def content_of(queue: str, body: str) -> Content:
    """Read the body of a letter of this queue."""
    try:
        if queue in RUNS:
            return FailedRun(_error_in(body))
        if queue in BATCHES:
            return _batch(json.loads(body))
        if queue == FOLLOW_RECONCILE and _is_run(body):
            return FailedRun(_error_in(body))
        return decode(body, COMMANDS[queue])
    except UNREADABLE:
        return Poison()


def _is_run(body: str) -> bool:
    """Say whether a letter is of a run that failed, or of one that could not even be started."""
    said = json.loads(body)
    return "requestContext" in said or said.get("source") == SCHEDULER


def _error_in(body: str) -> str:
    """Give what a failed run says of its end; the scheduler's own letters say nothing."""
    try:
        said = json.loads(body)
        payload = said.get("responsePayload") or {}
        return str(payload.get("errorType") or said["requestContext"]["condition"])
    except UNREADABLE:
        return ""


def _batch(said: Mapping[str, Any]) -> FailedBatch:
    where = said["DDBStreamBatchInfo"]
    return FailedBatch(
        stream=where["streamArn"],
        shard=where["shardId"],
        first=where["startSequenceNumber"],
        last=where["endSequenceNumber"],
        size=int(where["batchSize"]),
        error=str(said.get("requestContext", {}).get("condition", "")),
    )
