"""Whether what could not be handled, or not even be started, is kept."""

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
KEPT_OF_A_SCHEDULE = ("Name", "ScheduleExpression", "FlexibleTimeWindow", "State", "Target")
WRITTEN_BY = "SCHEDULE_ARN"


def keeps_failures(stage: Stage, queue: str, fail: Callable[[], object]) -> None:
    """Check that a failure comes to a dead-letter queue; it is left empty."""
    url, client = stage.queue(queue), stage.client("sqs")
    client.purge_queue(QueueUrl=url)

    fail()

    stage.wait(f"{queue} keeps the failure", lambda: waiting(stage, url))
    client.purge_queue(QueueUrl=url)


def keeps_what_cannot_start(stage: Stage, schedule: str, queue: str) -> None:
    """Check that a run whose function is not there comes to a dead-letter queue; it is left empty.

    The function's own failures come to that queue too, so the letter must be the schedule's.
    """
    url, client = stage.queue(queue), stage.client("sqs")
    client.purge_queue(QueueUrl=url)
    with _aimed_at_nothing(stage, schedule) as arn:
        stage.system.stack.run_schedules()

        stage.wait(f"{queue} keeps the run", lambda: arn in _schedules_of_letters(stage, url))
    client.purge_queue(QueueUrl=url)


@contextmanager
def _aimed_at_nothing(stage: Stage, schedule: str) -> Iterator[str]:
    """Have a schedule start what is not there; gives the schedule's ARN."""
    client = stage.client("scheduler")
    found = client.get_schedule(Name=schedule)
    kept = {name: found[name] for name in KEPT_OF_A_SCHEDULE}
    nothing = {**found["Target"], "Arn": f"{found['Target']['Arn']}-gone"}
    client.update_schedule(**{**kept, "Target": nothing})
    try:
        yield str(found["Arn"])
    finally:
        client.update_schedule(**kept)


def _schedules_of_letters(stage: Stage, url: str) -> set[str]:
    """Take the letters of a queue; gives the schedules that wrote them."""
    taken = stage.client("sqs").receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=[WRITTEN_BY]
    )
    attributes = (each.get("MessageAttributes", {}) for each in taken.get("Messages", []))
    return {each[WRITTEN_BY]["StringValue"] for each in attributes if WRITTEN_BY in each}


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
