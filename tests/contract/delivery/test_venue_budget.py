"""The venue's budget: shares are kept across workers, a refusal halves them, exits come first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.contract.stores import tables
from tests.fakes.builders import NOW_MS
from understudy.adapters.aws.table import Table
from understudy.adapters.aws.venue_budget import DynamoVenueBudget
from understudy.adapters.memory.clock import ManualClock
from understudy.adapters.memory.venue_budget import InMemoryVenueBudget
from understudy.domain.errors import DependencyError
from understudy.domain.markets import HYPERLIQUID
from understudy.ports.delivery import MINUTE_MS, Purpose, VenueBudget

WEIGHTS = {HYPERLIQUID: 240}
MakeBudget = Callable[[], VenueBudget]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW_MS - NOW_MS % MINUTE_MS)


@pytest.fixture
def make_budget(clients: Callable[[str], Any] | None, clock: ManualClock) -> MakeBudget:
    """Give what makes the budget of one more worker of the same egress group."""
    if clients is None:
        shared = InMemoryVenueBudget(WEIGHTS, clock)
        return lambda: shared
    client = clients("dynamodb")
    table = Table(client, tables.create(client, f"throttle-{uuid4().hex}", tables.THROTTLE))
    return lambda: DynamoVenueBudget(table, "group-1", WEIGHTS, clock)


def taken(budget: VenueBudget, purpose: Purpose, weight: int = 1, most: int = 500) -> int:
    """Take until refused; give the weight that was taken."""
    total = 0
    while total < most and budget.take(HYPERLIQUID, purpose, weight):
        total += weight
    return total


@pytest.mark.parametrize(
    ("purpose", "share"), [(Purpose.EXIT, 192), (Purpose.ENTRY, 72), (Purpose.STATUS, 36)]
)
def test_each_purpose_has_its_share_of_a_minute(
    make_budget: MakeBudget, clock: ManualClock, purpose: Purpose, share: int
) -> None:
    budget = make_budget()

    assert taken(budget, purpose) == share
    clock.advance(MINUTE_MS)
    assert taken(budget, purpose) == share


def test_one_purpose_leaves_the_shares_of_the_others_alone(make_budget: MakeBudget) -> None:
    budget = make_budget()

    assert taken(budget, Purpose.ENTRY) == 72
    assert taken(budget, Purpose.STATUS) == 36
    assert taken(budget, Purpose.EXIT) == 120


def test_an_exit_takes_what_is_left_for_entries(make_budget: MakeBudget) -> None:
    budget = make_budget()
    assert budget.take(HYPERLIQUID, Purpose.ENTRY, 12)

    assert taken(budget, Purpose.EXIT) == 120 + 60
    assert not budget.take(HYPERLIQUID, Purpose.ENTRY, 1)


def test_workers_share_one_budget(make_budget: MakeBudget) -> None:
    first, second = make_budget(), make_budget()

    for _ in range(30):
        assert first.take(HYPERLIQUID, Purpose.ENTRY, 1)
    for _ in range(30):
        assert second.take(HYPERLIQUID, Purpose.ENTRY, 1)

    assert 60 + taken(first, Purpose.ENTRY) + taken(second, Purpose.ENTRY) == 72


def test_many_workers_that_ask_for_little_do_not_use_it_up(make_budget: MakeBudget) -> None:
    workers = [make_budget() for _ in range(36)]

    assert all(each.take(HYPERLIQUID, Purpose.ENTRY, 1) for each in workers)


def test_a_weight_above_the_share_is_refused_and_smaller_ones_are_not(
    make_budget: MakeBudget,
) -> None:
    budget = make_budget()

    assert not budget.take(HYPERLIQUID, Purpose.STATUS, 37)
    assert budget.take(HYPERLIQUID, Purpose.STATUS, 20)
    assert not budget.take(HYPERLIQUID, Purpose.STATUS, 20)
    assert budget.take(HYPERLIQUID, Purpose.STATUS, 2)


def test_a_refusal_of_the_venue_halves_this_minute_and_the_next_for_all_workers(
    make_budget: MakeBudget, clock: ManualClock
) -> None:
    first, second = make_budget(), make_budget()

    first.refused(HYPERLIQUID)

    assert taken(second, Purpose.ENTRY) == 36
    clock.advance(MINUTE_MS)
    assert not second.take(HYPERLIQUID, Purpose.STATUS, 20)
    assert taken(first, Purpose.ENTRY) == 36
    clock.advance(MINUTE_MS)
    assert taken(first, Purpose.ENTRY) == 72


def test_an_exit_passes_when_nobody_can_say_what_is_left(clock: ManualClock) -> None:
    nowhere: Any = Unreachable()
    budget = DynamoVenueBudget(Table(nowhere, "throttle"), "group-1", WEIGHTS, clock)

    assert budget.take(HYPERLIQUID, Purpose.EXIT, 1)
    for purpose in (Purpose.ENTRY, Purpose.STATUS):
        with pytest.raises(DependencyError):
            budget.take(HYPERLIQUID, purpose, 1)


class Unreachable:
    """A cloud that never answers."""

    def __getattr__(self, name: str) -> Any:
        def call(**_request: Any) -> None:
            raise DependencyError(f"{name} is not answered")

        return call
