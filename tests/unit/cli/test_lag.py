"""How far behind a run is, and when it has settled."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cli.backlog import SLOWEST_PER_SECOND, Pace, Queues
from cli.driving import is_settled
from cli.errors import CommandError


class CountedQueues:
    """Stands for a running stack whose queues hold given numbers of messages."""

    def __init__(self, **counts: int) -> None:
        self.stack = self
        self.queue_urls = {name: name for name in counts}
        self._counts = counts

    def session(self) -> CountedQueues:
        return self

    def client(self, _: str) -> CountedQueues:
        return self

    def get_queue_attributes(self, QueueUrl: str, AttributeNames: list[str]) -> Any:  # noqa: N803  # boto3's
        each = self._counts[QueueUrl]
        return {
            "Attributes": {name: str(each if not n else 0) for n, name in enumerate(AttributeNames)}
        }


def test_a_waiting_trade_counts_once_for_each_follow() -> None:
    stack: Any = CountedQueues(LeaderFillsQueue=1, FillFanOutQueue=2, FollowerExecuteQueue=4)

    assert Queues(stack).waiting_copies(10) == 34


def test_a_template_without_the_queues_is_refused_by_name() -> None:
    stack: Any = CountedQueues(LeaderFillsQueue=1)

    with pytest.raises(CommandError, match="FillFanOutQueue"):
        Queues(stack).waiting_copies(1)


def test_before_anything_was_measured_the_system_counts_as_slow() -> None:
    assert Pace().lag_seconds(Decimal(0), 40, 40) == 40 / SLOWEST_PER_SECOND


def test_the_lag_follows_the_pace_that_was_measured() -> None:
    pace = Pace()
    pace.lag_seconds(Decimal(0), 100, 100)

    assert pace.lag_seconds(Decimal(2), 100, 20) == Decimal("0.50")


def test_nothing_waiting_is_no_lag() -> None:
    assert Pace().lag_seconds(Decimal(0), 50, 0) == 0


@pytest.mark.parametrize(
    ("position", "settled"),
    [
        ({"target": "2", "held": "2", "pending_orders": 0, "mark": "50"}, True),
        ({"target": "2", "held": "1.9", "pending_orders": 0, "mark": "50"}, True),
        ({"target": "2", "held": "1.8", "pending_orders": 0, "mark": "50"}, False),
        ({"target": "2", "held": "2", "pending_orders": 1, "mark": "50"}, False),
        ({"target": "2", "held": "2", "pending_orders": 0}, True),
    ],
)
def test_a_follow_is_settled_at_its_targets(position: dict[str, Any], *, settled: bool) -> None:
    assert is_settled({"positions": [position]}) is settled
