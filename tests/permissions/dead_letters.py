"""Whether what could not be handled is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.permissions.queues import waiting

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.permissions.stage import Stage


def keeps_failures(stage: Stage, queue: str, fail: Callable[[], object]) -> None:
    """Check that a failure comes to a dead-letter queue; it is left empty."""
    url, client = stage.queue(queue), stage.client("sqs")
    client.purge_queue(QueueUrl=url)

    fail()

    stage.wait(f"{queue} keeps the failure", lambda: waiting(stage, url))
    client.purge_queue(QueueUrl=url)
