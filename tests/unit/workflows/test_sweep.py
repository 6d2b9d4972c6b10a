"""The scheduled sweep: unknown orders first, then as many wallets as there is room for."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest

from tests.fakes.builders import limits, ratio
from tests.fakes.venue import Fault
from tests.fakes.world import World
from understudy.domain.ids import FollowId
from understudy.domain.markets import HYPERLIQUID, Market
from understudy.messages import ReconcileCommand, ReconcileWallet, ResolveIntent
from understudy.workflows.follow_reconcile import reconcile, sweep

MINUTE_MS = 60_000


def _world(wallets: int) -> World:
    world = World()
    for number in range(wallets):
        world.follow(limits(ratio("100"), copy_budget_usdc=Decimal(10_000)), name=str(number + 1))
    world.begin()
    return world


def _swept(world: World) -> list[ReconcileCommand]:
    sweep(world.reconcile_ports, HYPERLIQUID)
    world.clock.advance(MINUTE_MS)
    return world.queues.reconcile.take(1000)


def test_all_wallets_are_looked_at_every_minute_when_the_venue_lets_us() -> None:
    world = _world(wallets=3)

    for _ in range(2):
        assert len(_swept(world)) == 3


def test_more_wallets_than_a_minute_has_room_for_take_turns() -> None:
    world = _world(wallets=7)
    world.wallets_a_minute = 3

    turns = [_swept(world) for _ in range(7)]

    seen = [command for turn in turns for command in turn]
    assert {len(turn) for turn in turns} == {3}
    assert {seen.count(command) for command in seen} == {3}
    assert len(set(turns[0]) | set(turns[1]) | set(turns[2])) == 7


def test_an_unknown_order_goes_before_any_wallet() -> None:
    world = _world(wallets=2)
    world.wallets_a_minute = 1
    world.venue.faults.extend([None, Fault.NEVER_ARRIVES])  # leverage first, then the order
    world.copy_now("BTC", "1")
    world.clock.advance(MINUTE_MS)
    world.queues.reconcile.take(1000)

    swept = _swept(world)

    assert [type(command) for command in swept] == [ResolveIntent, ReconcileWallet]


def test_the_markets_are_read_once_for_a_wallet_of_many_symbols(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = _world(wallets=1)
    for symbol in ("BTC", "ETH"):
        world.copy_now(symbol, "1")
    swept = _swept(world)
    read: list[str] = []
    markets = world.markets.markets

    def counted(venue: str) -> Mapping[str, Market]:
        read.append(venue)
        return markets(venue)

    monkeypatch.setattr(world.markets, "markets", counted)

    reconcile(world.reconcile_ports, swept[0])

    assert len(world.table.ledgers[FollowId("follow-1")]) == 2
    assert read == [HYPERLIQUID]
