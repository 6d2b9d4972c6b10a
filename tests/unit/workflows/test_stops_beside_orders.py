"""Stops that meet an order or an exit under way: what is to be closed is, what is kept is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.fakes.venue import Fault
from tests.fakes.world import following
from tests.unit.workflows.accounting import address_of
from tests.unit.workflows.stopping import Stage
from understudy.domain.reasons import Reason
from understudy.domain.receipts import CopyStatus
from understudy.messages import Converge, LaneCommand
from understudy.ports.switches import Switch
from understudy.ports.venue import StillOpen

WINDOW: dict[str, Any] = {"mode": "safe_poll", "sync_interval_seconds": 60}


@pytest.mark.parametrize(("method", "what"), [("POST", "/pause"), ("DELETE", "")])
def test_a_close_now_that_meets_an_unknown_entry_is_made_once_its_outcome_is_known(
    method: str, what: str
) -> None:
    stage = Stage(on_stop="close_now")
    stage.world.copy("BTC", "5")
    stage.world.copy_now("BTC", "1", Fault.TIMES_OUT_AFTER_ACCEPT)
    assert stage.held > 1

    stage.ask(method, what)
    stage.world.pass_time(30)

    assert stage.held == 0


def test_a_close_that_comes_again_is_another_message_to_its_lane_whatever_the_clock_says() -> None:
    stage = Stage(on_stop="close_now")
    stage.world.copy("BTC", "5")
    stage.world.copy_now("BTC", "1", Fault.TIMES_OUT_AFTER_ACCEPT)

    stage.ask("POST", "/pause")  # worked on in the very millisecond in which it was asked
    stage.world.pass_time(30)

    assert stage.world.ledger(stage.follow).held == stage.held == 0


@pytest.mark.parametrize("limits", [{}, WINDOW], ids=["realtime", "window"])
def test_an_exit_under_way_leaves_alone_what_its_owner_keeps_and_goes_on_after_a_start(
    limits: dict[str, Any],
) -> None:
    stage = Stage(on_stop="keep", **limits)
    stage.world.copy_now("BTC", "5")
    stage.world.pass_time(70)
    stage.world.price("BTC", "100", "0")
    stage.world.copy_now("BTC", "-5")
    stage.world.pass_time(5)
    stage.ask("POST", "/pause")
    stage.world.price("BTC", "80")

    stage.sweep(5)
    kept, receipt = stage.held, stage.newest
    stage.ask("POST", "/start")
    stage.world.pass_time(70)

    assert kept == 1
    assert (receipt.status, receipt.reason) == (CopyStatus.SKIPPED, Reason.FOLLOW_PAUSED)
    assert stage.held == 0


def test_who_changes_a_close_that_could_not_be_made_to_keep_keeps_what_is_left() -> None:
    stage = Stage(on_stop="close_now")
    stage.world.copy("BTC", "5")
    stage.world.price("BTC", "100", "0")
    stage.ask("POST", "/pause")

    stage.ask("PATCH", "", {"limits": {"on_stop": "keep"}})
    stage.world.price("BTC", "80")
    stage.sweep(5)

    assert stage.held == 1


@pytest.mark.parametrize("switch", [Switch.KILL_USER, Switch.AUTHORITY_REVOKED])
def test_an_entry_that_was_copied_keeps_its_receipt_when_a_stop_may_not_close_it(
    switch: Switch,
) -> None:
    stage = Stage(on_stop="close_now")
    stage.world.copy("BTC", "5")
    before = stage.newest
    known = stage.world.table.follows[stage.follow]
    subject = known.user_id if switch is Switch.KILL_USER else known.agent_id
    stage.world.switches.turn(switch, subject, on=True, at_ms=stage.world.clock.now_ms())

    stage.ask("POST", "/pause")
    stage.sweep(2)

    assert stage.held == 1
    assert stage.newest == before
    assert before.status is CopyStatus.DONE


@pytest.mark.parametrize("switch", [Switch.KILL_USER, Switch.AUTHORITY_REVOKED])
def test_who_was_called_for_an_open_exit_is_needed_until_something_is_tried(switch: Switch) -> None:
    world, follow = following("5")
    world.price("BTC", "100", "0")
    world.copy_now("BTC", "-5")
    for _ in range(4):
        world.pass_time(60)
        world.sweep()
    called = world.receipts(follow)[-1]
    known = world.table.follows[follow]
    subject = known.user_id if switch is Switch.KILL_USER else known.agent_id
    world.switches.turn(switch, subject, on=True, at_ms=world.clock.now_ms())

    for _ in range(12):
        world.pass_time(60)
        world.sweep()

    assert called.status is CopyStatus.NEEDS_OPERATOR
    assert world.receipts(follow)[-1].status is CopyStatus.NEEDS_OPERATOR
    assert world.ledger(follow).needs_operator


def _half_made_flip(stage: Stage) -> None:
    """Have the leader turn round while nobody buys: the open waits for a close that is not made."""
    stage.world.copy("BTC", "5")
    stage.world.price("BTC", "100", "0")
    stage.world.copy_now("BTC", "-10")
    assert stage.world.ledger(stage.follow).waiting is not None
    assert stage.held > 0


def _sold_by_hand(stage: Stage) -> None:
    stage.world.price("BTC", "100")
    address = address_of(stage.world, stage.follow)
    stage.world.venue.trade(address, "BTC", str(-stage.held))
    stage.sweep(4)


def test_a_flip_that_a_stop_ends_half_made_gives_its_symbol_back_when_its_owner_has_sold() -> None:
    stage = Stage(on_stop="keep")
    _half_made_flip(stage)

    stage.ask("POST", "/pause")
    stage.sweep(3)
    kept = stage.held, stage.newest.reason
    _sold_by_hand(stage)
    owners = dict(stage.world.table.owners)
    stage.ask("POST", "/start")
    stage.sweep(3)

    assert kept == (1, Reason.FOLLOW_PAUSED)
    assert owners == {}
    assert stage.world.ledger(stage.follow).is_flat
    assert stage.held == 0


@pytest.mark.parametrize("by_hand", [False, True])
def test_so_does_one_that_a_kill_ends_and_what_it_left_is_closed_once_the_kill_is_off(
    *, by_hand: bool
) -> None:
    stage = Stage()
    _half_made_flip(stage)
    user = stage.world.table.follows[stage.follow].user_id
    clock, switches = stage.world.clock, stage.world.switches

    switches.turn(Switch.KILL_USER, user, on=True, at_ms=clock.now_ms())
    stage.sweep(3)
    killed = stage.held, stage.newest.reason
    stage.world.price("BTC", "100")
    if by_hand:
        _sold_by_hand(stage)
    clock.advance(2000)
    switches.turn(Switch.KILL_USER, user, on=False, at_ms=clock.now_ms())
    clock.advance(5000)
    stage.sweep(3)

    assert killed == (1, Reason.KILL_SWITCH)
    assert stage.held == 0
    assert stage.world.table.owners == {}


@pytest.mark.parametrize(("method", "what"), [("POST", "/pause"), ("DELETE", "")])
def test_an_exit_without_an_answer_is_not_sent_again_once_its_owner_keeps_the_position(
    method: str, what: str
) -> None:
    stage = Stage(on_stop="keep")
    stage.world.copy("BTC", "5")
    stage.world.copy_now("BTC", "-5", Fault.NEVER_ARRIVES)
    sent = len(stage.world.venue.sent)

    stage.ask(method, what)
    stage.world.pass_time(30)

    assert (stage.held, len(stage.world.venue.sent)) == (1, sent)
    assert stage.newest.reason is Reason.FOLLOW_PAUSED


def test_a_stop_asks_for_its_closes_no_more_often_however_long_an_order_stays_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = Stage(on_stop="close_now")
    stage.world.copy("BTC", "5")
    stage.world.copy_now("BTC", "1", Fault.TIMES_OUT_AFTER_ACCEPT)
    monkeypatch.setattr(stage.world.venue, "order_report", lambda *_: StillOpen(None))
    stage.ask("POST", "/pause")
    asked: list[str] = []
    take = stage.world.queues.to_lanes

    def counted(commands: Sequence[LaneCommand]) -> None:
        asked.extend(each.cause for each in commands if isinstance(each, Converge))
        take(commands)

    monkeypatch.setattr(stage.world.queues, "to_lanes", counted)
    per_minute = []
    for _ in range(6):
        for _ in range(607):
            stage.world.clock.advance(100)
            stage.world.pump()
        stage.world.sweep()
        per_minute.append(asked.count("close_now"))
        asked.clear()

    assert max(per_minute) <= 60 // 5 + 4
