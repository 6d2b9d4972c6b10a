"""Many orders are booked at once, and a lane that moves the budget meanwhile loses nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.workflows.accounting import (
    budget_of,
    copied,
    fees_at_venue,
    questions,
    true_up_orders,
)
from understudy.ports.copying import Changes

if TYPE_CHECKING:
    from tests.fakes.world import World
    from understudy.domain.ids import FollowId


class _Watched:
    """The store with a count of its calls; a lane moves the budget before so many bookings."""

    def __init__(self, world: World, follow: FollowId, meddle: int = 0) -> None:
        self.calls: Counter[str] = Counter()
        self.most_items = 0
        self._world, self._follow, self._meddle = world, follow, meddle
        self._store = world.copying.store
        watched: Any = self
        world.copying = replace(world.copying, store=watched)

    def __getattr__(self, name: str) -> Any:
        self.calls[name] += 1
        return getattr(self._store, name)

    def commit(self, changes: Changes) -> Changes:
        self.calls["commit"] += 1
        self.most_items = max(self.most_items, len(changes.booked) + len(changes.receipts) + 1)
        if changes.booked and self._meddle:
            self._meddle -= 1
            moved = replace(budget_of(self._world, self._follow), failures_in_row=1)
            self._store.commit(Changes(budget=moved))
        return self._store.commit(changes)


def _with_orders(count: int) -> tuple[World, FollowId]:
    world, follow = copied()
    for number in range(count):
        world.copy_now("BTC", "-1" if number % 2 else "1")
        world.clock.advance(7000)
    assert world.orders_at_venue(follow) == count
    return world, follow


def test_a_hundred_orders_cost_three_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    world, follow = _with_orders(100)
    asked = questions(monkeypatch, world, "own_fills_since")
    store = _Watched(world, follow)

    true_up_orders(world)

    calls = store.calls
    assert budget_of(world, follow).fees == fees_at_venue(world, follow)
    assert all(receipt.legs[0].fee_is_final for receipt in world.receipts(follow))
    assert len(asked) == 1
    assert (calls["intents"], calls["receipts"], calls["intent"], calls["receipt"]) == (1, 3, 0, 0)
    assert calls["commit"] <= 3 + 2
    assert calls.total() <= 25
    assert store.most_items <= 100


def test_a_wallet_that_is_looked_at_again_costs_no_calls_for_its_orders() -> None:
    world, follow = _with_orders(10)
    true_up_orders(world)
    world.copy("BTC", "1")
    store = _Watched(world, follow)

    for _ in range(3):
        world.sweep()

    assert store.calls["estimated_orders"] == 0
    assert store.calls["intents"] == 0


@pytest.mark.parametrize("times", [1, 2])
def test_a_lane_that_moves_the_budget_meanwhile_loses_nothing_and_doubles_nothing(
    times: int,
) -> None:
    world, follow = copied("5")
    _Watched(world, follow, meddle=times)

    true_up_orders(world)
    true_up_orders(world)

    assert budget_of(world, follow).fees == fees_at_venue(world, follow)
    assert budget_of(world, follow).failures_in_row == 1


def test_orders_wait_for_the_next_run_while_a_lane_keeps_moving_the_budget() -> None:
    world, follow = copied("5")
    _Watched(world, follow, meddle=3)

    true_up_orders(world)
    assert budget_of(world, follow).fees == 2 * fees_at_venue(world, follow)
    world.sweep()

    assert budget_of(world, follow).fees == fees_at_venue(world, follow)
    assert budget_of(world, follow).failures_in_row == 1


def test_an_order_that_the_venue_does_not_show_keeps_no_other_from_its_figures() -> None:
    world, follow = _with_orders(50)
    fills = world.venue.books.account(world.table.follows[follow].wallet_address).fills
    hidden = fills.pop(20)

    true_up_orders(world)
    estimates = [r for r in world.receipts(follow) if not r.legs[0].fee_is_final]
    fills.insert(20, hidden)
    true_up_orders(world)

    assert len(estimates) == 1
    assert budget_of(world, follow).fees == fees_at_venue(world, follow)
