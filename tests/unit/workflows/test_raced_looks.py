"""A look at a leader's fills that loses a race against live ones leaves nothing behind."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.fakes.builders import LEADER
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
from tests.unit.workflows.crashing import CrashError, Crashing, CrashPoint
from tests.unit.workflows.racing import meanwhile
from understudy.domain.markets import HYPERLIQUID
from understudy.messages import CheckLeader
from understudy.workflows.watching import leader_books

if TYPE_CHECKING:
    from tests.fakes.world import World

FULL_LOOK_MS = leader_books.FULL_LOOK_MS


def _hidden_round_trip(world: World) -> None:
    traded(world, "5")
    traded(world, "-5")
    world.venue.is_down = True
    after_gap(world)
    world.venue.is_down = False


def test_a_look_that_becomes_wanted_during_another_is_taken_by_the_next_check(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, _ = begun_world()
    world.clock.advance(FULL_LOOK_MS)
    meanwhile(monkeypatch, world.venue, "fills_since", lambda: _hidden_round_trip(world))

    check(world)
    check(world)

    assert [trade.end_position for trade in trades_of(world)] == [5, 0]


def test_a_look_that_loses_a_race_is_taken_once_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, _ = begun_world()
    world.clock.advance(FULL_LOOK_MS)
    asked = count_questions(monkeypatch, world)
    meanwhile(monkeypatch, world.venue, "fills_since", lambda: live(world, traded(world, "2")))

    check(world)
    check(world)

    assert asked["fills_since"] == 1
    assert not book_of(world).look_wanted


def test_a_found_fill_whose_worker_lost_a_race_and_died_is_sent_by_the_next_check(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, follow = begun_world()
    traded(world, "5")
    ports = world.sync_ports
    # Twice the live trade goes out again before it: as one of the newest, and as who won the race.
    dying = replace(
        ports, fan_out=replace(ports.fan_out, queues=Crashing(world.queues, CrashPoint(at=3)))
    )
    meanwhile(monkeypatch, world.venue, "fills_since", lambda: live(world, traded(world, "2")))
    with pytest.raises(CrashError):
        leader_books.check(dying, CheckLeader(HYPERLIQUID, LEADER))
    assert book_of(world).positions == {"BTC": 7}

    check(world)

    assert world.held_at_venue(follow) == 7
