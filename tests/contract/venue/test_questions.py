"""Asking the venue: what became of an order, what an account holds, what was filled."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.fakes.venue import Fault
from understudy.domain.errors import VenueUnreachableError
from understudy.domain.follows import MODE_LIFETIME_MS, AccountMode
from understudy.domain.ids import WalletId
from understudy.domain.intents import Accepted, Rejected, Unknown
from understudy.domain.trades import Side
from understudy.ports.venue import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.contract.venue.conftest import Follower
    from tests.contract.venue.worlds import World
    from understudy.ports.venue import Venue

STRANGER = "0x" + "ab" * 20


@pytest.mark.parametrize(
    "question",
    [
        lambda venue: venue.markets(),
        lambda venue: venue.order_report(STRANGER, "0x" + "00" * 16),
        lambda venue: venue.account(WalletId("wallet"), STRANGER, [""]),
        lambda venue: venue.leader_snapshot(STRANGER, [""]),
        lambda venue: venue.leader_leverages(STRANGER, ""),
        lambda venue: venue.fills_since(STRANGER, 0),
        lambda venue: venue.own_fills_since(STRANGER, 0),
        lambda venue: venue.funding_since(STRANGER, 0),
    ],
)
def test_a_venue_that_is_down_answers_no_question(
    world: World, question: Callable[[Venue], object]
) -> None:
    world.go_down()

    with pytest.raises(VenueUnreachableError):
        question(world.venue)


def test_an_order_that_never_came_is_not_found(world: World, follower: Follower) -> None:
    intent = follower.intent(Side.BUY, "1", "101")

    assert world.venue.order_report(follower.address, intent.client_order_id) == NotFound()


def test_an_order_that_timed_out_is_found_with_its_sums(world: World, follower: Follower) -> None:
    world.strike(Fault.TIMES_OUT_AFTER_ACCEPT)
    intent = follower.intent(Side.BUY, "1", "101")
    assert follower.send(intent) == Unknown("TIMEOUT")

    report = world.venue.order_report(follower.address, intent.client_order_id)

    assert isinstance(report, Accepted)
    assert report.filled_size == 1
    assert report.fee is not None
    assert report.fee > 0


def test_the_report_agrees_with_the_answer(world: World, follower: Follower) -> None:
    world.price("SOL", "100", depth="0.4")
    intent = follower.intent(Side.BUY, "1", "100.01")
    answer = follower.send(intent)

    report = world.venue.order_report(follower.address, intent.client_order_id)

    assert isinstance(answer, Accepted)
    assert isinstance(report, Accepted)
    assert (report.filled_size, report.average_price, report.order_id) == (
        answer.filled_size,
        answer.average_price,
        answer.order_id,
    )


def test_an_order_without_a_match_is_reported_as_refused(world: World, follower: Follower) -> None:
    intent = follower.intent(Side.BUY, "1", "99")
    follower.send(intent)

    report = world.venue.order_report(follower.address, intent.client_order_id)

    assert isinstance(report, Rejected)
    assert report.kind == "NO_MATCH"


def test_own_fills_tell_orders_costs_and_results(world: World, follower: Follower) -> None:
    entry, exit_ = follower.intent(Side.BUY, "2", "101"), follower.intent(Side.SELL, "2", "90")
    follower.send(entry)
    world.price("SOL", "110")
    follower.send(exit_)

    opened, closed = world.venue.own_fills_since(follower.address, 0)

    assert (opened.client_order_id, closed.client_order_id) == (
        entry.client_order_id,
        exit_.client_order_id,
    )
    assert (opened.fill.start_position, closed.fill.start_position) == (0, 2)
    assert opened.closed_pnl == 0
    assert closed.closed_pnl == 2 * (closed.fill.price - opened.fill.price)
    assert min(opened.fee, closed.fee) > 0


def test_fills_are_read_from_a_time_on_in_their_order(world: World, follower: Follower) -> None:
    for price in ("101", "102", "103"):
        follower.send(follower.intent(Side.BUY, "1", price))

    fills = world.venue.fills_since(follower.address, 0)
    later = world.venue.fills_since(follower.address, fills[-1].time_ms + 1)

    assert [fill.start_position for fill in fills] == [0, 1, 2]
    assert later == []


def test_an_account_without_positions_is_paid_no_funding(world: World, follower: Follower) -> None:
    world.pay_funding("SOL", "0.01")

    assert world.venue.funding_since(follower.address, 0) == []


def test_a_long_pays_and_a_short_gets_funding(world: World, follower: Follower) -> None:
    follower.send(follower.intent(Side.BUY, "2", "101"))
    world.pay_funding("SOL", "0.01")
    follower.send(follower.intent(Side.SELL, "5", "99"))
    world.pay_funding("SOL", "0.01")

    paid, got = world.venue.funding_since(follower.address, 0)

    assert (paid.symbol, got.symbol) == ("SOL", "SOL")
    assert (paid.amount, got.amount) == (-2, 3)


def test_funding_moves_the_money_of_an_account(world: World, follower: Follower) -> None:
    follower.send(follower.intent(Side.BUY, "2", "101"))
    before = world.venue.account(WalletId("wallet"), follower.address, [""])

    world.pay_funding("SOL", "0.01")

    after = world.venue.account(WalletId("wallet"), follower.address, [""])
    assert after.equity[""] == before.equity[""] - 2


def test_funding_is_read_from_a_time_on(world: World, follower: Follower) -> None:
    follower.send(follower.intent(Side.BUY, "2", "101"))
    world.pay_funding("SOL", "0.01")
    (payment,) = world.venue.funding_since(follower.address, 0)

    assert list(world.venue.funding_since(follower.address, payment.time_ms)) == [payment]
    assert world.venue.funding_since(follower.address, payment.time_ms + 1) == []


def test_an_account_shows_money_and_position(world: World, follower: Follower) -> None:
    follower.send(follower.intent(Side.SELL, "1", "99"))

    account = world.venue.account(WalletId("wallet"), follower.address, [""])

    assert account.mode is AccountMode.STANDARD
    assert account.positions == {"SOL": Decimal(-1)}
    assert Decimal(9990) < account.equity[""] < Decimal(10000)
    assert account.margin_used[""] > 0


def test_an_account_that_never_came_has_nothing(world: World) -> None:
    account = world.venue.account(WalletId("wallet"), STRANGER, [""])

    assert (account.equity, account.positions) == ({"": Decimal(0)}, {})


def test_a_unified_account_has_one_purse(world: World) -> None:
    world.fund(STRANGER, "500", AccountMode.UNIFIED)

    account = world.venue.account(WalletId("wallet"), STRANGER, [""])
    snapshot = world.venue.leader_snapshot(STRANGER, [""])

    assert account.mode is AccountMode.UNIFIED
    assert account.equity[""] == snapshot.account.equity == 500


def test_a_mode_that_was_read_lately_is_not_asked_for_again(world: World) -> None:
    world.fund(STRANGER, "500", AccountMode.STANDARD)
    first = world.venue.account(WalletId("wallet"), STRANGER, [""])
    world.fund(STRANGER, "500", AccountMode.UNIFIED)
    long_ago = replace(first, mode_read_at_ms=first.mode_read_at_ms - MODE_LIFETIME_MS)

    soon = world.venue.account(WalletId("wallet"), STRANGER, [""], before=first)
    later = world.venue.account(WalletId("wallet"), STRANGER, [""], before=long_ago)

    assert (soon.mode, soon.mode_read_at_ms) == (AccountMode.STANDARD, first.mode_read_at_ms)
    assert later.mode is AccountMode.UNIFIED
    assert later.mode_read_at_ms >= first.mode_read_at_ms


def test_a_leaders_snapshot_has_positions_equity_and_leverage(
    world: World, follower: Follower
) -> None:
    before_ms = world.clock.now_ms()
    follower.send(follower.intent(Side.BUY, "1", "101"))

    snapshot = world.venue.leader_snapshot(follower.address, [""])

    assert snapshot.positions == {"SOL": Decimal(1)}
    assert snapshot.account.leverages["SOL"] >= 1
    assert snapshot.account.equity > 9000
    assert snapshot.time_ms >= before_ms


def test_a_leverage_is_shown_with_a_position_and_only_then(
    world: World, follower: Follower
) -> None:
    before = world.venue.leader_leverages(follower.address, "")
    follower.send(follower.intent(Side.BUY, "1", "101"))

    snapshot = world.venue.leader_snapshot(follower.address, [""])

    assert before == {}
    assert world.venue.leader_leverages(follower.address, "") == snapshot.account.leverages != {}


def test_markets_carry_number_grid_and_lot(world: World) -> None:
    markets = {market.symbol: market for market in world.venue.markets()}

    assert (markets["SOL"].asset, markets["SOL"].size_decimals) == (5, 2)
    assert markets["BTC"].prices.max_decimals == 1
    assert markets["SOL"].capped_price(Decimal("100.12345"), Side.BUY) == Decimal("100.12")
