"""A message that never arrives leaves no hole: the one behind it names the fill that was in it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.fakes.builders import LEADER
from tests.fakes.world import following
from understudy.adapters.sending import MAX_FILLS_PER_MESSAGE, of_leader_fills
from understudy.domain.errors import VenueUnreachableError
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.trades import Fill, FillKey, TradeKind
from understudy.messages import LeaderFills
from understudy.workflows.leader_listener import Watch
from understudy.workflows.leader_sync import sync_leader

WEEKS_MS = 14 * 86_400_000


class Room:
    """A world whose leader is listened to by one listener; what it sends may be lost."""

    def __init__(self) -> None:
        self.world, self.follow = following(budget=100_000)
        self.watch = Watch()

    def seen(self, size: str, *, later_ms: int = 1_000) -> LeaderFills:
        self.world.clock.advance(later_ms)
        fill = self.world.venue.trade(LEADER, "BTC", size)
        return self.watch.chained(
            LeaderFills(HYPERLIQUID, LEADER, (replace(fill, start_position=None),))
        )

    def take(self, message: LeaderFills) -> None:
        sync_leader(self.world.sync_ports, [message])
        self.world.pump()

    def kinds(self) -> list[TradeKind]:
        return [trade.kind for trade in self.world.leaders.trades_since(HYPERLIQUID, LEADER, 0, 99)]

    def held(self) -> Decimal:
        return self.world.held_at_venue(self.follow)


@pytest.fixture
def room() -> Room:
    return Room()


def test_a_sale_is_not_misread_when_the_purchase_before_it_died(room: Room) -> None:
    room.take(room.seen("1"))
    room.seen("9")

    room.take(room.seen("-4"))

    assert room.kinds() == [TradeKind.OPEN, TradeKind.ADD, TradeKind.REDUCE]
    assert room.held() == 6


def test_the_dead_message_brings_nothing_new_weeks_later(room: Room) -> None:
    room.take(room.seen("1"))
    dead = room.seen("9")
    room.take(room.seen("-4"))
    room.world.clock.advance(WEEKS_MS)

    room.take(dead)

    assert len(room.kinds()) == 3
    assert room.held() == 6


def test_nothing_behind_a_hole_is_taken_while_the_venue_cannot_fill_it(room: Room) -> None:
    room.take(room.seen("1"))
    room.seen("9")
    message = room.seen("-4")
    room.world.venue.is_down = True

    with pytest.raises(VenueUnreachableError):
        room.take(message)
    assert room.kinds() == [TradeKind.OPEN]

    room.world.venue.is_down = False
    room.take(message)
    assert room.held() == 6


def test_in_order_nothing_is_read_and_nothing_asked(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.take(room.seen("1"))
    monkeypatch.delattr(type(room.world.leaders), "fill_owners")
    room.world.venue.is_down = True

    for _ in range(3):
        room.take(room.seen("1"))

    assert room.kinds() == [TradeKind.OPEN, *[TradeKind.ADD] * 3]


def test_a_message_of_another_listener_in_between_is_no_hole(room: Room) -> None:
    first = room.seen("1")
    room.take(first)
    second = room.seen("2")
    third = room.seen("3")
    room.take(LeaderFills(HYPERLIQUID, LEADER, (*second.fills, *third.fills)))
    room.world.venue.is_down = True

    room.take(second)
    room.take(third)

    assert room.kinds() == [TradeKind.OPEN, *[TradeKind.ADD] * 2]


def test_a_comparison_that_was_asked_for_and_died_is_made_before_the_next_fill(room: Room) -> None:
    room.take(room.seen("1"))
    room.world.venue.trade(LEADER, "BTC", "9")  # while nobody listened
    room.world.clock.advance(60_000)
    room.watch.asked_ms[LEADER] = room.world.clock.now_ms()
    room.watch.last_fill.clear()

    room.take(room.seen("-4"))

    assert room.kinds() == [TradeKind.OPEN, TradeKind.ADD, TradeKind.REDUCE]


def test_a_comparison_is_tried_once_although_the_venue_did_not_answer(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.take(room.seen("1"))
    room.world.clock.advance(60_000)
    room.watch.asked_ms[LEADER] = room.world.clock.now_ms()
    room.world.venue.is_down = True
    room.take(room.seen("1"))
    monkeypatch.delattr(type(room.world.venue), "leader_snapshot")

    room.take(room.seen("1"))

    assert room.world.leaders.leader_book(HYPERLIQUID, LEADER).look_wanted


def test_what_a_full_look_has_passed_is_no_hole(room: Room) -> None:
    room.take(room.seen("1"))
    unlisted = FillKey("BTC", room.world.clock.now_ms(), "unlisted", room.seen("1").fills[0].side)
    room.world.clock.advance(300_000)
    room.world.queues.to_leader_sync([LeaderFills(HYPERLIQUID, LEADER, (), after_gap=True)])
    room.world.pump()
    room.watch.last_fill[LEADER] = unlisted.text
    room.world.venue.is_down = True

    room.take(room.seen("1"))

    assert len(room.kinds()) == 3


def test_the_parts_of_a_long_message_name_each_other() -> None:
    fill = Room().seen("1").fills[0]
    fills: tuple[Fill, ...] = tuple(
        replace(fill, tid=f"{number}") for number in range(2 * MAX_FILLS_PER_MESSAGE)
    )

    message = LeaderFills(HYPERLIQUID, LEADER, fills, after="before")

    first, second = (each.message for each in of_leader_fills([message]))
    assert (first.after, second.after) == ("before", first.fills[-1].key.text)


def test_a_key_is_read_as_it_was_written() -> None:
    key = Room().seen("1").fills[0].key

    assert FillKey.read(key.text) == key
    named = key._replace(symbol="a#b:C")
    assert FillKey.read(named.text) == named
