"""One leader whose book is compared with the venue: what happens, and what the venue is asked."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.fakes.builders import LEADER
from tests.fakes.world import World, following
from understudy.domain.markets import HYPERLIQUID
from understudy.messages import CheckLeader, LeaderFills
from understudy.workflows.leader_sync import sync_leader

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

    from understudy.domain.ids import FollowId
    from understudy.domain.leaders import LeaderBook
    from understudy.domain.trades import Fill, Trade


REPAIR = LeaderFills(HYPERLIQUID, LEADER, (), after_gap=True)


def begun_world(*copied: str) -> tuple[World, FollowId]:
    return following(*copied, budget=100_000)


def count_questions(monkeypatch: pytest.MonkeyPatch, world: World) -> Counter[str]:
    """Count what the venue is asked."""
    asked: Counter[str] = Counter()

    def count(name: str) -> None:
        ask = getattr(world.venue, name)

        def counted(*arguments: Any, **named: Any) -> Any:
            asked[name] += 1
            return ask(*arguments, **named)

        monkeypatch.setattr(world.venue, name, counted)

    count("leader_snapshot")
    count("fills_since")
    return asked


def traded(world: World, size: str) -> Fill:
    """Let the leader trade; what the stream shows has no start position."""
    return replace(world.venue.trade(LEADER, "BTC", size), start_position=None)


def after_gap(world: World, *fills: Fill) -> None:
    world.queues.to_leader_sync([LeaderFills(HYPERLIQUID, LEADER, fills, after_gap=True)])
    world.pump()


def repair(world: World, times: int = 2) -> None:
    for _ in range(times):
        after_gap(world)
        world.clock.advance(60_000)


def live(world: World, *fills: Fill) -> None:
    sync_leader(world.sync_ports, [LeaderFills(HYPERLIQUID, LEADER, fills)])
    world.pump()


def check(world: World) -> None:
    world.queues.to_reconcile(CheckLeader(HYPERLIQUID, LEADER))
    world.pump()


def book_of(world: World) -> LeaderBook:
    return world.leaders.leader_book(HYPERLIQUID, LEADER)


def trades_of(world: World) -> Sequence[Trade]:
    return world.leaders.trades_since(HYPERLIQUID, LEADER, 0, 1000)
