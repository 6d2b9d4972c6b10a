"""Two workers at one order: a refusal that the one hears says nothing about what the other sent."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.fakes.venue import Fault
from tests.fakes.world import World, following
from understudy.domain.errors import DependencyError, SigningUnavailableError
from understudy.domain.follows import FollowStatus
from understudy.domain.ids import FollowId
from understudy.domain.intents import (
    Accepted,
    Intent,
    IntentState,
    Signed,
    SigningAnswer,
    SigningRefused,
)
from understudy.domain.receipts import CopyStatus
from understudy.workflows.copying.orders import take_up
from understudy.workflows.copying.views import read_view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.messages import LaneCommand
    from understudy.ports.signing import Signer

RESOLVED_SECONDS = 30


class DeafToTheFirst:
    """A signer that does not serve who asks first, after another worker took up the same order."""

    def __init__(self, world: World, *, refuses: bool) -> None:
        self._world = world
        self._refuses = refuses
        self._signer: Signer = world.signer
        self._is_first = True

    def sign(self, intents: Sequence[Intent]) -> Sequence[SigningAnswer]:
        if not self._is_first:
            return self._signer.sign(intents)
        self._is_first = False
        self._send_as_another(*intents)
        if self._refuses:
            return [SigningRefused(intent.intent_id, "EXPIRED") for intent in intents]
        raise SigningUnavailableError("the signer did not answer")

    def _send_as_another(self, intent: Intent) -> None:
        """Take the order up, have it signed and send it, and get no further for now."""
        ports = self._world.copying
        view = read_view(ports.store, intent.follow_id, intent.symbol, intent.seq)
        assert view is not None
        taken = take_up(ports, view).intent
        assert taken is not None
        (signed,) = self._signer.sign([taken])
        assert isinstance(signed, Signed)
        assert isinstance(ports.submit(taken, signed, first=False), Accepted)


@pytest.mark.parametrize("refuses", [False, True])
@pytest.mark.parametrize("size", ["-2", "3"])
def test_what_another_worker_had_filled_is_never_settled_as_refused(
    size: str, *, refuses: bool
) -> None:
    world, follow, command = _trade_in_the_lane(size)
    world.signer = DeafToTheFirst(world, refuses=refuses)

    world.run_lane([command])
    world.pass_time(RESOLVED_SECONDS)
    world.sweep()

    assert world.held_at_venue(follow) == world.ledger(follow).held == 5 + Decimal(size)
    assert world.receipts(follow)[-1].status is CopyStatus.DONE
    assert {each.state for each in world.table.intents.values()} == {IntentState.FILLED}


def _trade_in_the_lane(size: str) -> tuple[World, FollowId, LaneCommand]:
    world, follow = following("5")
    world.leader_trades("BTC", size)
    world.sync()
    (command,) = world.queues.lanes.take()
    return world, follow, command


def test_who_saw_an_order_under_way_that_is_settled_by_now_looks_again() -> None:
    """Else its message would be done while nothing was asked for that comes after the order."""
    world, follow, command = _trade_in_the_lane("-2")
    world.venue.faults.append(Fault.NEVER_ARRIVES)
    world.run_lane([command])
    view = read_view(world.copying.store, follow, "BTC")
    world.pass_time(RESOLVED_SECONDS)
    world.sweep()

    assert view is not None
    with pytest.raises(DependencyError, match="just settled"):
        take_up(world.copying, view)


def test_who_read_the_ledger_before_another_worker_pinned_its_order_looks_again() -> None:
    """Else it would find nothing to close, and its message would be done while the exit rests."""
    world, follow, command = _trade_in_the_lane("-2")
    before = read_view(world.copying.store, follow, "BTC")
    world.signer = DeafToTheFirst(world, refuses=False)
    world.run_lane([command])
    after = read_view(world.copying.store, follow, "BTC")

    assert before is not None
    assert after is not None
    receipt = replace(after.receipt, status=CopyStatus.CLAIMED) if after.receipt else None
    with pytest.raises(DependencyError, match="just pinned"):
        take_up(world.copying, replace(before, receipt=receipt))


@pytest.mark.parametrize("status", [FollowStatus.PAUSED, FollowStatus.DELETING])
def test_an_entry_of_a_follow_that_was_stopped_meanwhile_is_not_sent_again(
    status: FollowStatus,
) -> None:
    world, follow, command = _trade_in_the_lane("3")
    world.venue.faults.append(Fault.NEVER_ARRIVES)
    world.run_lane([command])
    sent = len(world.venue.sent)
    stored = world.table.follows[follow]
    world.directory.replace(replace(stored, status=status))

    world.run_lane([command])
    world.pass_time(RESOLVED_SECONDS)

    assert len(world.venue.sent) == sent
    assert world.held_at_venue(follow) == world.ledger(follow).held == 5
    assert world.receipts(follow)[-1].status is CopyStatus.EXPIRED


def test_an_entry_that_the_leader_closed_meanwhile_is_not_sent_again() -> None:
    world, follow, command = _trade_in_the_lane("3")
    world.venue.faults.append(Fault.NEVER_ARRIVES)
    world.run_lane([command])
    world.leader_trades("BTC", "-8")
    world.sync()
    world.run_lane(list(world.queues.lanes.take()))
    assert world.held_at_venue(follow) == 0

    world.run_lane([command])
    world.pass_time(RESOLVED_SECONDS)

    assert world.held_at_venue(follow) == world.ledger(follow).held == 0
    assert [each.status for each in world.receipts(follow)[-2:]] == [
        CopyStatus.EXPIRED,
        CopyStatus.DONE,
    ]
