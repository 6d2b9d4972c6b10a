"""Listening: what is sent on, what is marked, and how a connection is mended."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.fakes.builders import LEADER, limits, market
from tests.unit.workflows.listening import OTHER, ListeningRoom
from understudy.domain.errors import VenueUnreachableError
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.trades import Side
from understudy.ports.stream import PricesSeen, StreamClosed, StreamRefusal


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


def test_a_run_begins_with_a_repair() -> None:
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


def test_a_sweep_is_asked_for_every_minute() -> None:
    room = ListeningRoom()

    room.listen(seconds=130)

    assert room.repairs() == [LEADER] * 3


def test_a_closed_connection_is_opened_again_and_its_gap_repaired() -> None:
    room = ListeningRoom()
    room.stream(StreamClosed(()))
    second = room.stream()

    room.listen(seconds=2)

    assert [stream.is_open for stream in room.opened] == [False, False]
    assert set(second.subscribed) == {"BTC", "ETH", "xyz:TSLA"}
    assert room.repairs() == [LEADER, LEADER]


def test_a_silent_connection_is_given_up_and_its_gap_repaired() -> None:
    room = ListeningRoom()
    room.stream().goes_silent = True

    room.listen(seconds=45)

    assert len(room.opened) == 2
    assert room.repairs() == [LEADER, LEADER]


def test_a_run_ends_with_an_error_when_no_connection_can_be_had() -> None:
    room = ListeningRoom()
    room.stream(StreamClosed(()))
    room.stream().is_unreachable = True

    with pytest.raises(VenueUnreachableError):
        room.listen()


def test_a_refusal_of_the_stream_leads_to_a_repair() -> None:
    room = ListeningRoom()
    room.stream(StreamRefusal("a trades frame has an unknown shape"))

    room.listen(seconds=12)

    assert room.repairs() == [LEADER, LEADER]


def test_many_refusals_lead_to_one_repair_every_ten_seconds() -> None:
    room = ListeningRoom()
    room.stream(*([StreamRefusal("again"), None] * 100))

    room.listen(seconds=20)

    assert len(room.repairs()) <= 3


def test_only_live_markets_are_subscribed_to() -> None:
    room = ListeningRoom()
    room.world.markets.put_markets(HYPERLIQUID, [market("GONE", asset=9)])
    stream = room.stream()

    room.listen(seconds=1)

    assert "GONE" not in stream.subscribed


def test_a_symbol_on_which_the_venue_keeps_closing_is_left_out() -> None:
    room = ListeningRoom()
    for _ in range(2):
        room.stream(unknown="ETH")
    third = room.stream(unknown="ETH")

    room.listen(seconds=2)

    assert len(room.opened) == 3
    assert set(third.subscribed) == {"BTC", "xyz:TSLA"}


def test_listening_goes_on_while_the_venue_answers_no_questions() -> None:
    room = ListeningRoom()
    room.world.venue.is_down = True
    room.stream(room.seen(LEADER, OTHER))

    assert room.listen(seconds=70) == 1
    assert set(room.opened[0].subscribed) == {"BTC", "ETH", "xyz:TSLA"}


def test_prices_are_subscribed_to_once_a_connection() -> None:
    room = ListeningRoom()
    stream = room.stream()

    room.listen(seconds=130)

    assert stream.priced == ["", "xyz"]


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
