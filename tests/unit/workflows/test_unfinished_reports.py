"""An order that the venue has not finished with, or lists in part, stays unknown until it has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

import pytest

from tests.fakes.venue import Fault
from tests.fakes.world import World, following
from understudy.domain.ids import FollowId
from understudy.domain.intents import Accepted
from understudy.domain.receipts import CopyStatus
from understudy.messages import ResolveIntent
from understudy.ports.venue import OrderReport, StillOpen

MINUTES = 5
PART = Accepted(Decimal(2), Decimal(100), "an order")
WHOLE_CLOSE = Accepted(Decimal(5), Decimal(100), "an order")


class _SlowRecord:
    """A venue's record that needs a while before it shows an order whole."""

    def __init__(self, report: Callable[[str, str], OrderReport]) -> None:
        self.is_behind = True
        self.listed: Accepted | None = None
        self.asked = 0
        self._report = report

    def __call__(self, address: str, client_order_id: str) -> OrderReport:
        self.asked += 1
        if self.is_behind:
            return StillOpen(self.listed)
        return self._report(address, client_order_id)


def _left_unknown(world: World, monkeypatch: pytest.MonkeyPatch, change: str) -> _SlowRecord:
    record = _SlowRecord(world.venue.order_report)
    monkeypatch.setattr(world.venue, "order_report", record)
    world.copy_now("BTC", change, Fault.TIMES_OUT_AFTER_ACCEPT)
    return record


@pytest.fixture(name="waiting")
def an_order_whose_record_is_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[World, FollowId, _SlowRecord]:
    world, follow = following("5")
    return world, follow, _left_unknown(world, monkeypatch, "3")


Waiting = tuple[World, FollowId, _SlowRecord]


def _sweep_for(world: World, minutes: int) -> None:
    for _ in range(minutes):
        world.pass_time(60)
        world.sweep()


def _asks_under_way(world: World) -> Sequence[object]:
    world.clock.advance(60_000)
    return [each for each in world.queues.reconcile.take() if isinstance(each, ResolveIntent)]


def test_it_is_settled_whole_soon_after_its_record_is_whole(waiting: Waiting) -> None:
    world, follow, record = waiting
    world.pass_time(20)
    assert record.asked
    assert world.ledger(follow).pending

    record.is_behind = False
    world.pass_time(5)

    assert world.receipts(follow)[-1].status is CopyStatus.DONE
    assert world.ledger(follow).held == world.held_at_venue(follow) == 8


def test_it_is_never_given_up_and_the_sweep_asks_on_every_minute(waiting: Waiting) -> None:
    world, follow, record = waiting
    _sweep_for(world, MINUTES)
    assert world.ledger(follow).pending

    record.is_behind = False
    world.sweep()

    assert world.ledger(follow).held == world.held_at_venue(follow) == 8


def test_asking_again_does_not_pile_up_with_every_sweep(waiting: Waiting) -> None:
    world, _, record = waiting
    _sweep_for(world, MINUTES)
    record.asked = 0

    _sweep_for(world, 1)

    assert record.asked == 1
    assert not _asks_under_way(world)


def test_a_part_of_an_entrys_fills_is_never_taken_for_all_of_them(waiting: Waiting) -> None:
    world, follow, record = waiting
    record.listed = PART
    _sweep_for(world, MINUTES)

    assert world.ledger(follow).pending


def test_a_close_that_ended_flat_counts_although_the_venue_speaks_of_more_for_two_minutes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, follow = following("5")
    record = _left_unknown(world, monkeypatch, "-5")
    record.listed = WHOLE_CLOSE
    _sweep_for(world, 1)
    assert world.ledger(follow).pending

    _sweep_for(world, 2)

    assert not world.ledger(follow).pending
    assert world.ledger(follow).held == world.held_at_venue(follow) == 0
    assert world.receipts(follow)[-1].status is CopyStatus.DONE


def test_a_close_that_did_not_end_flat_waits_until_all_of_it_is_listed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, follow = following("5")
    record = _left_unknown(world, monkeypatch, "-3")
    _sweep_for(world, MINUTES)
    assert world.ledger(follow).pending

    record.is_behind = False
    world.sweep()
    assert world.ledger(follow).held == world.held_at_venue(follow) == 2
