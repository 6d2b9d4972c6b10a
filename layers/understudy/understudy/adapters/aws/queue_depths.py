"""How much waits in the queues of the copy path, and how much is being worked on."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from understudy.adapters.aws.attempts import attempt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_sqs.client import SQSClient

_WAITING: Final = "ApproximateNumberOfMessages"
_IN_FLIGHT: Final = "ApproximateNumberOfMessagesNotVisible"


def queue_depths(client: SQSClient, urls: Mapping[str, str]) -> Mapping[str, int]:
    """Count the messages of each named queue; the cloud counts approximately."""
    depths = {}
    for name, url in urls.items():
        ask = partial(
            client.get_queue_attributes, QueueUrl=url, AttributeNames=[_WAITING, _IN_FLIGHT]
        )
        counted = attempt(ask)["Attributes"]
        depths[f"{name}_waiting"] = int(counted[_WAITING])
        depths[f"{name}_in_flight"] = int(counted[_IN_FLIGHT])
    return depths
