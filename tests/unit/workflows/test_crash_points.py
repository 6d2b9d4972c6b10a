"""A worker may die before or after any call of a copy: the effect is one all the same."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from tests.fakes.venue import Fault
from tests.fakes.world import World, following
from tests.unit.workflows.crashing import CrashPoint, deliver, make_crash
from understudy.domain.ids import FollowId
from understudy.domain.reasons import Reason
from understudy.domain.receipts import CopyStatus


class Story(NamedTuple):
    """What the leader did before, the trade that is copied by dying workers, and its end.

    `leverage` is what the account has meanwhile, where that is not what the copy wants.
    """

    before: tuple[str, ...]
    size: str
    held: int
    legs: int
    leverage: int = 1


STORIES = {
    "entry": Story((), "5", 5, 1),
    "add": Story(("5",), "3", 8, 1),
    "reduce": Story(("5",), "-2", 3, 1),
    "close": Story(("5",), "-5", 0, 1),
    "flip": Story(("5",), "-8", -3, 2),
    "entry-with-leverage": Story((), "5", 5, 1, leverage=7),
    "add-with-leverage": Story(("5",), "3", 8, 1, leverage=7),
    "flip-with-leverage": Story(("5",), "-8", -3, 2, leverage=7),
}


def _world(story: Story) -> tuple[World, FollowId]:
    world, follow = following(*story.before, max_copy_age_seconds=60)
    if story.leverage > 1:
        _leverages(world, follow)["BTC"] = story.leverage
        # By then the account is read anew.
        world.clock.advance(20_000)
    return world, follow


def _leverages(world: World, follow: FollowId) -> dict[str, int]:
    return world.venue.books.account(world.table.follows[follow].wallet_address).leverages


def _copy(world: World, story: Story, point: CrashPoint) -> int:
    """Copy the story's trade by workers of which one dies; gives the number of their calls."""
    world.leader_trades("BTC", story.size)
    world.sync()
    (command,) = world.queues.lanes.take()
    make_crash(world, point)
    deliver(world, command)
    point.at = 0
    return point.calls


def _calls(story: Story) -> int:
    world, _ = _world(story)
    return _copy(world, story, CrashPoint())


CRASHES = [
    pytest.param(story, at, when, id=f"{name}-{when}-{at}")
    for name, story in STORIES.items()
    for at in range(1, _calls(story) + 1)
    for when in ("before", "after")
]


@pytest.mark.parametrize(("story", "at", "when"), CRASHES)
def test_a_crash_at_any_call_leaves_exactly_one_effect(story: Story, at: int, when: str) -> None:
    world, follow = _world(story)
    orders_before = world.orders_at_venue(follow)

    _copy(world, story, CrashPoint(at, when == "after"))
    world.pass_time(25)
    world.sweep()
    world.pass_time(5)

    assert world.orders_at_venue(follow) == orders_before + story.legs
    assert world.held_at_venue(follow) == world.ledger(follow).held == story.held
    assert world.receipts(follow)[-1].status is CopyStatus.DONE
    assert _leverages(world, follow).get("BTC", 1) == 1
    _nothing_is_left_under_way(world, follow)


def _nothing_is_left_under_way(world: World, follow: FollowId) -> None:
    ledger, budget = world.ledger(follow), world.table.budgets[follow]
    assert (ledger.pending, ledger.waiting, budget.reserved) == ((), None, 0)
    assert world.table.pending == {}
    assert budget.margin == ledger.margin
    assert bool(world.table.owners) == bool(ledger.held)


def test_an_open_leg_that_waited_too_long_leaves_nothing_behind() -> None:
    world, follow = following("5")
    world.venue.faults.append(Fault.TIMES_OUT_AFTER_ACCEPT)

    world.copy("BTC", "-8")
    world.pass_time(30)

    flip = world.receipts(follow)[-1]
    assert (flip.status, flip.reason) == (CopyStatus.DONE, Reason.STALE)
    assert world.held_at_venue(follow) == 0
    _nothing_is_left_under_way(world, follow)
