"""After a loss nothing that was done is done again, nothing is closed too much, all goes on."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest

from tests.fakes.builders import LEADER
from tests.fakes.venue import Fault
from tests.fakes.world import following
from tests.unit.workflows.crashing import CrashError, CrashPoint, make_crash
from tests.unit.workflows.restoring import (
    OTHER,
    begun,
    follow_of,
    lost,
    other_leader_trades,
    pnl_at_venue,
    recover,
    repair_leader,
    saved,
    second_follow_on_the_wallet,
    stop_and_restore,
)
from understudy.domain.follows import FollowStatus
from understudy.domain.ids import WalletId
from understudy.domain.limits import OnStop
from understudy.domain.receipts import CopyStatus
from understudy.messages import ReconcileWallet
from understudy.workflows.follow_reconcile import reconcile

WALLET = WalletId("wallet-1")


def test_a_reduction_that_was_done_is_not_done_again() -> None:
    world, follow = begun("8")
    with lost(world):
        world.copy("BTC", "-4", "100")

    recover(world)

    ledger = world.ledger(follow)
    assert (world.held_at_venue(follow), ledger.held, ledger.target) == (4, 4, 4)
    world.copy("BTC", "-4", "100")
    assert world.held_at_venue(follow) == world.ledger(follow).held == 0


def test_an_entry_that_was_done_is_held_and_not_done_again() -> None:
    world, follow = begun()
    with lost(world):
        world.copy("BTC", "8", "100")

    recover(world)

    ledger = world.ledger(follow)
    assert (world.held_at_venue(follow), ledger.held, ledger.target) == (8, 8, 8)
    assert ledger.entry_notional == 800
    assert world.orders_at_venue(follow) == 1
    world.copy("BTC", "-8", "110")
    assert world.held_at_venue(follow) == 0
    recover(world)
    assert world.table.budgets[follow].pnl == pnl_at_venue(world, follow)


def test_a_close_that_was_not_done_is_done_once() -> None:
    world, follow = begun("8")
    stop_and_restore(world, saved(world))
    world.venue.trade(LEADER, "BTC", "-8")

    recover(world)

    assert world.held_at_venue(follow) == world.ledger(follow).held == 0
    assert world.orders_at_venue(follow) == 2


def test_what_was_opened_and_closed_meanwhile_is_only_booked() -> None:
    world, follow = begun()
    with lost(world):
        world.copy("BTC", "8", "100")
        world.copy("BTC", "-8", "120")

    recover(world)

    budget, ledger = world.table.budgets[follow], world.ledger(follow)
    assert ledger.is_flat
    assert budget.pnl == pnl_at_venue(world, follow)
    assert (budget.margin, budget.reserved) == (0, 0)
    assert [receipt.status for receipt in world.receipts(follow)] == [CopyStatus.DONE] * 2


def test_a_flip_that_was_done_is_held_on_its_new_side() -> None:
    world, follow = begun("8")
    with lost(world):
        world.copy("BTC", "-12", "100")

    recover(world)

    ledger = world.ledger(follow)
    assert (world.held_at_venue(follow), ledger.held, ledger.target) == (-4, -4, -4)


def test_an_order_that_was_under_way_at_the_restored_time_is_settled_first() -> None:
    world, follow = begun()
    world.copy_now("BTC", "8", None, Fault.TIMES_OUT_AFTER_ACCEPT, price="100")
    assert world.ledger(follow).pending
    stop_and_restore(world, saved(world))

    recover(world)

    ledger = world.ledger(follow)
    assert (world.held_at_venue(follow), ledger.held, ledger.pending) == (8, 8, ())


def test_what_the_owner_sold_by_hand_is_not_sold_again() -> None:
    world, follow = begun("8")
    with lost(world):
        world.venue.trade(follow_of(world, follow).wallet_address, "BTC", "-6")
    recover(world)
    assert (world.ledger(follow).held, world.ledger(follow).target) == (2, 2)

    world.copy("BTC", "-4", "100")

    assert world.held_at_venue(follow) == 1


def test_what_the_owner_bought_by_hand_stays_his() -> None:
    world, follow = begun("8")
    with lost(world):
        world.venue.trade(follow_of(world, follow).wallet_address, "BTC", "3")

    recover(world)

    ledger = world.ledger(follow)
    assert (ledger.held, ledger.entries_paused) == (8, True)
    world.copy("BTC", "-8", "100")
    assert world.held_at_venue(follow) == 3


def test_a_stopped_follow_that_keeps_its_positions_keeps_them() -> None:
    world, follow = following(budget=5000, on_stop=OnStop.KEEP)
    world.copy("BTC", "8", "100")
    paused = replace(follow_of(world, follow), status=FollowStatus.PAUSED)
    world.directory.replace(paused)
    with lost(world):
        world.copy("BTC", "-8", "100")

    recover(world)

    ledger = world.ledger(follow)
    assert (world.held_at_venue(follow), ledger.held, ledger.target) == (8, 8, 8)


def test_a_symbol_that_passed_from_one_follow_to_another_is_the_others() -> None:
    world, first = begun()
    second = second_follow_on_the_wallet(world)
    world.copy("BTC", "8", "100")
    with lost(world):
        world.copy("BTC", "-8", "100")
        other_leader_trades(world, "BTC", "3")
        assert world.ledger(second).held == 3
    repair_leader(world, OTHER)

    recover(world)

    assert (world.ledger(first).held, world.ledger(second).held) == (0, 3)
    assert world.table.owners[WALLET, "BTC"] == second
    assert world.held_at_venue(second) == 3


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, 30))
def test_a_rebuilding_that_dies_at_any_call_books_everything_once(at: int, *, after: bool) -> None:
    world, follow = begun("8")
    with lost(world):
        world.copy("BTC", "-4", "110")
        world.copy("ETH", "2", "100")
    repair_leader(world)
    ports = world.copying
    make_crash(world, CrashPoint(at, after=after))
    with suppress(CrashError):
        reconcile(world.reconcile_ports, ReconcileWallet(WALLET))
    world.copying = ports

    recover(world)

    held = {symbol: world.ledger(follow, symbol).held for symbol in ("BTC", "ETH")}
    assert held == {"BTC": 4, "ETH": 2}
    assert world.held_at_venue(follow) == 4
    assert world.table.budgets[follow].pnl == pnl_at_venue(world, follow)


def test_more_lost_trades_than_one_transaction_holds_are_all_accounted_for() -> None:
    world, follow = begun()
    with lost(world):
        for _ in range(60):
            world.copy("BTC", "1", "100")
            world.copy("BTC", "-1", "100")

    recover(world)

    assert world.ledger(follow).is_flat
    assert len(world.receipts(follow)) == 120
    assert world.table.budgets[follow].pnl == pnl_at_venue(world, follow)
