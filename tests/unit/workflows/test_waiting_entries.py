"""An entry that waited behind an unknown one is ordered, or its receipt says that it never was."""

from __future__ import annotations

from dataclasses import replace

from tests.fakes.builders import ratio
from tests.fakes.venue import Fault
from tests.fakes.world import World, following
from understudy.domain.follows import FollowStatus
from understudy.domain.ids import FollowId
from understudy.domain.limits import OnStop
from understudy.domain.reasons import Reason
from understudy.domain.receipts import CopyStatus, Receipt
from understudy.messages import CLOSE_NOW, WakeLane
from understudy.workflows.copying.converging import RESOLVED, convergence

SENDINGS = 4
RESOLVED_SECONDS = 15


def _trade(world: World, size: str, *faults: Fault, symbol: str = "BTC") -> None:
    world.copy_now(symbol, size, *faults)
    world.clock.advance(100)


def _outcomes(receipts: list[Receipt]) -> list[tuple[CopyStatus, Reason | None]]:
    return [(receipt.status, receipt.reason) for receipt in receipts]


CARRIED = (CopyStatus.CARRIED, Reason.CARRIED)
MISSED = (CopyStatus.SKIPPED, Reason.EXPIRED)
DONE = (CopyStatus.DONE, None)


def test_what_waited_behind_an_entry_that_never_landed_says_that_it_expired() -> None:
    world, follow = following("5")
    _trade(world, "3", *SENDINGS * [Fault.NEVER_ARRIVES])
    _trade(world, "2")
    _trade(world, "1")
    assert _outcomes(world.receipts(follow))[2:] == [CARRIED, CARRIED]

    world.pass_time(RESOLVED_SECONDS)

    assert _outcomes(world.receipts(follow))[2:] == [MISSED, MISSED]
    assert world.receipts(follow)[1].status is CopyStatus.EXPIRED
    ledger = world.ledger(follow)
    assert ledger.target == ledger.held == world.held_at_venue(follow) == 5


def test_what_is_carried_of_another_symbol_stays_carried() -> None:
    world, follow = following("50", sizing=ratio("1"))
    _trade(world, "30", *SENDINGS * [Fault.NEVER_ARRIVES])
    _trade(world, "1", symbol="ETH")
    _trade(world, "20")

    world.pass_time(RESOLVED_SECONDS)

    assert _outcomes(world.receipts(follow))[-2:] == [CARRIED, MISSED]
    assert world.ledger(follow, "ETH").wanted_more


def test_a_reduction_behind_an_entry_that_never_landed_is_no_entry_that_expired() -> None:
    world, follow = following("5")
    _trade(world, "3", *SENDINGS * [Fault.NEVER_ARRIVES])
    _trade(world, "4")
    _trade(world, "-2")

    world.pass_time(RESOLVED_SECONDS)

    assert _outcomes(world.receipts(follow))[2:] == [MISSED, CARRIED]
    assert world.ledger(follow).target == world.held_at_venue(follow) == 5


def test_what_waited_behind_an_entry_that_landed_is_ordered() -> None:
    world, follow = following("5")
    _trade(world, "3", Fault.TIMES_OUT_AFTER_ACCEPT)
    _trade(world, "2")

    world.pass_time(RESOLVED_SECONDS)

    assert _outcomes(world.receipts(follow)) == [DONE, DONE, DONE]
    assert world.held_at_venue(follow) == world.ledger(follow).held == 10


def test_what_waited_until_its_price_was_gone_says_that_it_expired() -> None:
    world, follow = following("5")
    _trade(world, "3", Fault.TIMES_OUT_AFTER_ACCEPT)
    _trade(world, "2")
    world.clock.advance(300_000 + 60_001)

    world.pump()

    assert _outcomes(world.receipts(follow)) == [DONE, DONE, MISSED]
    assert world.ledger(follow).target == world.held_at_venue(follow) == 8


def test_what_waited_is_ordered_by_the_sweep_when_nobody_said_that_it_could_be() -> None:
    world, follow = following("5")
    _trade(world, "3", Fault.TIMES_OUT_AFTER_ACCEPT)
    _trade(world, "2")
    _lose_what_resolving_says(world)
    assert _outcomes(world.receipts(follow)) == [DONE, DONE, CARRIED]

    for _ in range(2):
        world.pass_time(60)
        world.sweep()

    assert _outcomes(world.receipts(follow)) == [DONE, DONE, DONE]
    assert world.held_at_venue(follow) == 10


def test_what_is_given_up_late_says_nothing_of_a_newer_trade() -> None:
    world, follow = following("5")
    _trade(world, "3", Fault.TIMES_OUT_AFTER_ACCEPT)
    _trade(world, "4")
    _lose_what_resolving_says(world)
    _trade(world, "-1")
    world.clock.advance(400_000)

    world.sweep()

    assert _outcomes(world.receipts(follow))[3] == CARRIED
    assert world.ledger(follow).target == world.held_at_venue(follow)


def _lose_what_resolving_says(world: World) -> None:
    """Let the worker that settles the unknown order die before it tells the lane."""
    send = world.queues.to_lanes

    def losing(messages: object) -> None:
        assert isinstance(messages, list)
        send([each for each in messages if getattr(each, "cause", "") != RESOLVED])

    world.queues.to_lanes = losing  # type: ignore[method-assign]  # the fake, interrupted
    world.pass_time(RESOLVED_SECONDS)
    world.queues.to_lanes = send  # type: ignore[method-assign]  # the fake, interrupted
    assert not [each for each in world.queues.reconcile.take() if isinstance(each, WakeLane)]


def _stopped(world: World, follow: FollowId) -> None:
    """Pause a follow that wants nothing held then, and have its lane close what there is."""
    paused = replace(world.table.follows[follow], status=FollowStatus.PAUSED)
    world.directory.replace(paused)
    world.queues.to_lanes([convergence(paused, "BTC", CLOSE_NOW, world.clock.now_ms())])
    world.pump()


def test_what_a_stop_gives_up_before_it_was_ordered_says_so() -> None:
    world, follow = following(sizing=ratio("1"), on_stop=OnStop.CLOSE_NOW)
    _trade(world, "5")
    assert _outcomes(world.receipts(follow)) == [CARRIED]

    _stopped(world, follow)

    assert _outcomes(world.receipts(follow)) == [(CopyStatus.SKIPPED, Reason.FOLLOW_PAUSED)]
    assert world.ledger(follow).is_flat


def test_a_skipped_trade_keeps_its_reason_when_a_stop_gives_up_what_was_carried_before() -> None:
    world, follow = following(sizing=ratio("1"), on_stop=OnStop.CLOSE_NOW, max_copy_age_seconds=2)
    _trade(world, "5")
    world.leader_trades("BTC", "5")
    world.clock.advance(3_000)
    world.pump()
    before = _outcomes(world.receipts(follow))
    assert before[1] == (CopyStatus.SKIPPED, Reason.STALE)

    _stopped(world, follow)

    assert _outcomes(world.receipts(follow)) == before
    assert world.ledger(follow).is_flat
