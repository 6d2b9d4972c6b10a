"""What is said of a command comes true when it is done: it is decided, and not carried out."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.fakes.builders import LEADER
from tests.fakes.world import World
from tests.unit.workflows.letters import (
    FOLLOW,
    WALLET,
    WEEKS_MS,
    convergence_of,
    copying_world,
    lost_command,
)
from understudy.domain.errors import DependencyError
from understudy.domain.follows import FollowStatus
from understudy.domain.ids import FollowId, IntentId
from understudy.domain.limits import CopyMode, OnStop
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.reasons import Reason
from understudy.messages import (
    CLOSE_NOW,
    CheckLeader,
    CloseGaps,
    Command,
    FillFanOut,
    LeaderFills,
    LearnLeverage,
    ReconcileWallet,
    ResolveIntent,
    WakeLane,
)
from understudy.ports.copying import Changes
from understudy.workflows.copying.epochs import TOO_OLD
from understudy.workflows.follow_reconcile import reconcile
from understudy.workflows.requests.outlooks import WORDS, OutlookPorts, Prospect, explain


def _said(world: World, message: Command, epoch: int = 0) -> str:
    store, leaders = world.copying.store, world.leaders
    outlook = explain(OutlookPorts(store, leaders, world.clock, epoch), message)
    assert outlook.words
    return outlook.code


def _change(world: World, **changes: Any) -> None:
    world.directory.replace(replace(world.table.follows[FOLLOW], **changes))


def _account_is_read(world: World) -> None:
    follow = world.table.follows[FOLLOW]
    reading = world.venue.account(follow.wallet_id, follow.wallet_address, ("",))
    world.copying.store.put_account(reading)


def test_every_prospect_has_its_words() -> None:
    assert set(WORDS) == set(Prospect)


def test_an_entry_is_said_to_enter_while_it_is_young_and_to_be_stale_after() -> None:
    world = copying_world()
    command = lost_command(world, "5")
    assert _said(world, command) == Prospect.ACCOUNT_FIRST
    _account_is_read(world)
    assert _said(world, command) == Prospect.ENTERS

    world.clock.advance(WEEKS_MS)

    assert _said(world, command) == Reason.STALE


def test_a_trade_with_a_receipt_is_said_to_be_done() -> None:
    world = copying_world()
    command = lost_command(world, "5")
    world.run_lane([command])

    assert _said(world, command) == Prospect.DONE_ALREADY


def test_a_trade_behind_a_newer_one_is_said_to_be_superseded() -> None:
    world = copying_world("5")
    command = lost_command(world, "-5")
    world.copy("BTC", "3")

    assert _said(world, command) == Reason.SUPERSEDED


def test_a_trade_from_before_the_start_is_said_to_be_superseded() -> None:
    world = copying_world()
    command = lost_command(world, "5")
    _change(world, started_at_ms=world.clock.now_ms() + 60_000)
    assert _said(world, command) == Reason.SUPERSEDED


def test_a_trade_numbered_before_the_start_is_said_to_be_nothing_and_is_nothing() -> None:
    world = copying_world()
    command = lost_command(world, "5")
    _change(world, start_seq=9)
    assert _said(world, command) == Prospect.BEFORE_START

    world.run_lane([command])

    assert world.receipts(FOLLOW) == []


def test_an_exit_is_said_to_be_done_however_late() -> None:
    world = copying_world("5")
    command = lost_command(world, "-5")
    world.clock.advance(WEEKS_MS)

    assert _said(world, command) == Prospect.EXITS


def test_an_exit_of_a_stopped_follow_that_keeps_its_positions_is_said_to_be_none() -> None:
    world = copying_world("5", on_stop=OnStop.KEEP)
    command = lost_command(world, "-5")
    _change(world, status=FollowStatus.PAUSED)

    assert _said(world, command) == Reason.FOLLOW_PAUSED


def test_an_exit_of_nothing_is_said_to_be_none() -> None:
    world = copying_world("5", symbols_deny=("BTC",))

    assert _said(world, lost_command(world, "-5")) == Reason.NOTHING_TO_CLOSE


def test_a_turn_with_nothing_held_is_an_entry() -> None:
    world = copying_world("5", symbols_deny=("BTC",))
    command = lost_command(world, "-8")
    assert _said(world, command) == Reason.SYMBOL_NOT_ALLOWED

    _change(world, limits=replace(world.table.follows[FOLLOW].limits, symbols_deny=()))
    _account_is_read(world)
    assert _said(world, command) == Prospect.ENTERS

    world.clock.advance(WEEKS_MS)
    assert _said(world, command) == Reason.STALE


def test_commands_of_a_follow_that_never_was_are_said_to_do_nothing() -> None:
    world = copying_world()
    lost, converge = lost_command(world, "5"), convergence_of(world)
    nobody = FollowId("nobody")

    assert _said(world, replace(lost, follow_id=nobody)) == Prospect.FOLLOW_GONE
    assert _said(world, replace(converge, follow_id=nobody)) == Prospect.FOLLOW_GONE


def test_commands_of_another_epoch_are_told_apart() -> None:
    world = copying_world("5")
    lost, converge = lost_command(world, "5"), convergence_of(world)

    assert _said(world, lost, epoch=7) == Prospect.EPOCH_PASSED
    assert _said(world, converge, epoch=7) == Prospect.EPOCH_PASSED
    assert _said(world, replace(lost, epoch=7)) == TOO_OLD
    assert _said(world, FillFanOut(lost.trade, 0), epoch=7) == Prospect.EPOCH_PASSED


def test_a_convergence_is_said_to_do_nothing_when_all_is_as_wanted() -> None:
    world = copying_world("5")

    assert _said(world, convergence_of(world)) == Prospect.NOTHING_OPEN
    assert _said(world, WakeLane(convergence_of(world))) == Prospect.NOTHING_OPEN


def test_a_convergence_is_said_to_close_what_is_held_too_much() -> None:
    world = copying_world("5")
    world.price("BTC", "100", depth="0")
    world.run_lane([lost_command(world, "-5")])
    assert _said(world, convergence_of(world)) == Prospect.EXITS

    _change(world, status=FollowStatus.DELETED)
    assert _said(world, convergence_of(world)) == Prospect.FOLLOW_GONE


def test_the_close_of_a_stop_is_said_to_close_all_only_while_stopped() -> None:
    world = copying_world("5", on_stop=OnStop.CLOSE_NOW)
    assert _said(world, convergence_of(world, CLOSE_NOW)) == Prospect.NOTHING_OPEN

    _change(world, status=FollowStatus.PAUSED)
    assert _said(world, convergence_of(world, CLOSE_NOW)) == Prospect.EXITS


def test_the_end_of_a_window_is_said_to_enter_while_it_is_young() -> None:
    world = copying_world(mode=CopyMode.THROTTLED)
    world.run_lane([lost_command(world, "5")])
    ends = convergence_of(world, CopyMode.THROTTLED.value)
    assert _said(world, ends) == Prospect.ENTERS

    world.clock.advance(WEEKS_MS)
    assert _said(world, ends) == Reason.CARRIED
    _change(world, status=FollowStatus.PAUSED)
    assert _said(world, ends) == Reason.FOLLOW_PAUSED


@pytest.mark.parametrize(
    ("size", "wait_ms", "changes"),
    [
        ("5", 0, {}),
        ("5", WEEKS_MS, {}),
        ("5", 0, {"status": FollowStatus.PAUSED}),
        ("-5", WEEKS_MS, {}),
        ("-2", 0, {"status": FollowStatus.PAUSED}),
        ("-8", 0, {}),
        ("0.00001", 0, {}),
    ],
)
def test_what_is_said_of_a_trade_comes_true(size: str, wait_ms: int, changes: Any) -> None:
    world = copying_world("5")
    command = lost_command(world, size)
    world.clock.advance(wait_ms)
    _change(world, **changes)
    _account_is_read(world)
    said, before = _said(world, command), world.orders_at_venue(FOLLOW)

    world.run_lane([command])

    receipt = world.receipts(FOLLOW)[-1]
    if said in (Prospect.ENTERS, Prospect.EXITS):
        assert world.orders_at_venue(FOLLOW) > before
        assert receipt.reason is None
    else:
        assert world.orders_at_venue(FOLLOW) == before
        assert receipt.reason == said
    assert _said(world, command) in (Prospect.DONE_ALREADY, Prospect.UNDER_WAY)


def test_an_exit_that_rests_is_said_to_rest() -> None:
    world = copying_world("5")
    ledger = world.ledger(FOLLOW)
    rests = replace(ledger, target=Decimal(0), exit_rests_until_ms=world.clock.now_ms() + 1)
    world.copying.store.commit(Changes(ledger=rests))
    assert _said(world, convergence_of(world)) == Prospect.RESTS

    world.clock.advance(1)
    assert _said(world, convergence_of(world)) == Prospect.EXITS


def test_a_symbol_without_a_market_is_said_to_fail_again() -> None:
    world = copying_world()
    command = lost_command(world, "5")
    unknown = replace(command, trade=replace(command.trade, symbol="NEW"))

    assert _said(world, unknown) == DependencyError.code


def test_fills_are_told_apart_by_what_the_leaders_book_knows() -> None:
    world = copying_world()
    fill = world.leader_trades("BTC", "5")
    message = LeaderFills(HYPERLIQUID, LEADER, (fill,))
    assert _said(world, message) == Prospect.FILLS_NEW
    assert _said(world, replace(message, leader="0x9")) == Prospect.BOOK_BEGINS

    world.pump()
    assert _said(world, message) == Prospect.FILLS_KNOWN
    world.clock.advance(WEEKS_MS)
    world.queues.to_leader_sync([LeaderFills(HYPERLIQUID, LEADER, (), after_gap=True)])
    world.pump()
    unlisted = replace(message, fills=(replace(fill, tid="unlisted"),))
    assert _said(world, unlisted) == Prospect.FILLS_PASSED


def test_what_only_asks_is_said_to_ask() -> None:
    world = copying_world()
    lost = lost_command(world, "5")

    assert _said(world, FillFanOut(lost.trade, 0)) == Prospect.FANS_OUT
    for message in (
        ReconcileWallet(WALLET),
        CheckLeader(HYPERLIQUID, LEADER),
        LearnLeverage(HYPERLIQUID, LEADER, "BTC"),
    ):
        assert _said(world, message) == Prospect.ASKS


def test_last_receipts_are_looked_for_only_while_some_may_lack() -> None:
    world = copying_world("5")
    last = CloseGaps(FOLLOW, world.clock.now_ms())
    assert _said(world, last) == Prospect.DONE_ALREADY

    _change(world, status=FollowStatus.DELETED, end_seq=1)
    assert _said(world, last) == Prospect.GAPS_CLOSE
    reconcile(world.reconcile_ports, last)
    assert _said(world, last) == Prospect.DONE_ALREADY
    assert _said(world, replace(last, follow_id=FollowId("gone"))) == Prospect.FOLLOW_GONE


def test_an_order_is_asked_for_only_while_it_is_unknown() -> None:
    world = copying_world("5")
    (leg,) = world.receipts(FOLLOW)[0].legs

    assert _said(world, ResolveIntent(leg.intent_id, FOLLOW)) == Prospect.DONE_ALREADY
    assert _said(world, ResolveIntent(IntentId("none"), FOLLOW)) == Prospect.DONE_ALREADY
