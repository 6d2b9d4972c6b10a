"""What is said of a dead letter is what comes of it; sending back never loses or doubles one."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from tests.fakes.builders import LEADER
from tests.fakes.world import World
from tests.unit.workflows.letters import FOLLOW, WALLET, convergence_of, copying_world, lost_command
from understudy.domain.errors import DependencyError
from understudy.domain.ids import IntentId
from understudy.domain.markets import HYPERLIQUID
from understudy.messages import (
    CheckLeader,
    CloseGaps,
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


def test_a_letter_says_whom_it_is_about() -> None:
    world = copying_world()
    lost = lost_command(world, "5")

    told = about(lost)
    assert (told.kind, told.follow, told.symbol, told.seq) == ("FollowerExecute", FOLLOW, "BTC", 1)
    woken = about(WakeLane(convergence_of(world)))
    assert (woken.kind, woken.follow, woken.symbol) == ("WakeLane", FOLLOW, "BTC")
    assert about(CheckLeader(HYPERLIQUID, LEADER)).leader == LEADER
    assert about(ResolveIntent(IntentId("i"), FOLLOW)).follow == FOLLOW
    assert about(ReconcileWallet(WALLET)).follow == WALLET
    assert about(CloseGaps(FOLLOW, 0)).follow == FOLLOW
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
    world = copying_world()
    body = encode(lost_command(world, "5"))
    letter = DeadLetter("follower-execute", "1", WALLET, body, 0, 1, "handle")
    box = Box(world, [letter], fails=call)

    with pytest.raises(DependencyError):
        redrive(box, letter)
    assert box.lying == [letter]

    box.fails = ""
    redrive(box, letter)

    assert box.lying == []
    assert (world.orders_at_venue(FOLLOW), world.held_at_venue(FOLLOW)) == (1, 5)
