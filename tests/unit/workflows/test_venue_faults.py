"""What the venue does to an order: no answer is never guessed at, and positions converge."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.fakes.builders import SENDINGS
from tests.fakes.venue import Fault
from tests.fakes.world import World, following
from understudy.domain.ids import FollowId
from understudy.domain.reasons import Reason
from understudy.domain.receipts import CopyStatus
from understudy.ports.delivery import Purpose

UNKNOWNS = list(Fault)
TOOK_EFFECT = {Fault.TIMES_OUT_AFTER_ACCEPT}


def _trade(world: World, size: str, *faults: Fault | str | None) -> None:
    if faults and not world.table.ledgers:
        world.venue.faults.append(None)  # the leverage of the first entry
    world.copy_now("BTC", size, *faults)


def _nothing_is_left_under_way(world: World, follow: FollowId) -> None:
    ledger, budget = world.ledger(follow), world.table.budgets[follow]
    assert (ledger.pending, world.table.pending, budget.reserved) == ((), {}, 0)
    assert budget.margin == ledger.margin
    assert world.held_at_venue(follow) == ledger.held


@pytest.mark.parametrize("fault", UNKNOWNS)
def test_an_unknown_entry_keeps_its_reserve_until_the_venue_can_tell(fault: Fault) -> None:
    world, follow = following()

    _trade(world, "5", fault)

    (receipt,) = world.receipts(follow)
    assert receipt.status is CopyStatus.CLAIMED
    assert len(world.ledger(follow).pending) == 1
    assert world.table.budgets[follow].reserved == Decimal("502.5")


@pytest.mark.parametrize("fault", UNKNOWNS)
def test_an_unknown_entry_is_settled_by_the_venue_s_record(fault: Fault) -> None:
    world, follow = following()
    _trade(world, "5", *SENDINGS * [fault])

    world.pass_time(14)

    (receipt,) = world.receipts(follow)
    filled = fault in TOOK_EFFECT
    assert receipt.status is (CopyStatus.DONE if filled else CopyStatus.EXPIRED)
    assert world.held_at_venue(follow) == (5 if filled else 0)
    assert world.orders_at_venue(follow) == int(filled)
    _nothing_is_left_under_way(world, follow)


def test_nothing_is_asked_before_the_order_can_no_longer_land() -> None:
    world, follow = following()
    _trade(world, "5", *SENDINGS * [Fault.NEVER_ARRIVES])

    world.pass_time(12)

    assert world.receipts(follow)[0].status is CopyStatus.CLAIMED


def test_an_entry_that_lands_late_but_in_time_counts() -> None:
    world, follow = following()
    _trade(world, "5", Fault.LANDS_LATE)

    world.pass_time(5)
    world.venue.land_late()
    world.pass_time(10)

    assert world.receipts(follow)[0].status is CopyStatus.DONE
    assert world.held_at_venue(follow) == 5
    _nothing_is_left_under_way(world, follow)


def test_an_entry_that_lands_after_its_expiry_has_no_effect() -> None:
    world, follow = following()
    _trade(world, "5", *SENDINGS * [Fault.LANDS_LATE])

    world.pass_time(14)
    world.venue.land_late()
    world.sweep()

    assert world.receipts(follow)[0].status is CopyStatus.EXPIRED
    assert world.held_at_venue(follow) == 0


def test_further_entries_of_the_symbol_wait_for_an_unknown_one() -> None:
    world, follow = following()
    _trade(world, "5", Fault.NEVER_ARRIVES)
    world.clock.advance(1000)

    _trade(world, "3")

    assert world.receipts(follow)[1].reason is Reason.CARRIED
    assert world.orders_at_venue(follow) == 0


def test_an_exit_goes_out_while_an_entry_is_unknown() -> None:
    world, follow = following()
    _trade(world, "5", Fault.TIMES_OUT_AFTER_ACCEPT)
    world.clock.advance(1000)

    _trade(world, "-5")

    assert world.held_at_venue(follow) == 0
    world.pass_time(25)
    assert world.ledger(follow).is_flat
    assert world.table.owners == {}
    _nothing_is_left_under_way(world, follow)


def test_an_entry_that_lands_after_its_close_is_closed_again() -> None:
    world, follow = following()
    _trade(world, "5", Fault.LANDS_LATE)
    world.clock.advance(1000)
    _trade(world, "-5")

    world.venue.land_late()
    assert world.held_at_venue(follow) == 5
    world.pass_time(25)

    assert world.held_at_venue(follow) == 0
    assert world.ledger(follow).is_flat
    _nothing_is_left_under_way(world, follow)


def test_a_second_reduction_leaves_an_unknown_first_one_its_share() -> None:
    world, follow = following("8")
    _trade(world, "-4", Fault.TIMES_OUT_AFTER_ACCEPT)
    world.clock.advance(1000)

    _trade(world, "-2")

    assert world.held_at_venue(follow) == 2
    world.pass_time(25)
    assert world.ledger(follow).target == 2
    _nothing_is_left_under_way(world, follow)


@pytest.mark.parametrize("fault", UNKNOWNS)
def test_an_unknown_exit_converges_to_its_target(fault: Fault) -> None:
    world, follow = following("8")

    _trade(world, "-4", fault)
    world.pass_time(25)

    assert world.held_at_venue(follow) == 4
    assert world.receipts(follow)[-1].status is CopyStatus.DONE
    _nothing_is_left_under_way(world, follow)


def test_an_exit_that_does_not_match_widens_until_it_fills() -> None:
    world, follow = following("5")
    world.leader_trades("BTC", "-5")
    world.price("BTC", "96.5")

    world.pump()
    world.pass_time(10)

    close = world.receipts(follow)[-1]
    assert close.status is CopyStatus.DONE
    assert world.held_at_venue(follow) == 0
    assert [leg.state for leg in close.legs][-1] == "FILLED"


def test_an_exit_that_never_fills_ends_with_an_operator() -> None:
    world, follow = following("5")
    world.venue.set_price("BTC", "100", depth="0")

    _trade(world, "-5")
    world.pass_time(60)

    close, ledger = world.receipts(follow)[-1], world.ledger(follow)
    assert (close.status, ledger.needs_operator) == (CopyStatus.NEEDS_OPERATOR, True)
    caps = {leg.limit_price for leg in close.legs}
    assert (max(caps), min(caps)) == (99, 95)
    assert world.held_at_venue(follow) == 5


def test_the_next_close_of_the_leader_tries_again_what_an_operator_was_called_for() -> None:
    world, follow = following("5")
    world.venue.set_price("BTC", "100", depth="0")
    _trade(world, "-4")
    world.pass_time(60)
    world.venue.set_price("BTC", "100")

    _trade(world, "-1")

    assert world.held_at_venue(follow) == 0
    assert not world.ledger(follow).needs_operator


def test_a_partly_filled_exit_goes_on_with_the_rest() -> None:
    world, follow = following("5")
    world.venue.set_price("BTC", "100", depth="2")

    _trade(world, "-5")
    world.pass_time(10)

    close = world.receipts(follow)[-1]
    assert [leg.filled_size for leg in close.legs] == [2, 2, 1]
    assert (close.status, world.held_at_venue(follow)) == (CopyStatus.DONE, 0)


def test_a_partly_filled_entry_is_not_chased() -> None:
    world, follow = following()
    world.venue.set_price("BTC", "100", depth="2")

    _trade(world, "5")
    world.pass_time(10)

    ledger = world.ledger(follow)
    assert (ledger.held, ledger.target, world.orders_at_venue(follow)) == (2, 2, 1)
    _nothing_is_left_under_way(world, follow)


def test_a_refused_entry_gives_its_reserve_back_with_the_venue_s_text() -> None:
    world, follow = following()
    text = "User or API Wallet 0x1 does not exist."

    _trade(world, "5", text)

    (receipt,) = world.receipts(follow)
    assert (receipt.status, receipt.reason_text) == (CopyStatus.REJECTED, text)
    assert world.table.owners == {}
    _nothing_is_left_under_way(world, follow)


def test_a_refusal_of_the_whole_action_on_a_second_attempt_is_no_evidence() -> None:
    world, follow = following()
    world.leader_trades("BTC", "5")
    world.sync()
    (command,) = world.queues.lanes.take()
    world.venue.faults.extend(
        [None, Fault.TIMES_OUT_AFTER_ACCEPT, "Invalid nonce: duplicate nonce 1"]
    )

    world.run_lane([command])
    world.run_lane([command])

    assert world.receipts(follow)[0].status is CopyStatus.CLAIMED
    world.pass_time(14)
    assert world.receipts(follow)[0].status is CopyStatus.DONE
    assert world.orders_at_venue(follow) == 1


def test_a_rate_limit_halves_the_budget_of_everybody() -> None:
    world, _ = following()
    before = world.budget.take("hyperliquid", Purpose.ENTRY, 290_000)

    _trade(world, "5", Fault.RATE_LIMITED)

    assert before
    assert not world.budget.take("hyperliquid", Purpose.ENTRY, 1)
