"""Slices of a leader's TWAP orders: heard under a hash of zeros, listed elsewhere than fills."""

from __future__ import annotations

import json

from tests.fakes.builders import LEADER
from tests.fakes.world import World
from tests.unit.workflows.comparing import REPAIR, begun_world, live, trades_of
from understudy.adapters.venues.hyperliquid.frames import parse_frame
from understudy.domain.trades import Fill, Side
from understudy.ports.stream import TradesSeen
from understudy.workflows.leader_sync import sync_leader

HOUSE = "0x" + "7" * 40


def test_slices_that_are_heard_and_listed_later_are_one_trade_each() -> None:
    world, follow = begun_world()
    for size in ("2", "3", "-5"):
        heard = _as_heard(world, world.venue.trade(LEADER, "BTC", size))
        live(world, *heard)
        world.clock.advance(30_000)

    for _ in range(2):
        sync_leader(world.sync_ports, [REPAIR])
        world.pump()

    trades = trades_of(world)
    assert [trade.signed_size for trade in trades] == [2, 3, -5]
    assert (world.held_at_venue(follow), world.orders_at_venue(follow)) == (0, 3)


def _as_heard(world: World, fill: Fill) -> tuple[Fill, ...]:
    """Read a listed fill from the frame in which the stream shows a slice."""
    users = (LEADER, HOUSE) if fill.side is Side.BUY else (HOUSE, LEADER)
    row = {
        "coin": fill.symbol,
        "side": "B",
        "px": str(fill.price),
        "sz": str(fill.size),
        "time": fill.time_ms,
        "hash": "0x" + "0" * 64,
        "tid": int(fill.tid),
        "users": users,
    }
    frame = json.dumps({"channel": "trades", "data": [row]})
    event = parse_frame(frame, world.clock.now_ms())
    assert isinstance(event, TradesSeen)
    return tuple(seen.fill for seen in event.fills_of({LEADER}))
