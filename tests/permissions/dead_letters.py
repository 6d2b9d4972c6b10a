"""Whether what could not be handled is kept."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from tests.permissions.queues import waiting
from understudy.adapters.aws import keys
from understudy.adapters.aws.attributes import number, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.permissions.stage import Stage

LONG_AGO_MS = 1


def keeps_failures(stage: Stage, queue: str, fail: Callable[[], object]) -> None:
    """Check that a failure comes to a dead-letter queue; it is left empty."""
    url, client = stage.queue(queue), stage.client("sqs")
    client.purge_queue(QueueUrl=url)

    fail()

    stage.wait(f"{queue} keeps the failure", lambda: waiting(stage, url))
    client.purge_queue(QueueUrl=url)


@contextmanager
def unreadable(stage: Stage, sort_key: str, *, due_as: str) -> Iterator[None]:
    """Have a record of nobody due since long ago, which cannot be read as what it should be."""
    table, key = stage.table("IdentityTable"), keys.key("USER#nobody", sort_key)
    table.put({**key, "attended_as": text(due_as), "attend_at_ms": number(LONG_AGO_MS)})
    delete: Any = partial(table.client.delete_item, TableName=table.name)
    try:
        yield
    finally:
        delete(Key=key)
