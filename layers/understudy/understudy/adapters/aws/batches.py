"""Receiving from a queue: messages by group and in order, failures by group, retries soon. Pure.

When a message fails, it and every later one of its group come again: nobody overtakes. Only what
nobody here can read is passed after some tries, or those behind it would die with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from understudy.messages import decode

T = TypeVar("T")

# What decoding raises for JSON of another shape, or numbers that are none.
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, ArithmeticError)
# While a newer version is rolled out, one that can read it may be about to.
HOLDS_UP_TIMES = 3


@dataclass(frozen=True, slots=True)
class Received(Generic[T]):
    """One delivery; `message` is None when it cannot be read. Without a group it is its own."""

    message_id: str
    receipt_handle: str
    group: str
    times_received: int
    message: T | None


@dataclass(frozen=True, slots=True)
class Batch(Generic[T]):
    """The deliveries of one event, in order."""

    received: tuple[Received[T], ...]

    def groups(self) -> dict[str, list[T]]:
        """Give the messages of each group, up to the first that cannot be read and is young."""
        readable: dict[str, list[T]] = {}
        for each, message in self._readable():
            readable.setdefault(each.group, []).append(message)
        return readable

    def to_be_repeated(self, failed_groups: Collection[str]) -> list[Received[T]]:
        """List what must come again: failed groups, what cannot be read, and what waits for it."""
        done = {each.message_id for each, _ in self._readable() if each.group not in failed_groups}
        return [each for each in self.received if each.message_id not in done]

    def _readable(self) -> Iterator[tuple[Received[T], T]]:
        stopped: set[str] = set()
        for each in self.received:
            if each.message is None:
                if each.times_received <= HOLDS_UP_TIMES:
                    stopped.add(each.group)
            elif each.group not in stopped:
                yield each, each.message


def batch_of(event: Mapping[str, Any], expected: tuple[type[T], ...]) -> Batch[T]:
    """Read a queue's event; messages are of one of the expected types."""
    return Batch(tuple(_received(record, expected) for record in event["Records"]))


def failures(repeated: Collection[Received[Any]]) -> dict[str, list[dict[str, str]]]:
    """Write the answer that makes these deliveries come again and all others gone."""
    return {"batchItemFailures": [{"itemIdentifier": each.message_id} for each in repeated]}


def _received(record: Mapping[str, Any], expected: tuple[type[T], ...]) -> Received[T]:
    attributes = record.get("attributes", {})
    return Received(
        message_id=record["messageId"],
        receipt_handle=record.get("receiptHandle", ""),
        group=attributes.get("MessageGroupId", record["messageId"]),
        times_received=int(attributes.get("ApproximateReceiveCount", 1)),
        message=_message(record["body"], expected),
    )


def _message(body: str, expected: tuple[type[T], ...]) -> T | None:
    try:
        return decode(body, expected)
    except UNREADABLE:
        return None  # it comes again until the queue moves it to the dead letters
