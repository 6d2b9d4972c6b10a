"""A forced close takes from what was held when it happened, not from what came before or since."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.fakes.builders import limits, ratio
from tests.fakes.sharing import follow_another, other_leader_trades
from tests.fakes.venue import Fault
from tests.fakes.world import World
from tests.unit.workflows.accounting import address_of, budget_of
from tests.unit.workflows.forced import earned, liquidated, long_ago, sweeps
from understudy.domain.errors import VenueUnreachableError
from understudy.domain.ids import FollowId, WalletId
from understudy.messages import ReconcileWallet
from understudy.workflows.follow_reconcile import reconcile

WALLET = WalletId("wallet-1")
OWN = limits(ratio(), copy_budget_usdc=Decimal(5000))


def _two_follows() -> tuple[World, FollowId, FollowId]:
    world = World()
    first = world.follow(OWN)
    return world, first, follow_another(world, first, OWN)


def test_what_its_owner_lost_in_a_pause_is_not_taken_from_what_is_copied_after_it() -> None:
    world, follow = long_ago("5")
    world.copy("BTC", "-5")
    sweeps(world, 1, seconds=700)
    world.venue.trade(address_of(world, follow), "BTC", "3")
    world.clock.advance(5000)
    liquidated(world, follow, "-3")
    world.clock.advance(20_000)
    world.copy("BTC", "4")

    sweeps(world, 12)

    held = world.ledger(follow).held
    world.copy("BTC", "-4")
    sweeps(world, 3)
    assert held == 4
    assert world.held_at_venue(follow) == 0


def test_of_two_follows_that_take_turns_the_one_that_was_liquidated_pays() -> None:
    world, first, second = _two_follows()
    for size in ("1", "-1"):
        world.copy("BTC", size)
    for size in ("1", "-1"):
        other_leader_trades(world, size)
        world.pump()
        world.clock.advance(61_000)
    world.copy("BTC", "3")
    sweeps(world, 1, seconds=320)
    world.clock.advance(5000)
    world.price("BTC", "90")
    liquidated(world, first, "-3")
    world.clock.advance(3000)
    world.copy_now("BTC", "-3")
    world.clock.advance(3000)
    other_leader_trades(world, "4")
    world.pump()

    sweeps(world, 12)

    assert world.ledger(second).held == world.held_at_venue(second) == 4
    assert (budget_of(world, first).realized, budget_of(world, second).realized) == (-30, 0)


@pytest.mark.parametrize("since", [("1",), ("2", "-1")])
def test_what_was_entered_since_is_kept_though_its_owner_lost_a_part_too(
    since: tuple[str, ...],
) -> None:
    world, follow = long_ago("5")
    world.venue.trade(address_of(world, follow), "BTC", "3")
    liquidated(world, follow, "-8")
    for size in since:
        world.clock.advance(5000)
        world.copy_now("BTC", size)

    sweeps(world, 6)

    held = world.ledger(follow).held
    world.copy("BTC", "-6")
    assert held == 1
    assert world.held_at_venue(follow) == 0


def test_a_loss_of_what_an_unknown_order_entered_is_booked_when_the_order_is_known() -> None:
    world, follow = long_ago("5")
    unanswered: list[Any] = [Fault.TIMES_OUT_AFTER_ACCEPT, None, Fault.TIMES_OUT_AFTER_ACCEPT]
    world.venue.faults.extend(unanswered)
    world.leader_trades("ETH", "4")
    world.pump()
    world.venue.faults.clear()
    world.clock.advance(2000)
    world.price("ETH", "40")
    liquidated(world, follow, "-4", "ETH")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(world.venue, "order_report", _refuses)
        world.clock.advance(601_000)
        reconcile(world.reconcile_ports, ReconcileWallet(WALLET))
        is_unknown = bool(world.ledger(follow, "ETH").pending)

    sweeps(world, 15)

    assert is_unknown
    assert world.ledger(follow, "ETH").held == 0
    assert budget_of(world, follow).realized == earned(world, follow) < 0


def _refuses(*_: object) -> None:
    raise VenueUnreachableError("the venue does not answer now", venue="fake", status=429)
