"""Deliveries that fail, or whose worker is lost, come again within seconds.

The queue's own visibility time is a minute.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from understudy.adapters.aws.attempts import attempt
from understudy.domain.errors import DependencyError

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

    from understudy.adapters.aws.batches import Received

LONGEST_SECONDS = 5
# An order of a lost worker is sent again before it expires, eight seconds after it was pinned.
LANE_LOST_SECONDS = 2
# Fills and trades may be many, and the work of a living worker is not to be done beside it.
LOST_SECONDS = 6
MAX_ENTRIES = 10


class Redelivery:
    """Shortens the visibility time of a queue's deliveries."""

    def __init__(self, client: SQSClient, queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def soon(
        self, repeated: Sequence[Received[Any]], waits: Mapping[str, int] | None = None
    ) -> None:
        """Let these come again after one second, later with each time up to five.

        `waits` names groups that know better, in seconds.

        Where that cannot be said, they come again when the queue's visibility time is over.
        """
        known = waits or {}
        self._after(
            [
                (each, known.get(each.group, min(LONGEST_SECONDS, each.times_received)))
                for each in repeated
            ]
        )

    def unless_done(self, received: Sequence[Received[Any]], seconds: int) -> None:
        """Let these come again so soon, to another worker, should this one be lost.

        One that is only slow goes on beside the other: what it does has its effect once.
        """
        self._after([(each, seconds) for each in received])

    def _after(self, waits: Sequence[tuple[Received[Any], int]]) -> None:
        """Have deliveries come again after so many seconds, if they are not gone by then."""
        for start in range(0, len(waits), MAX_ENTRIES):
            entries: Any = [
                {
                    "Id": str(number),
                    "ReceiptHandle": each.receipt_handle,
                    "VisibilityTimeout": seconds,
                }
                for number, (each, seconds) in enumerate(waits[start : start + MAX_ENTRIES])
            ]
            change = self._client.change_message_visibility_batch
            try:
                attempt(partial(change, QueueUrl=self._queue_url, Entries=entries))
            except DependencyError:
                return
