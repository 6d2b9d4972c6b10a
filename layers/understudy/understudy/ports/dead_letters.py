"""The dead-letter queues: what could not be handled lies there until somebody sends it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message as it lies in the dead-letter queue of `queue`, taken for a while.

    Without order its `group` is empty. `sent_at_ms` is when it came, by the queue's clock; for an
    ordered queue that is when it became a dead letter.
    """

    queue: str
    message_id: str
    group: str
    body: str
    sent_at_ms: int
    times_received: int
    handle: str


class DeadLetters(Protocol):
    """What may be done with letters; each call raises DependencyError."""

    def send_back(self, letter: DeadLetter) -> None:
        """Send a letter to the queue that it comes from, in its group.

        Sent twice within five minutes it is one message there, wherever there is order.
        """
        ...

    def remove(self, letter: DeadLetter) -> None:
        """Take a letter out of its dead-letter queue for good."""
        ...
