"""Failed deliveries come again within seconds instead of after the queue's visibility time."""

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
        for start in range(0, len(repeated), MAX_ENTRIES):
            entries: Any = [
                {
                    "Id": str(number),
                    "ReceiptHandle": each.receipt_handle,
                    "VisibilityTimeout": (waits or {}).get(
                        each.group, min(LONGEST_SECONDS, each.times_received)
                    ),
                }
                for number, each in enumerate(repeated[start : start + MAX_ENTRIES])
            ]
            change = self._client.change_message_visibility_batch
            try:
                attempt(partial(change, QueueUrl=self._queue_url, Entries=entries))
            except DependencyError:
                return
