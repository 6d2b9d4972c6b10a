"""A leader's book begins once, and loses no fill that the venue's answers do not show yet."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.builders import LEADER, limits, ratio
from tests.fakes.world import World
from tests.unit.workflows.comparing import (
    after_gap,
    begun_world,
    book_of,
    check,
    count_questions,
    live,
    traded,
    trades_of,
)
from understudy.domain.errors import VenueUnreachableError
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.receipts import CopyStatus
from understudy.messages import LeaderFills

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.domain.trades import Fill

MINUTE_MS = 60_000


def test_a_book_is_begun_once_however_many_follows_start(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    asked = count_questions(monkeypatch, world)

    for _ in range(10):
        world.queues.to_leader_sync([LeaderFills(HYPERLIQUID, LEADER, ())])
    after_gap(world)
    check(world)

    assert asked == {"leader_snapshot": 3, "fills_since": 2}


def test_of_two_who_begin_a_book_the_faster_one_counts() -> None:
    world = World()
    begin = world.venue.fills_since

    def slow(address: str, start_ms: int) -> Sequence[Fill]:
        world.venue.fills_since = begin  # type: ignore[method-assign]  # the fake, interrupted
        live(world)
        world.venue.trade(LEADER, "BTC", "5")
        return begin(address, start_ms)

    world.venue.fills_since = slow  # type: ignore[method-assign]  # the fake, interrupted
    live(world)

    assert (book_of(world).version, book_of(world).positions) == (1, {})


def test_a_check_begins_no_book() -> None:
    world = World()

    check(world)

    assert not book_of(world).started


class _Behind:
    """Has the venue's answers lack fills from a time on, its clock being right."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch, *, shown: bool) -> None:
        self.from_ms = world.clock.now_ms()
        self._shown = shown
        venue = world.venue
        self._answers = venue.leader_snapshot, venue.fills_since
        monkeypatch.setattr(venue, "leader_snapshot", self._snapshot)
        monkeypatch.setattr(venue, "fills_since", self._fills)

    def _snapshot(self, *arguments: Any, **named: Any) -> Any:
        seen = self._answers[0](*arguments, **named)
        is_behind = self.from_ms and not self._shown
        return replace(seen, positions={}) if is_behind else seen

    def _fills(self, address: str, start_ms: int) -> list[Fill]:
        fills = self._answers[1](address, start_ms)
        return [fill for fill in fills if not self.from_ms or fill.time_ms < self.from_ms]


@pytest.mark.parametrize("shown", [False, True])
def test_a_fill_that_the_venue_does_not_list_yet_when_a_book_begins_is_not_lost(
    monkeypatch: pytest.MonkeyPatch,
    shown: bool,  # noqa: FBT001  # a table of cases
) -> None:
    world = World()
    follow = world.follow(limits(ratio("100"), copy_budget_usdc=Decimal(100_000)))
    behind = _Behind(world, monkeypatch, shown=shown)
    fill = traded(world, "5")
    world.clock.advance(200)
    live(world)

    with pytest.raises(VenueUnreachableError):
        live(world, fill)
    behind.from_ms = 0
    live(world, fill)
    live(world, fill)

    assert (book_of(world).positions, len(trades_of(world))) == ({"BTC": 5}, 1)
    world.clock.advance(MINUTE_MS)
    world.copy("BTC", "-3")
    assert world.held_at_venue(follow) == 2
    assert world.receipts(follow)[-1].status is CopyStatus.DONE


def test_a_fill_that_the_venue_never_lists_waits_for_seconds_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, _ = begun_world()
    world = World()
    _Behind(world, monkeypatch, shown=False)
    fill = traded(world, "5")
    live(world)
    world.clock.advance(10_000)

    live(world, fill)

    assert book_of(world).positions == {"BTC": 5}


def test_fills_of_the_millisecond_in_which_a_book_begins_are_told_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World()
    listed = traded(world, "5")
    snapshot, fills = world.venue.leader_snapshot(LEADER, [""]), world.venue.fills_since(LEADER, 0)
    late = traded(world, "2")
    with monkeypatch.context() as patched:
        patched.setattr(world.venue, "leader_snapshot", lambda *_, **__: snapshot)
        patched.setattr(world.venue, "fills_since", lambda *_: fills)
        live(world)

    live(world, listed, late)

    assert (book_of(world).positions, len(trades_of(world))) == ({"BTC": 7}, 1)


def test_what_a_book_began_with_is_forgotten_once_it_is_settled() -> None:
    world = World()
    fill = traded(world, "5")
    live(world)
    assert book_of(world).begun_with == (fill.key.text,)

    for _ in range(6):
        world.clock.advance(MINUTE_MS)
        check(world)
    live(world, fill)

    assert (book_of(world).begun_with, trades_of(world)) == ((), [])
