"""Two number a leader's trades at once: no lane gets a trade behind a newer one."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.builders import LEADER
from tests.unit.workflows.comparing import begun_world, book_of, traded
from tests.unit.workflows.crashing import CrashError, Crashing, CrashPoint
from understudy.domain.markets import HYPERLIQUID
from understudy.messages import CheckLeader, FollowerExecute, LeaderFills
from understudy.workflows.leader_sync import sync_leader
from understudy.workflows.watching.leader_books import FULL_LOOK_MS, check
from understudy.workflows.watching.numbering import SyncPorts

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.world import World
    from understudy.domain.trades import Fill

CHECK = CheckLeader(HYPERLIQUID, LEADER)
MANY = 12


class Interrupted:
    """A store of leaders in which others act once a chosen trade is stored, before it is sent."""

    def __init__(self, store: Any, meanwhile: Callable[[], None], *, at: int) -> None:
        self._store = store
        self._meanwhile = meanwhile
        self._at = at

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def store_trade(self, *stored: Any) -> Any:
        book = self._store.store_trade(*stored)
        if book.seq == self._at:
            self._meanwhile()
        return book


def _interrupted(world: World, meanwhile: Callable[[], None], *, at: int) -> SyncPorts:
    ports = world.sync_ports
    store: Any = Interrupted(world.leaders, meanwhile, at=at)
    return replace(ports, fan_out=replace(ports.fan_out, store=store))


def _heard(world: World, *fills: Fill) -> None:
    sync_leader(world.sync_ports, [LeaderFills(HYPERLIQUID, LEADER, fills)])


def _looked(world: World) -> None:
    check(world.sync_ports, CHECK)


def _in_the_lane(world: World) -> list[int]:
    commands = [one for one in world.queues.lanes.take(1000) if isinstance(one, FollowerExecute)]
    return [one.trade.seq for one in commands]


def test_what_a_check_is_about_to_send_goes_out_before_a_newer_trade_that_is_heard() -> None:
    world, _ = begun_world("5")
    traded(world, "5")  # unheard
    meanwhile = lambda: _heard(world, traded(world, "-2"))  # noqa: E731  # one line of a story

    check(_interrupted(world, meanwhile, at=2), CHECK)

    assert _in_the_lane(world) == [2, 3]


def test_what_is_heard_and_about_to_be_sent_goes_out_before_what_a_check_finds() -> None:
    world, _ = begun_world("5")
    heard = traded(world, "5")

    def unheard() -> None:
        traded(world, "-2")
        _looked(world)

    ports = _interrupted(world, unheard, at=2)
    sync_leader(ports, [LeaderFills(HYPERLIQUID, LEADER, (heard,))])

    assert _in_the_lane(world) == [2, 3]


def test_what_is_heard_and_about_to_be_sent_goes_out_before_a_correction() -> None:
    world, _ = begun_world("5")
    world.venue.books.account(LEADER).positions.clear()
    _looked(world)  # a first snapshot without the position
    world.clock.advance(60_000)
    heard = world.venue.trade(LEADER, "ETH", "3")

    ports = _interrupted(world, partial(_looked, world), at=2)
    sync_leader(ports, [LeaderFills(HYPERLIQUID, LEADER, (heard,))])

    assert book_of(world).positions == {"ETH": 3}
    assert _in_the_lane(world) == [2, 3]


def test_what_a_dead_check_did_not_send_goes_out_before_the_next_trade_that_is_heard() -> None:
    world, follow = begun_world("5")
    world.clock.advance(FULL_LOOK_MS)
    traded(world, "-1")  # unheard
    ports = world.sync_ports
    queues: Any = Crashing(world.queues, CrashPoint(1))
    with pytest.raises(CrashError):
        check(replace(ports, fan_out=replace(ports.fan_out, queues=queues)), CHECK)

    _heard(world, traded(world, "-2"))
    world.pump()

    assert world.held_at_venue(follow) == 2
    assert {receipt.status for receipt in world.receipts(follow)} == {"DONE"}


def test_what_a_dead_check_left_is_sent_once_and_not_with_every_trade_after_it() -> None:
    world, _ = begun_world("5")
    world.clock.advance(FULL_LOOK_MS)
    traded(world, "-1")
    point = CrashPoint(1)
    ports = world.sync_ports
    queues: Any = Crashing(world.queues, point)
    with pytest.raises(CrashError):
        check(replace(ports, fan_out=replace(ports.fan_out, queues=queues)), CHECK)

    sent = CrashPoint()
    counting: Any = Crashing(world.queues, sent)
    counted = replace(ports, fan_out=replace(ports.fan_out, queues=counting))
    for _ in range(MANY):
        world.clock.advance(1)
        sync_leader(counted, [LeaderFills(HYPERLIQUID, LEADER, (traded(world, "1"),))])

    assert sent.calls == 1 + MANY


def test_a_trade_that_nobody_races_reads_nothing_of_the_trades_before_it() -> None:
    world, _ = begun_world("5")
    reads = CrashPoint()
    ports = world.sync_ports
    store: Any = Crashing(world.leaders, reads)
    counted = replace(ports, fan_out=replace(ports.fan_out, store=store))

    sync_leader(counted, [LeaderFills(HYPERLIQUID, LEADER, (traded(world, "1"),))])

    assert reads.calls == 3  # the book, the trade with it, and who follows
