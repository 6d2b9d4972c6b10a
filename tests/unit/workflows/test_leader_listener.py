"""Listening: what is sent on, what is marked, and whose book is compared when."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tests.fakes.builders import LEADER, limits
from tests.unit.workflows.listening import OTHER, ListeningRoom
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.trades import Side
from understudy.ports.stream import PricesSeen, StreamRefusal


def test_a_leader_s_fill_is_sent_on_with_its_fields() -> None:
    room = ListeningRoom()
    room.stream(room.seen(OTHER, LEADER))

    assert room.listen() == 1

    (message,) = [each for each in room.sent() if each.fills]
    (fill,) = message.fills
    assert (message.leader, fill.side, fill.size, fill.tid) == (LEADER, Side.SELL, 1, "1")


def test_trades_of_strangers_are_not_sent_on() -> None:
    room = ListeningRoom()
    room.stream(room.seen(OTHER, "0x" + "8" * 40))

    assert room.listen() == 0


def test_a_leader_s_trade_with_itself_moves_nothing() -> None:
    room = ListeningRoom()
    room.stream(room.seen(LEADER, LEADER))

    assert room.listen() == 0


def test_what_passed_before_a_run_is_asked_for_first() -> None:
    room = ListeningRoom()

    room.listen(seconds=1)

    assert room.repairs() == [LEADER]


def test_a_newly_watched_leader_s_book_is_begun_at_once() -> None:
    room = ListeningRoom()
    stream = room.stream()
    stream.tick = lambda: _follow_another(room)

    room.listen(seconds=4)

    assert room.repairs() == [LEADER, OTHER]


def _follow_another(room: ListeningRoom) -> None:
    if len(room.world.table.follows) == 1:
        room.world.follow(limits(), name="2", leader=OTHER)


def test_a_leader_is_checked_every_minute_beside_the_fills() -> None:
    room = ListeningRoom()

    room.listen(seconds=130)

    assert room.checks() == [LEADER] * 2
    assert room.repairs() == [LEADER]


def test_leaders_are_checked_one_after_the_other_and_never_in_a_burst() -> None:
    room = ListeningRoom()
    for number in range(2, 6):
        room.world.follow(limits(), name=str(number), leader=f"0x{number:040x}")

    room.listen(seconds=63)
    first = room.checks()
    room.listen(seconds=10, holder="successor")

    assert len(first) == len(set(first)) == 3


def test_a_refusal_of_the_stream_leads_to_a_comparison() -> None:
    room = ListeningRoom()
    room.stream(StreamRefusal("a trades frame has an unknown shape"))

    room.listen(seconds=12)

    assert room.repairs() == [LEADER, LEADER]


def test_many_refusals_lead_to_one_comparison_every_ten_seconds() -> None:
    room = ListeningRoom()
    room.stream(*([StreamRefusal("again"), None] * 100))

    room.listen(seconds=20)

    assert len(room.repairs()) <= 3


def test_a_follower_s_trade_marks_its_wallet_at_most_every_half_minute() -> None:
    room = ListeningRoom()
    frames = [room.seen(room.wallet, OTHER, tid=str(n)) for n in range(3)]
    later = replace(frames[0], received_at_ms=frames[0].received_at_ms + 30_000)
    room.stream(*frames, later)

    room.listen(seconds=2)

    assert [command.cause for command in room.reconciles()] == ["traded", "traded"]


def test_marks_are_written_with_their_time() -> None:
    room = ListeningRoom()
    at_ms = room.world.clock.now_ms()
    room.stream(PricesSeen("", {"BTC": Decimal(123)}, at_ms + 1))

    room.listen(seconds=3)

    marks = room.world.markets.marks(HYPERLIQUID)
    assert (marks.prices["BTC"], marks.at_ms["BTC"]) == (123, at_ms + 1)


def test_the_mark_of_a_leader_s_trade_is_there_when_the_trade_is_copied() -> None:
    room = ListeningRoom()
    room.world.clock.advance(5_000)
    room.world.venue.set_price("BTC", "99")
    room.stream(room.seen(LEADER, OTHER))

    room.listen(seconds=1)

    assert room.world.markets.marks(HYPERLIQUID).prices["BTC"] == 99


def test_every_message_names_the_fill_that_was_sent_before_it() -> None:
    room = ListeningRoom()
    room.stream(room.seen(OTHER, LEADER), room.seen(LEADER, OTHER))

    room.listen()

    first, second = [each for each in room.sent() if each.fills]
    assert first.after == ""
    assert second.after == first.fills[-1].key.text
    assert first.asked_ms == second.asked_ms > 0
