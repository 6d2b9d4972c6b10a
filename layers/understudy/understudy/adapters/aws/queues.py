"""Sending to the queues: in order within a group, and again only what was not taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from understudy.adapters import sending
from understudy.adapters.aws.attempts import attempt, rounds
from understudy.adapters.sending import Sending, refuse_delay
from understudy.domain.errors import DependencyError
from understudy.messages import FillFanOut, LaneCommand, LeaderFills, ReconcileCommand, encode

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

MAX_ENTRIES = 10
MAX_BATCH_BYTES = 256 * 1024

Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class QueueUrls:
    """The queues that a function may send to; a step names only those that it uses."""

    leader_fills: str = ""
    fill_fan_out: str = ""
    follower_execute: str = ""
    follow_reconcile: str = ""


class SqsQueues:
    """Implements `Queues`."""

    def __init__(self, client: SQSClient, urls: QueueUrls) -> None:
        self._client = client
        self._urls = urls

    def to_leader_sync(self, messages: Sequence[LeaderFills]) -> None:
        """Send fills, ordered per leader."""
        self._send(self._urls.leader_fills, sending.of_leader_fills(messages))

    def to_fan_out(self, messages: Sequence[FillFanOut]) -> None:
        """Send trades per shard, ordered per leader and shard."""
        self._send(self._urls.fill_fan_out, map(sending.of_fan_out, messages))

    def to_lanes(self, messages: Sequence[LaneCommand]) -> None:
        """Send commands into their wallets' lanes, ordered per lane."""
        self._send(self._urls.follower_execute, map(sending.of_lane_command, messages))

    def to_reconcile(self, *messages: ReconcileCommand, delay_seconds: int = 0) -> None:
        """Send reconcile commands, to arrive once `delay_seconds` have passed."""
        refuse_delay(delay_seconds)
        entries = (
            {"MessageBody": encode(message), "DelaySeconds": delay_seconds} for message in messages
        )
        self._send_entries(self._urls.follow_reconcile, entries)

    def _send(self, url: str, sendings: Iterable[Sending[object]]) -> None:
        self._send_entries(url, (_entry_of(each) for each in sendings))

    def _send_entries(self, url: str, entries: Iterable[Entry]) -> None:
        for batch in batches(entries):
            self._send_batch(url, batch)

    def _send_batch(self, url: str, entries: list[Entry]) -> None:
        left = {str(number): {**entry, "Id": str(number)} for number, entry in enumerate(entries)}
        for _ in rounds():
            request: Any = list(left.values())
            send = partial(self._client.send_message_batch, QueueUrl=url, Entries=request)
            failed = attempt(send).get("Failed", [])
            left = {entry["Id"]: left[entry["Id"]] for entry in failed}
            if not left:
                return
        raise DependencyError("a queue does not take messages", queue=url, left=len(left))


def batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Cut entries into batches that a queue takes, with each group, where it has any, once in each.

    A part of a batch may fail and go out again later: a group's next message waits for that.
    """
    batch: list[Entry] = []
    size = 0
    for entry in entries:
        more = len(entry["MessageBody"].encode())
        groups = {each["MessageGroupId"] for each in batch if "MessageGroupId" in each}
        full = len(batch) == MAX_ENTRIES or size + more > MAX_BATCH_BYTES
        if full or entry.get("MessageGroupId") in groups:
            yield batch
            batch, size = [], 0
        batch.append(entry)
        size += more
    if batch:
        yield batch


def _entry_of(each: Sending[object]) -> Entry:
    return {
        "MessageBody": encode(each.message),
        "MessageGroupId": each.group,
        "MessageDeduplicationId": each.deduplication_id,
    }
