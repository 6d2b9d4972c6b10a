"""What the venue closes by force leaves the ledger with its money: once, and nothing is bought."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.fakes.builders import limits, ratio
from tests.fakes.sharing import follow_another, other_leader_trades
from tests.fakes.venue import Fault
from tests.fakes.world import World
from tests.unit.workflows.accounting import address_of, budget_of, silence
from tests.unit.workflows.crashing import CrashError, CrashPoint, make_crash
from tests.unit.workflows.forced import earned, liquidated, long_ago, sweeps
from tests.unit.workflows.restoring import begun, lost, recover
from understudy.domain.ids import WalletId
from understudy.domain.limits import DrawdownBasis, OnStop
from understudy.domain.reasons import Reason
from understudy.domain.receipts import CopyStatus
from understudy.domain.valuation import unrealized
from understudy.messages import ReconcileWallet
from understudy.workflows.follow_reconcile import reconcile

WALLET = WalletId("wallet-1")
NOT_NOW = "Only post-only orders allowed immediately after network upgrade"


def test_a_loss_by_force_counts_once_and_stops_nothing_that_is_above_its_floor() -> None:
    stop: dict[str, Any] = {"drawdown_basis": DrawdownBasis.EQUITY, "on_stop": OnStop.CLOSE_NOW}
    world, follow = long_ago("5", budget=1000, max_total_leverage=Decimal(10), **stop)
    world.price("BTC", "62")
    liquidated(world, follow, "-3")

    sweeps(world)

    left = unrealized([world.ledger(follow)], {"BTC": Decimal(62)}.get)
    assert (budget_of(world, follow).realized, left) == (-114, -76)
    assert world.table.follows[follow].pause_reason is None
    assert world.held_at_venue(follow) == 2


@pytest.mark.parametrize("sign", ["", "-"])
def test_what_is_left_is_a_share_of_what_was_paid(sign: str) -> None:
    world, follow = long_ago(f"{sign}5")
    closing = "-2" if not sign else "2"
    liquidated(world, follow, closing)

    sweeps(world)

    ledger = world.ledger(follow)
    assert ledger.held == ledger.target == world.held_at_venue(follow) == Decimal(f"{sign}3")
    assert (ledger.entry_notional, ledger.margin) == (300, 300)
    assert budget_of(world, follow).margin == 300


@pytest.mark.parametrize("size", ["-2", "-5"])
def test_nothing_is_bought_back_and_entries_of_the_leader_go_on(size: str) -> None:
    world, follow = long_ago("5")
    liquidated(world, follow, size)
    sent = len(world.venue.sent)
    sweeps(world)
    sent_meanwhile = len(world.venue.sent) - sent

    world.copy("BTC", "1")

    assert sent_meanwhile == 0
    assert world.ledger(follow).held == world.held_at_venue(follow) == 6 + Decimal(size)


def test_several_liquidations_soon_one_after_another_are_each_given_up() -> None:
    world, follow = long_ago("5")
    for _ in range(4):
        liquidated(world, follow, "-1")
        sweeps(world, 1, seconds=40)

    sweeps(world, 2)

    assert world.ledger(follow).held == world.held_at_venue(follow) == 1
    assert budget_of(world, follow).realized == earned(world, follow)


def test_an_entry_on_a_position_that_is_gone_by_force_leaves_what_it_bought() -> None:
    world, follow = long_ago("5")
    liquidated(world, follow, "-5")
    world.clock.advance(1000)
    world.copy("BTC", "1")

    sweeps(world)

    assert world.ledger(follow).held == world.ledger(follow).target == 1
    assert world.ledger(follow).phantoms == 0
    assert not world.ledger(follow).entries_paused


@pytest.mark.parametrize(("size", "left"), [("-2", 3), ("-5", 0)])
def test_what_was_carried_is_not_bought_after_a_liquidation(size: str, left: int) -> None:
    world, follow = long_ago("5")
    world.copy_now("BTC", "0.05")
    liquidated(world, follow, size)

    sweeps(world)

    ledger, carried = world.ledger(follow), world.receipts(follow)[-1]
    assert (ledger.held, ledger.target, ledger.carried_since_ms) == (left, left, 0)
    assert (carried.status, carried.reason) == (CopyStatus.SKIPPED, Reason.EXPIRED)


def test_while_an_order_is_under_way_nothing_is_given_up() -> None:
    world, follow = long_ago("5")
    world.copy_now("BTC", "3", Fault.TIMES_OUT_AFTER_ACCEPT)
    world.venue.faults.extend([Fault.TIMES_OUT_AFTER_ACCEPT] * 3)
    liquidated(world, follow, "-7")
    world.clock.advance(601_000)
    reconcile(world.reconcile_ports, ReconcileWallet(WALLET))
    before = world.ledger(follow)

    sweeps(world)

    assert (before.held, bool(before.pending)) == (5, True)
    assert world.ledger(follow).held == world.held_at_venue(follow) == 1
    assert budget_of(world, follow).realized == earned(world, follow)
    assert budget_of(world, follow).margin == world.ledger(follow).margin


def test_of_several_symbols_each_gives_up_its_own() -> None:
    world, follow = long_ago("5")
    world.copy("ETH", "4")
    sweeps(world, 1, seconds=700)
    for symbol, size in (("BTC", "-2"), ("ETH", "-1")):
        world.price(symbol, "80")
        liquidated(world, follow, size, symbol)

    sweeps(world)

    assert (world.ledger(follow).held, world.ledger(follow, "ETH").held) == (3, 3)
    assert budget_of(world, follow).realized == earned(world, follow) == -60


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, 40))
def test_a_run_that_dies_on_the_way_gives_up_everything_once(at: int, *, after: bool) -> None:
    world, follow = long_ago("5")
    world.copy("ETH", "4")
    sweeps(world, 1, seconds=700)
    liquidated(world, follow, "-2")
    liquidated(world, follow, "-4", "ETH")
    world.clock.advance(61_000)
    make_crash(world, CrashPoint(at, after=after))

    for _ in range(3):
        try:
            reconcile(world.reconcile_ports, ReconcileWallet(WALLET))
        except CrashError:
            reconcile(world.reconcile_ports, ReconcileWallet(WALLET))
        world.clock.advance(61_000)

    budget = budget_of(world, follow)
    assert (world.ledger(follow).held, world.ledger(follow, "ETH").held) == (3, 0)
    assert (budget.realized, budget.margin) == (earned(world, follow), 300)
    assert (WALLET, "ETH") not in world.table.owners


def test_of_two_follows_of_a_wallet_only_the_holder_gives_up() -> None:
    own = limits(ratio(), copy_budget_usdc=Decimal(5000))
    world = World()
    first = world.follow(own)
    second = follow_another(world, first, own)
    world.copy("BTC", "5")
    other_leader_trades(world, "4", "ETH")
    world.pump()
    sweeps(world, 1, seconds=700)
    liquidated(world, first, "-3", "ETH")

    sweeps(world)

    assert (world.ledger(first).held, world.ledger(second, "ETH").held) == (5, 1)
    assert world.ledger(first, "ETH").held == 0


def test_a_symbol_that_is_gone_by_force_is_free_for_the_other_follow() -> None:
    own = limits(ratio(), copy_budget_usdc=Decimal(5000))
    world = World()
    first = world.follow(own)
    second = follow_another(world, first, own)
    world.copy("BTC", "5")
    sweeps(world, 1, seconds=700)
    world.venue.trade(address_of(world, first), "BTC", "1")
    liquidated(world, first, "-5")
    sweeps(world, 2)
    world.venue.trade(address_of(world, first), "BTC", "-1")
    sweeps(world, 1)

    other_leader_trades(world, "1")
    world.pump()
    sweeps(world)

    assert world.ledger(first).held == 0
    assert world.ledger(second).held == world.held_at_venue(first) == 1


def test_more_than_is_held_was_its_owners_and_is_left_alone() -> None:
    world, follow = long_ago("5")
    world.venue.trade(address_of(world, follow), "BTC", "3")
    liquidated(world, follow, "-6")

    sweeps(world)

    ledger = world.ledger(follow)
    assert (ledger.held, ledger.target, ledger.margin, ledger.entries_paused) == (0, 0, 0, False)
    assert budget_of(world, follow).margin == 0
    assert (WALLET, "BTC") not in world.table.owners
    assert world.held_at_venue(follow) == 2


def test_a_position_entered_after_the_one_that_was_cleared_is_kept() -> None:
    world, follow = long_ago("5")
    liquidated(world, follow, "-5")
    with pytest.MonkeyPatch.context() as patched:
        silence(patched, world, "own_fills_since")
        sweeps(world, 2)
        world.copy("BTC", "2")

    sweeps(world)

    assert world.ledger(follow).phantoms == 1
    assert world.ledger(follow).held == world.held_at_venue(follow) == 2
    assert budget_of(world, follow).realized == earned(world, follow)


def test_the_receipt_of_an_exit_that_a_liquidation_made_needless_is_finished() -> None:
    world, follow = long_ago("5")
    world.venue.faults.append(NOT_NOW)
    world.copy_now("BTC", "-2")
    liquidated(world, follow, "-2")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(world.queues, "to_lanes", lambda _: None)
        open_exit = world.receipts(follow)[-1].status
        for _ in range(2):
            world.clock.advance(31_000)
            reconcile(world.reconcile_ports, ReconcileWallet(WALLET))

    done, ledger = world.receipts(follow)[-1], world.ledger(follow)
    assert open_exit is CopyStatus.CLAIMED
    assert (done.status, done.reason) == (CopyStatus.SKIPPED, Reason.NOTHING_TO_CLOSE)
    assert (ledger.held, ledger.target, ledger.exit_rests_until_ms) == (3, 3, 0)


def test_after_a_restore_a_liquidation_is_given_up_once() -> None:
    world, follow = begun("5")
    sweeps(world, 1, seconds=700)
    with lost(world):
        world.copy("BTC", "1")
        liquidated(world, follow, "-2")
        sweeps(world)

    recover(world)
    sweeps(world)

    assert world.ledger(follow).held == world.held_at_venue(follow) == 4
    assert budget_of(world, follow).realized == earned(world, follow)
