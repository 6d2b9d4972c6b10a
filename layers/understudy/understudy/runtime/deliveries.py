"""Working through a queue's event group by group: one group's failure never touches another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar

from understudy.adapters.aws import clients
from understudy.adapters.aws.batches import Batch, batch_of, failures
from understudy.adapters.aws.redelivery import LOST_SECONDS, Redelivery
from understudy.adapters.threads import Threads
from understudy.domain.errors import RequestBudgetError
from understudy.ports.concurrency import Pool
from understudy.runtime import environment
from understudy.runtime.observability import log_failure

T = TypeVar("T")
Answer = dict[str, list[dict[str, str]]]


def work_through(
    event: Mapping[str, Any],
    expected: tuple[type[T], ...],
    queue: str,
    work: Callable[[list[T]], None],
    *,
    is_urgent: bool = False,
) -> Answer:
    """Give each group's messages to `work`, in order; a group that fails comes again soon.

    What is urgent does so too when this worker is lost.
    """
    batch = batch_of(event, expected)
    if is_urgent:
        come_again_if_lost(batch, queue, _beside(), LOST_SECONDS)
    failed: dict[str, BaseException] = {}
    for group, messages in batch.groups().items():
        try:
            work(messages)
        except Exception as error:  # noqa: BLE001  # logged; the group comes again, then dies alone
            failed[group] = error
    return answer_for(batch, queue, failed)


def come_again_if_lost(batch: Batch[Any], queue: str, pool: Pool, seconds: int) -> None:
    """Have a delivery come again so soon should this worker be lost; waits for nothing."""
    pool.submit(_redelivery(queue).unless_done, batch.received, seconds)


def answer_for(batch: Batch[T], queue: str, failed: Mapping[str, BaseException]) -> Answer:
    """Log what failed, have it come again soon, and write the event source's answer."""
    for group, error in failed.items():
        log_failure(queue, group, error)
    repeated = batch.to_be_repeated(failed)
    if repeated:
        _redelivery(queue).soon(repeated, _waits(failed))
    return failures(repeated)


def _waits(failed: Mapping[str, BaseException]) -> dict[str, int]:
    """Name the groups that wait for a time, so that tries before it do not use up their own."""
    return {
        group: error.again_in_seconds
        for group, error in failed.items()
        if isinstance(error, RequestBudgetError)
    }


@cache
def _beside() -> Pool:
    return Threads(1, thread_name_prefix="beside")


@cache
def _redelivery(queue: str) -> Redelivery:
    return Redelivery(clients.sqs(), environment.text(environment.QUEUE_URLS[queue]))
