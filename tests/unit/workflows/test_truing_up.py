"""Budgets end at the venue's own figures, once, whatever dies, is repeated or stays silent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest

from tests.fakes.venue import Fault
from tests.unit.workflows.accounting import (
    HOUR_MS,
    address_of,
    budget_of,
    copied,
    fees_at_venue,
    own_fills,
    questions,
    silence,
    true_up_orders,
)
from tests.unit.workflows.crashing import CrashError, CrashPoint, make_crash
from understudy.domain.account_history import OwnFill
from understudy.domain.ids import WalletId
from understudy.domain.money import ZERO
from understudy.messages import ReconcileWallet
from understudy.workflows.follow_reconcile import reconcile

WALLET = WalletId("wallet-1")


def test_a_venue_that_limits_our_questions_leaves_the_estimates(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, follow = copied("5")
    before = budget_of(world, follow)
    silence(monkeypatch, world, "own_fills_since")
    silence(monkeypatch, world, "funding_since")

    true_up_orders(world)

    after = budget_of(world, follow)
    assert (after.fees, after.realized, after.funding) == (before.fees, before.realized, ZERO)
    assert after.checked_seq == 1


def test_silence_about_fills_does_not_keep_funding_from_being_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, follow = copied("5")
    silence(monkeypatch, world, "own_fills_since")
    world.pass_time(HOUR_MS // 1000)
    world.venue.pay_funding("BTC", "0.01")
    world.clock.advance(HOUR_MS)

    world.sweep()

    assert budget_of(world, follow).funding == -5


def test_an_order_whose_fills_the_venue_does_not_show_yet_keeps_its_estimate(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, follow = copied("5")
    estimate = budget_of(world, follow).fees

    def nothing(address: str, start_ms: int) -> Sequence[OwnFill]:
        del address, start_ms
        return []

    with monkeypatch.context() as patched:
        patched.setattr(world.venue, "own_fills_since", nothing)
        true_up_orders(world)
    assert budget_of(world, follow).fees == estimate

    true_up_orders(world)

    assert budget_of(world, follow).fees == estimate / 2


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, 30))
def test_a_run_that_dies_at_any_call_books_everything_once(at: int, *, after: bool) -> None:
    world, follow = copied("5", "-2")
    world.venue.liquidate(address_of(world, follow), "BTC", "-1")
    world.clock.advance(HOUR_MS)
    world.venue.pay_funding("BTC", "0.01")
    world.clock.advance(HOUR_MS)
    make_crash(world, CrashPoint(at, after=after))

    for _ in range(3):
        try:
            reconcile(world.reconcile_ports, ReconcileWallet(WALLET))
        except CrashError:
            reconcile(world.reconcile_ports, ReconcileWallet(WALLET))

    budget, fills = budget_of(world, follow), own_fills(world, follow)
    assert budget.fees == fees_at_venue(world, follow)
    assert budget.realized == sum((own.closed_pnl for own in fills), ZERO)
    assert budget.funding == -2


def test_a_discount_is_in_budget_and_receipt_after_the_true_up() -> None:
    world, follow = copied("5", "-5")
    (estimate, *_) = world.receipts(follow)[0].legs

    true_up_orders(world)

    opened, closed = (receipt.legs[0] for receipt in world.receipts(follow))
    assert (estimate.fee, estimate.fee_is_final) == (Decimal("0.225"), False)
    assert (opened.fee, opened.fee_is_final) == (Decimal("0.1125"), True)
    assert closed.fee_is_final
    assert budget_of(world, follow).fees == opened.fee + closed.fee


def test_a_rebate_makes_the_fees_negative() -> None:
    world, follow = copied("5", fee_share=Decimal(-1))

    true_up_orders(world)

    assert budget_of(world, follow).fees == Decimal("-0.225")


def test_the_profit_of_a_close_against_an_unknown_entry_ends_as_the_venue_has_it() -> None:
    world, follow = copied("5")
    world.copy_now("BTC", "5", Fault.TIMES_OUT_AFTER_ACCEPT, price="110")
    world.copy_now("BTC", "-10", price="120")
    world.pass_time(60)

    true_up_orders(world)

    assert budget_of(world, follow).realized == 150
    assert budget_of(world, follow).fees == fees_at_venue(world, follow)


def test_nothing_is_asked_while_nothing_waits_for_an_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, _ = copied("5")
    true_up_orders(world)
    fills = questions(monkeypatch, world, "own_fills_since")
    funding = questions(monkeypatch, world, "funding_since")

    for _ in range(9):
        world.clock.advance(60_000)
        world.sweep()

    assert (fills, funding) == ([], [])


def test_fills_are_read_every_five_minutes_while_orders_wait_for_their_figures(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, follow = copied("5")
    fills = questions(monkeypatch, world, "own_fills_since")

    for _ in range(30):
        world.copy("BTC", "0.1")
        world.sweep()

    assert 4 <= len(fills) <= 6
    true_up_orders(world)
    assert budget_of(world, follow).fees == fees_at_venue(world, follow)


def test_new_drift_is_asked_about_at_once_and_old_drift_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, follow = copied("5")
    true_up_orders(world)
    world.venue.trade(address_of(world, follow), "BTC", "1")
    fills = questions(monkeypatch, world, "own_fills_since")

    for _ in range(8):
        world.sweep()
        world.clock.advance(60_000)

    assert world.ledger(follow).drift_since_ms
    assert len(fills) == 1


def test_fills_are_read_every_ten_minutes_and_funding_every_hour(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, _ = copied("5")
    fills = questions(monkeypatch, world, "own_fills_since")
    funding = questions(monkeypatch, world, "funding_since")

    true_up_orders(world)
    for _ in range(120):
        world.clock.advance(60_000)
        world.sweep()

    assert len(fills) == 1 + 12
    assert len(funding) == 1 + 2


def test_a_wallet_that_never_traded_is_not_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    world, _ = copied()
    fills = questions(monkeypatch, world, "own_fills_since")

    world.sweep()

    assert fills == []


def test_what_the_owner_trades_by_hand_is_no_profit_of_a_follow() -> None:
    world, follow = copied("5", "-5")
    address = address_of(world, follow)
    world.venue.trade(address, "ETH", "10")
    world.venue.trade(address, "ETH", "-10", "150")
    world.venue.trade(address, "BTC", "1")
    world.venue.trade(address, "BTC", "-1", "150")
    world.clock.advance(601_000)

    world.sweep()

    budget = budget_of(world, follow)
    ours = [own for own in own_fills(world, follow) if own.client_order_id]
    assert budget.realized == 0
    assert budget.fees == sum((own.fee for own in ours), ZERO)


def test_what_the_owner_did_before_the_first_copy_is_not_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, follow = copied()
    world.venue.trade(address_of(world, follow), "ETH", "1")
    world.clock.advance(50 * HOUR_MS)
    copied_ms = world.clock.now_ms()
    world.copy("BTC", "5")
    asked = questions(monkeypatch, world, "own_fills_since")
    asked_for_funding = questions(monkeypatch, world, "funding_since")

    world.sweep()
    world.clock.advance(HOUR_MS)
    world.sweep()

    assert min(asked) == copied_ms - 30_000
    assert min(asked_for_funding) == copied_ms - 1


def test_an_order_that_the_venue_never_shows_is_given_up_after_a_day(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, follow = copied("5")
    own_fills(world, follow).clear()
    world.clock.advance(25 * HOUR_MS)
    world.sweep()
    asked = questions(monkeypatch, world, "own_fills_since")

    world.sweep()

    assert asked == []
    assert not world.receipts(follow)[0].legs[0].fee_is_final
