"""One listens at a time, and a successor is connected before the holder lets go."""

from __future__ import annotations

import pytest

from tests.fakes.builders import LEADER
from tests.unit.workflows.listening import LEASE, OTHER, ListeningRoom


def test_the_first_one_takes_the_lease() -> None:
    room = ListeningRoom()

    room.listen(seconds=1)

    lease = room.leases.read(LEASE)
    assert lease is not None
    assert (lease.holder, lease.token) == ("me", 1)


def test_a_live_holder_is_left_alone() -> None:
    room = ListeningRoom()
    held = room.hold("other", seconds=10)

    assert room.listen() == 0

    assert room.opened == []
    assert room.leases.read(LEASE) == held


@pytest.mark.parametrize(("seconds", "leaving"), [(10, True), (0, False)])
def test_a_leaving_or_expired_holder_is_followed(seconds: int, leaving: bool) -> None:  # noqa: FBT001  # a table of cases
    room = ListeningRoom()
    room.hold("other", seconds=seconds, leaving=leaving)

    room.listen(seconds=1)

    lease = room.leases.read(LEASE)
    assert lease is not None
    assert (lease.holder, lease.token) == ("me", 2)


def test_a_successor_is_subscribed_before_it_takes_the_lease() -> None:
    room = ListeningRoom()
    room.hold("other", seconds=10, leaving=True)
    stream = room.stream()
    stream.is_unreachable = True

    with pytest.raises(Exception, match="cannot be opened"):
        room.listen()

    lease = room.leases.read(LEASE)
    assert lease is not None
    assert lease.holder == "other"


def test_a_holder_stops_when_another_has_taken_over() -> None:
    room = ListeningRoom()
    stream = room.stream()
    began = room.world.clock.now_ms()
    stream.tick = lambda: _take_over(room)

    room.listen(seconds=60)

    assert room.world.clock.now_ms() - began <= 6_000
    lease = room.leases.read(LEASE)
    assert lease is not None
    assert lease.holder == "other"


def _take_over(room: ListeningRoom) -> None:
    lease = room.leases.read(LEASE)
    if lease is not None and lease.holder == "me":
        room.hold("other", seconds=30)


def test_of_two_starters_one_listens() -> None:
    """The other takes the lease while this one connects."""
    room = ListeningRoom()
    room.hold("old", seconds=10, leaving=True)
    room.stream()
    connect = room.streams[0].connect
    room.streams[0].connect = lambda: (room.hold("other", seconds=10), connect())[1]  # type: ignore[method-assign]  # the fake, interrupted

    assert room.listen() == 0

    lease = room.leases.read(LEASE)
    assert lease is not None
    assert lease.holder == "other"
    assert room.repairs() == []
    assert not room.opened[0].is_open


def test_a_holder_says_a_minute_ahead_that_it_leaves() -> None:
    room = ListeningRoom()

    room.listen(seconds=62)

    lease = room.leases.read(LEASE)
    assert lease is not None
    assert lease.leaving


def test_nothing_is_lost_when_two_listen_for_a_moment() -> None:
    room = ListeningRoom()
    frame = room.seen(LEADER, OTHER)
    room.stream(frame)
    room.listen(seconds=1)
    room.stream(frame)
    room.listen(seconds=1, holder="successor")

    fills = [message for message in room.sent() if message.fills]

    assert len(fills) == 1
