"""What is said of a dead letter is what comes of it; sending back never loses or doubles one."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from tests.fakes.builders import LEADER, limits, ratio
from tests.fakes.world import World
from understudy.domain.errors import DependencyError
from understudy.domain.ids import FollowId, IntentId, WalletId
from understudy.domain.markets import HYPERLIQUID
from understudy.messages import (
    CheckLeader,
    Converge,
    FillFanOut,
    FollowerExecute,
    LeaderFills,
    ReconcileWallet,
    ResolveIntent,
    WakeLane,
    decode,
    encode,
)
from understudy.ports.dead_letters import DeadLetter
from understudy.workflows.requests.dead_letters import about, redrive

WEEKS_MS = 3 * 7 * 24 * 60 * 60 * 1000
FOLLOW = FollowId("follow-1")
WALLET = WalletId("wallet-1")


def _world(*before: str, **changes: Any) -> World:
    world = World()
    world.follow(limits(ratio("100"), copy_budget_usdc=Decimal(100_000), **changes))
    world.begin()
    for size in before:
        world.copy("BTC", size)
    return world


def _lost(world: World, size: str) -> FollowerExecute:
    world.leader_trades("BTC", size)
    world.sync()
    (command,) = world.queues.lanes.take()
    assert isinstance(command, FollowerExecute)
    return command


def _converge(world: World, cause: str = "reconcile") -> Converge:
    return Converge(FOLLOW, WALLET, "BTC", cause, world.clock.now_ms())


def test_a_letter_says_whom_it_is_about() -> None:
    world = _world()
    lost = _lost(world, "5")

    told = about(lost)
    assert (told.kind, told.follow, told.symbol, told.seq) == ("FollowerExecute", FOLLOW, "BTC", 1)
    woken = about(WakeLane(_converge(world)))
    assert (woken.kind, woken.follow, woken.symbol) == ("WakeLane", FOLLOW, "BTC")
    assert about(CheckLeader(HYPERLIQUID, LEADER)).leader == LEADER
    assert about(ResolveIntent(IntentId("i"), FOLLOW)).follow == FOLLOW
    assert about(ReconcileWallet(WALLET)).follow == WALLET
    assert about(FillFanOut(lost.trade, 0)).seq == 1
    assert about(LeaderFills(HYPERLIQUID, LEADER, ())).leader == LEADER


@dataclass
class Box:
    """Dead letters of a lane in memory; sending or removing may fail."""

    world: World
    lying: list[DeadLetter] = field(default_factory=list)
    fails: str = ""

    def send_back(self, letter: DeadLetter) -> None:
        self._fail("send_back")
        self.world.run_lane([decode(letter.body, (FollowerExecute,))])

    def remove(self, letter: DeadLetter) -> None:
        self._fail("remove")
        self.lying.remove(letter)

    def _fail(self, call: str) -> None:
        if self.fails == call:
            raise DependencyError("away")


@pytest.mark.parametrize("call", ["send_back", "remove"])
def test_a_letter_lies_there_until_it_was_sent_and_is_done_once_all_the_same(call: str) -> None:
    world = _world()
    body = encode(_lost(world, "5"))
    letter = DeadLetter("follower-execute", "1", WALLET, body, 0, 1, "handle")
    box = Box(world, [letter], fails=call)

    with pytest.raises(DependencyError):
        redrive(box, letter)
    assert box.lying == [letter]

    box.fails = ""
    redrive(box, letter)

    assert box.lying == []
    assert (world.orders_at_venue(FOLLOW), world.held_at_venue(FOLLOW)) == (1, 5)
