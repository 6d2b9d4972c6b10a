"""What a follow does when its leader opens or adds."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest

from tests.fakes.builders import (
    NOW_MS,
    fixed,
    follow,
    ledger,
    limits,
    proportional,
    ratio,
    situation,
    trade,
)
from understudy.domain.decisions import decide
from understudy.domain.follows import Pending
from understudy.domain.ids import IntentId
from understudy.domain.intents import IntentKind
from understudy.domain.leaders import LeaderAccount
from understudy.domain.limits import CopyMode
from understudy.domain.reasons import Reason
from understudy.domain.trades import Side


def test_fixed_sizing_spends_its_cost_as_margin() -> None:
    decision = decide(situation(trade(end="5", price="100"), follow(limits(fixed("100")))))

    assert decision.order is not None
    assert decision.order.size == Decimal("1.000")
    assert decision.ledger.target == 1


def test_ratio_sizing_takes_its_share_of_the_leaders_size() -> None:
    decision = decide(situation(trade(end="5"), follow(limits(ratio("10")))))

    assert decision.order is not None
    assert decision.order.size == Decimal("0.5")


def test_proportional_sizing_scales_by_equity() -> None:
    leader = LeaderAccount(Decimal(200_000), {}, NOW_MS)

    decision = decide(
        situation(trade(end="5"), follow(limits(proportional())), leader_account=leader)
    )

    assert decision.order is not None
    assert decision.order.size == Decimal("2.5")


def test_a_short_of_the_leader_is_entered_short() -> None:
    decision = decide(situation(trade(end="-5")))

    assert decision.order is not None
    assert decision.order.side is Side.SELL
    assert decision.ledger.target == -1


def test_reverse_takes_the_other_side() -> None:
    decision = decide(situation(trade(end="5"), follow(limits(reverse=True))))

    assert decision.order is not None
    assert decision.order.side is Side.SELL
    assert decision.ledger.target == -1


@pytest.mark.parametrize(
    ("end", "price", "cap"), [("5", "100.07", "100.57"), ("-5", "100.07", "99.57")]
)
def test_the_limit_price_is_a_tick_that_keeps_the_cap(end: str, price: str, cap: str) -> None:
    decision = decide(situation(trade(end=end, price=price)))

    assert decision.order is not None
    assert decision.order.limit_price == Decimal(cap)


def test_the_size_is_cut_down_to_the_lot() -> None:
    decision = decide(situation(trade(end="5", price="333"), follow(limits(fixed("100")))))

    assert decision.order is not None
    assert decision.order.size == Decimal("0.300")


def test_leverage_is_the_least_of_limit_asset_and_leader() -> None:
    leader = LeaderAccount(Decimal(1_000_000), {"BTC": 7}, NOW_MS)
    mine = follow(limits(fixed("100"), max_total_leverage=Decimal(5)))

    decision = decide(situation(trade(end="50"), mine, leader_account=leader))

    assert decision.order is not None
    assert (decision.order.leverage, decision.order.size) == (5, Decimal(5))


def test_what_comes_on_top_of_a_position_has_the_leverage_of_its_own_time() -> None:
    leader = LeaderAccount(Decimal(1_000_000), {"BTC": 7}, NOW_MS)

    decision = decide(
        situation(trade("5", "10", seq=2), a_ledger=ledger("1", leverage=2), leader_account=leader)
    )

    assert decision.order is not None
    assert decision.order.leverage == 7


def test_the_order_shrinks_to_what_the_budget_still_has() -> None:
    mine = follow(limits(ratio("100")))

    decision = decide(situation(trade(end="50"), mine))

    assert decision.order is not None
    # 9.950 at the limit price of 100.5
    assert (decision.order.margin, decision.bound_by) == (Decimal("999.975"), "copy_budget_usdc")


def test_the_order_shrinks_to_the_symbols_share() -> None:
    mine = follow(replace(limits(ratio("100")), max_symbol_allocation_pct=Decimal(20)))

    decision = decide(situation(trade(end="50"), mine))

    assert decision.order is not None
    assert decision.order.margin == Decimal("199.995")
    assert decision.bound_by == "max_symbol_allocation_pct"


def test_a_buy_is_wanted_at_the_trades_price_and_reserved_at_its_limit_price() -> None:
    decision = decide(situation(trade(end="5"), follow(limits(fixed("100")))))

    assert decision.order is not None
    assert (decision.order.size, decision.order.margin) == (1, Decimal("100.5"))


def test_a_short_is_reserved_at_the_trades_price() -> None:
    decision = decide(situation(trade(end="-50"), follow(limits(ratio("100")))))

    assert decision.order is not None
    assert (decision.order.size, decision.order.margin) == (10, 1000)


def test_a_trade_from_before_the_start_opens_nothing() -> None:
    started = follow(started_at_ms=NOW_MS + 2_001)

    decision = decide(situation(trade(end="5"), started))

    assert (decision.order, decision.reason) == (None, Reason.SUPERSEDED)


def test_a_venue_clock_a_little_behind_ours_loses_no_trade() -> None:
    decision = decide(situation(trade(end="5"), follow(started_at_ms=NOW_MS + 2_000)))

    assert decision.order is not None


def test_the_open_leg_of_a_flip_from_before_the_start_opens_nothing() -> None:
    decision = decide(situation(trade("3", "-5"), follow(started_at_ms=NOW_MS + 60_000)))

    assert (decision.order, decision.reason) == (None, Reason.SUPERSEDED)


@pytest.mark.parametrize("after_ms", [0, 59_000, 60_000])
def test_later_fills_of_one_entry_cost_nothing_more(after_ms: int) -> None:
    first = decide(situation(trade(end="5")))
    later = trade("5", "9", seq=2, time_ms=NOW_MS + after_ms)
    held = replace(first.ledger, held=first.ledger.target)

    decision = decide(situation(later, a_ledger=held))

    assert decision.reason is Reason.SAME_ENTRY
    assert decision.ledger.entry_last_ms == later.time_ms


def test_a_minute_after_the_last_fill_a_new_entry_begins() -> None:
    first = decide(situation(trade(end="5")))
    later = trade("5", "9", seq=2, time_ms=NOW_MS + 60_001)
    held = replace(first.ledger, held=first.ledger.target)

    decision = decide(situation(later, a_ledger=held))

    assert decision.order is not None


def test_a_reduction_ends_an_entry() -> None:
    first = decide(situation(trade(end="5")))
    held = replace(first.ledger, held=first.ledger.target)
    reduced = decide(situation(trade("5", "4", seq=2), a_ledger=held))

    decision = decide(situation(trade("4", "9", seq=3), a_ledger=reduced.ledger))

    assert decision.order is not None


def test_slices_below_the_minimum_add_up_until_they_can_be_ordered() -> None:
    mine = follow(limits(ratio("1")))
    first = decide(situation(trade("0", "6"), mine))
    assert first.reason is Reason.CARRIED

    second = decide(situation(trade("6", "12", seq=2), mine, first.ledger))

    assert second.order is not None
    assert second.order.size == Decimal("0.12")


def test_slices_smaller_than_a_lot_add_up_too() -> None:
    mine = follow(limits(ratio("1")))
    state, ends = ledger(), ("0", "0.04", "0.08", "0.12", "0.16")
    for seq, (start, end) in enumerate(pairwise(ends), start=1):
        decision = decide(situation(trade(start, end, seq=seq, price="30000"), mine, state))
        state = decision.ledger

    assert decision.order is not None
    assert decision.order.size == Decimal("0.001")
    assert state.target == Decimal("0.0016")


def test_a_carried_slice_is_dropped_when_its_price_has_moved_away() -> None:
    mine = follow(limits(ratio("1")))
    first = decide(situation(trade("0", "6"), mine))

    second = decide(situation(trade("6", "12", price="101", seq=2), mine, first.ledger))

    assert second.reason is Reason.CARRIED
    assert second.ledger.target == Decimal("0.06")


def test_a_carried_slice_is_dropped_when_it_is_too_old() -> None:
    mine = follow(limits(ratio("1")))
    first = decide(situation(trade("0", "6"), mine))
    late = trade("6", "12", seq=2, time_ms=NOW_MS + 300_001)

    second = decide(situation(late, mine, first.ledger))

    assert second.ledger.target == Decimal("0.06")


def test_a_slice_that_a_limit_made_too_small_is_not_carried() -> None:
    mine = follow(limits(ratio("100"), copy_budget_usdc=Decimal(10)))
    nearly_full = ledger("0.05", "100")

    decision = decide(situation(trade("1", "2", seq=2), mine, nearly_full))

    assert (decision.reason, decision.ledger.target) == (
        Reason.BELOW_MIN_NOTIONAL,
        Decimal("0.05"),
    )


def test_an_entry_waits_while_an_order_of_its_symbol_is_unknown() -> None:
    pending = Pending(IntentId("i"), Decimal(1), reduce_only=False, margin=Decimal(100))
    unknown = replace(ledger(), target=Decimal(1), pending=(pending,))

    decision = decide(situation(trade("5", "9", seq=2), a_ledger=unknown))

    assert (decision.reason, decision.ledger.target) == (Reason.CARRIED, Decimal(2))


@pytest.mark.parametrize("mode", [CopyMode.THROTTLED, CopyMode.SAFE_POLL])
def test_slower_modes_move_the_target_and_order_later(mode: CopyMode) -> None:
    decision = decide(situation(trade(end="5"), follow(limits(mode=mode))))

    assert (decision.order, decision.reason) == (None, Reason.CARRIED)
    assert decision.ledger.target == 1


def test_a_leader_who_is_too_fast_is_polled() -> None:
    decision = decide(situation(trade(end="5", leader_trades_last_minute=60)))

    assert decision.reason is Reason.CARRIED


def test_a_trade_that_was_seen_is_superseded() -> None:
    seen = replace(ledger("1"), last_seq=7)

    decision = decide(situation(trade("5", "0", seq=7), a_ledger=seen))

    assert decision.reason is Reason.SUPERSEDED
    assert decision.ledger == seen


def test_an_entry_plans_an_order_that_may_open() -> None:
    decision = decide(situation())

    assert decision.order is not None
    assert decision.order.kind is IntentKind.ENTRY
    assert not decision.order.reduce_only
