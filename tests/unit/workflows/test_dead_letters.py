"""What is said of a dead letter is what comes of it; sending back never loses or doubles one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest

from tests.fakes.builders import LEADER, limits, ratio
from tests.fakes.world import World
from understudy.domain.errors import DependencyError
from understudy.domain.follows import FollowStatus
from understudy.domain.ids import FollowId, IntentId, WalletId
from understudy.domain.limits import CopyMode, OnStop
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.prospects import WORDS, Prospect
from understudy.messages import (
    CLOSE_NOW,
    CheckLeader,
    Command,
    Converge,
    FillFanOut,
    FollowerExecute,
    LeaderFills,
    LearnLeverage,
    ReconcileWallet,
    ResolveIntent,
    WakeLane,
    decode,
    encode,
)
from understudy.ports.dead_letters import DeadLetter
from understudy.workflows.requests.dead_letters import OpsPorts, about, explain, redrive

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


def _said(world: World, message: Command, epoch: int = 0) -> Prospect:
    store, leaders = world.copying.store, world.leaders
    return explain(OpsPorts(store, leaders, world.markets, world.clock, epoch), message).prospect


def _change(world: World, **changes: Any) -> None:
    world.directory.replace(replace(world.table.follows[FOLLOW], **changes))


def _converge(world: World, cause: str = "reconcile") -> Converge:
    return Converge(FOLLOW, WALLET, "BTC", cause, world.clock.now_ms())


def test_every_prospect_has_its_words() -> None:
    assert set(WORDS) == set(Prospect)


def test_an_entry_is_said_to_enter_while_it_is_young_and_to_be_stale_after() -> None:
    world = _world()
    command = _lost(world, "5")
    assert _said(world, command) is Prospect.ENTERS

    world.clock.advance(WEEKS_MS)

    assert _said(world, command) is Prospect.STALE


def test_a_trade_with_a_receipt_is_said_to_be_done() -> None:
    world = _world()
    command = _lost(world, "5")
    world.run_lane([command])

    assert _said(world, command) is Prospect.DONE_ALREADY


def test_a_trade_behind_a_newer_one_is_said_to_be_superseded() -> None:
    world = _world("5")
    command = _lost(world, "-5")
    world.copy("BTC", "3")

    assert _said(world, command) is Prospect.SUPERSEDED


def test_a_trade_from_before_the_start_is_said_to_be_superseded() -> None:
    world = _world()
    command = _lost(world, "5")
    _change(world, started_at_ms=world.clock.now_ms() + 60_000)
    assert _said(world, command) is Prospect.SUPERSEDED

    _change(world, started_at_ms=0, start_seq=9)
    assert _said(world, command) is Prospect.SUPERSEDED


def test_an_entry_of_a_stopped_follow_is_said_to_be_none() -> None:
    world = _world()
    command = _lost(world, "5")
    _change(world, status=FollowStatus.PAUSED)

    assert _said(world, command) is Prospect.FOLLOW_STOPPED


def test_an_exit_is_said_to_be_done_however_late() -> None:
    world = _world("5")
    command = _lost(world, "-5")
    world.clock.advance(WEEKS_MS)

    assert _said(world, command) is Prospect.EXITS


def test_an_exit_of_a_stopped_follow_that_keeps_its_positions_is_said_to_be_none() -> None:
    world = _world("5", on_stop=OnStop.KEEP)
    command = _lost(world, "-5")
    _change(world, status=FollowStatus.PAUSED)

    assert _said(world, command) is Prospect.FOLLOW_STOPPED


def test_an_exit_of_nothing_is_said_to_be_none() -> None:
    world = _world("5", symbols_deny=("BTC",))

    assert _said(world, _lost(world, "-5")) is Prospect.NOTHING_HELD


def test_a_turn_with_nothing_held_is_an_entry() -> None:
    world = _world("5", symbols_deny=("BTC",))
    command = _lost(world, "-8")
    assert _said(world, command) is Prospect.ENTERS

    world.clock.advance(WEEKS_MS)
    assert _said(world, command) is Prospect.STALE


def test_commands_of_a_follow_that_never_was_are_said_to_do_nothing() -> None:
    world = _world()
    lost, converge = _lost(world, "5"), _converge(world)
    nobody = FollowId("nobody")

    assert _said(world, replace(lost, follow_id=nobody)) is Prospect.FOLLOW_GONE
    assert _said(world, replace(converge, follow_id=nobody)) is Prospect.FOLLOW_GONE


def test_commands_of_another_epoch_are_told_apart() -> None:
    world = _world("5")
    lost, converge = _lost(world, "5"), _converge(world)

    assert _said(world, lost, epoch=7) is Prospect.EPOCH_PASSED
    assert _said(world, converge, epoch=7) is Prospect.EPOCH_PASSED
    assert _said(world, replace(lost, epoch=7)) is Prospect.EPOCH_AHEAD
    assert _said(world, FillFanOut(lost.trade, 0), epoch=7) is Prospect.EPOCH_PASSED


def test_a_convergence_is_said_to_do_nothing_when_all_is_as_wanted() -> None:
    world = _world("5")

    assert _said(world, _converge(world)) is Prospect.NOTHING_OPEN
    assert _said(world, WakeLane(_converge(world))) is Prospect.NOTHING_OPEN


def test_a_convergence_is_said_to_close_what_is_held_too_much() -> None:
    world = _world("5")
    world.price("BTC", "100", depth="0")
    world.run_lane([_lost(world, "-5")])
    assert _said(world, _converge(world)) is Prospect.CONVERGES

    _change(world, status=FollowStatus.DELETED)
    assert _said(world, _converge(world)) is Prospect.FOLLOW_GONE


def test_the_close_of_a_stop_is_said_to_close_all_only_while_stopped() -> None:
    world = _world("5", on_stop=OnStop.CLOSE_NOW)
    assert _said(world, _converge(world, CLOSE_NOW)) is Prospect.NOTHING_OPEN

    _change(world, status=FollowStatus.PAUSED)
    assert _said(world, _converge(world, CLOSE_NOW)) is Prospect.CLOSES_ALL


def test_the_end_of_a_window_is_said_to_enter_while_it_is_young() -> None:
    world = _world(mode=CopyMode.THROTTLED)
    world.run_lane([_lost(world, "5")])
    ends = _converge(world, CopyMode.THROTTLED.value)
    assert _said(world, ends) is Prospect.ENTERS

    world.clock.advance(WEEKS_MS)
    assert _said(world, ends) is Prospect.STALE
    _change(world, status=FollowStatus.PAUSED)
    assert _said(world, ends) is Prospect.FOLLOW_STOPPED


def test_fills_are_told_apart_by_what_the_leaders_book_knows() -> None:
    world = _world()
    fill = world.leader_trades("BTC", "5")
    message = LeaderFills(HYPERLIQUID, LEADER, (fill,))
    assert _said(world, message) is Prospect.FILLS_NEW
    assert _said(world, replace(message, leader="0x9")) is Prospect.BOOK_BEGINS

    world.pump()
    assert _said(world, message) is Prospect.FILLS_KNOWN
    world.clock.advance(WEEKS_MS)
    world.queues.to_leader_sync([LeaderFills(HYPERLIQUID, LEADER, (), after_gap=True)])
    world.pump()
    unlisted = replace(message, fills=(replace(fill, tid="unlisted"),))
    assert _said(world, unlisted) is Prospect.FILLS_PASSED


def test_what_only_asks_is_said_to_ask() -> None:
    world = _world()
    lost = _lost(world, "5")

    assert _said(world, FillFanOut(lost.trade, 0)) is Prospect.FANS_OUT
    for message in (
        ReconcileWallet(WALLET),
        CheckLeader(HYPERLIQUID, LEADER),
        LearnLeverage(HYPERLIQUID, LEADER, "BTC"),
    ):
        assert _said(world, message) is Prospect.ASKS


def test_an_order_is_asked_for_only_while_it_is_unknown() -> None:
    world = _world("5")
    (leg,) = world.receipts(FOLLOW)[0].legs

    assert _said(world, ResolveIntent(leg.intent_id, FOLLOW)) is Prospect.DONE_ALREADY
    assert _said(world, ResolveIntent(IntentId("none"), FOLLOW)) is Prospect.DONE_ALREADY


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
