"""The feed: what is heard, what is left out, and how a connection is mended."""

from __future__ import annotations

import pytest

from tests.fakes.builders import LEADER, market
from tests.unit.workflows.listening import LEASE, OTHER, ListeningRoom
from understudy.domain.markets import HYPERLIQUID
from understudy.ports.stream import StreamClosed
from understudy.workflows.watching import market_feed


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


def test_a_connection_that_cannot_be_had_is_tried_again_within_the_run() -> None:
    room = ListeningRoom()
    room.stream(StreamClosed(()))
    for _ in range(4):
        room.stream().is_unreachable = True
    last = room.stream(room.seen(LEADER, OTHER))

    assert room.listen(seconds=20) == 1

    assert len(room.opened) == 6
    assert last.subscribed
    assert room.repairs() == [LEADER, LEADER]


def test_a_run_that_cannot_connect_goes_on_trying_when_nobody_else_listens() -> None:
    room = ListeningRoom()
    for _ in range(3):
        room.stream().is_unreachable = True
    room.stream(room.seen(LEADER, OTHER))

    assert room.listen(seconds=10) == 1


def test_the_lease_is_kept_while_no_connection_can_be_had() -> None:
    room = ListeningRoom()
    room.stream(StreamClosed(()))
    for _ in range(40):
        room.stream().is_unreachable = True

    room.listen(seconds=60)

    lease = room.leases.read(LEASE)
    assert lease is not None
    assert lease.until_ms > room.world.clock.now_ms()


def test_the_waits_between_connections_grow_to_five_seconds() -> None:
    room = ListeningRoom()
    room.stream(StreamClosed(()))
    for _ in range(40):
        room.stream().is_unreachable = True

    room.listen(seconds=60)

    assert {facts["code"] for _, facts in room.warnings} == {"STREAM_UNREACHABLE"}
    waits = [facts["again_in_ms"] for _, facts in room.warnings]
    assert waits[:6] == [500, 1_000, 2_000, 4_000, 5_000, 5_000]


def test_a_connection_that_closes_at_once_is_not_opened_without_a_pause() -> None:
    room = ListeningRoom()
    for _ in range(100):
        room.stream(StreamClosed(()))

    room.listen(seconds=60)

    assert len(room.opened) <= 17


def test_a_long_lived_connection_is_replaced_at_once() -> None:
    room = ListeningRoom()
    room.stream(*[None] * 100, StreamClosed(()))
    second = room.stream()

    room.listen(seconds=21)

    assert second.subscribed
    assert room.warnings == []


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


def test_a_new_market_is_heard_within_minutes_and_asked_for_no_oftener() -> None:
    room = ListeningRoom()
    stream = room.stream()
    venue = room.world.venue
    stream.tick = lambda: venue.list_market(market("NEW", asset=9))

    room.listen(seconds=290)
    assert "NEW" not in stream.subscribed
    later = room.stream()
    later.tick = lambda: venue.list_market(market("NEWER", asset=10))
    room.listen(seconds=310, holder="successor")

    assert later.subscribed == ["BTC", "ETH", "NEW", "xyz:TSLA", "NEWER"]


def test_a_new_market_is_heard_once_a_leader_is_known_to_hold_it() -> None:
    room = ListeningRoom()
    room.world.begin()
    stream = room.stream()

    def lists_and_trades() -> None:
        stream.tick = lambda: None
        room.world.venue.list_market(market("NEW", asset=9))
        room.world.venue.set_price("NEW", "100")
        room.world.leader_trades("NEW", "5")
        room.world.sync()

    stream.tick = lists_and_trades
    room.listen(seconds=80)

    assert stream.subscribed == ["BTC", "ETH", "xyz:TSLA", "NEW"]


def test_a_symbol_that_no_market_is_known_of_is_looked_for_once() -> None:
    asked = market_feed.Subscriptions((market("BTC"),))

    assert asked.newly_missed(["BTC", "GONE"]) == {"GONE"}
    assert asked.newly_missed(["BTC", "GONE"]) == set()


def test_a_symbol_that_a_leader_holds_is_subscribed_anew_when_it_falls_quiet() -> None:
    room = ListeningRoom()
    room.world.venue.trade(LEADER, "BTC", "5")
    room.world.begin()
    stream = room.stream()
    stream.tick = lambda: stream.grow_old("BTC", "ETH")

    room.listen(seconds=75)

    assert stream.renewed == ["BTC"]


def test_a_subscription_that_was_never_confirmed_is_asked_for_again() -> None:
    room = ListeningRoom()
    stream = room.stream()
    stream.never_confirms = "ETH"
    stream.tick = lambda: stream.grow_old("BTC", "ETH")

    room.listen(seconds=75)

    assert stream.renewed == ["ETH"]


def test_with_more_symbols_than_room_those_that_leaders_hold_are_heard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(market_feed, "MAX_SUBSCRIPTIONS", 3)
    room = ListeningRoom()
    room.world.venue.trade(LEADER, "xyz:TSLA", "5")
    room.world.begin()
    stream = room.stream()

    room.listen(seconds=1)

    assert stream.subscribed == ["xyz:TSLA"]
    assert room.warnings == [
        ("more symbols are traded than one connection may hear", {"left_out": 2, "heard": 1})
    ]
