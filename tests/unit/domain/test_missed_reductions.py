"""A reduction whose message never came is made up for by the symbol's next trade, never later."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.builders import (
    NOW_MS,
    fixed,
    follow,
    ledger,
    limits,
    market,
    ratio,
    situation,
    trade,
)
from understudy.domain.decisions import decide
from understudy.domain.exits import exit_size
from understudy.domain.follows import FollowStatus, Ledger
from understudy.domain.limits import OnStop
from understudy.domain.reasons import Reason
from understudy.domain.rebuilding import Books, after_trade
from understudy.domain.trades import Side, Trade, TradeKind

EXAMPLES = settings(max_examples=1000, deadline=None)
A_LITTLE = Decimal("0.0001")
WIDE: dict[str, Any] = {"copy_budget_usdc": Decimal(10**6), "entries_per_minute": 300}
WHOLE = follow(limits(ratio("100"), **WIDE))


def copied(leader: str = "10") -> Ledger:
    """Give a ledger that holds 10 of a leader's position of this size, by trade 3."""
    return replace(ledger("10"), last_seq=3, leader_position=Decimal(leader))


def test_the_next_trade_shrinks_what_is_wanted_by_what_the_leader_reduced_meanwhile() -> None:
    decision = decide(situation(trade("5", "6", seq=5), WHOLE, copied()))

    assert decision.ledger.target == 6
    assert exit_size(decision.ledger, market()) == 4


def test_a_missed_close_leaves_what_the_next_open_brings() -> None:
    decision = decide(situation(trade("0", "3", seq=5), WHOLE, copied()))

    assert decision.ledger.target == 3


def test_a_missed_flip_leaves_nothing_on_the_side_that_was_left() -> None:
    decision = decide(situation(trade("-2", "-3", seq=5), WHOLE, copied()))

    assert decision.order is not None
    assert (decision.order.reduce_only, decision.order.size) == (True, 10)
    assert decision.ledger.waiting is not None


def test_a_reduction_closes_its_own_part_and_that_of_the_missed_one() -> None:
    decision = decide(situation(trade("5", "4", seq=5), WHOLE, copied()))

    assert decision.order is not None
    assert (decision.order.size, decision.ledger.target) == (6, 4)


def test_a_missed_increase_is_over_and_takes_nothing_away() -> None:
    decision = decide(situation(trade("15", "16", seq=5), WHOLE, copied()))

    assert decision.ledger.target == 11


def test_an_entry_that_a_gate_stops_still_lets_the_missed_reduction_through() -> None:
    paused = replace(WHOLE, status=FollowStatus.PAUSED)

    decision = decide(situation(trade("5", "6", seq=5), paused, copied()))

    assert (decision.reason, decision.ledger.target) == (Reason.FOLLOW_PAUSED, 5)


def test_a_follow_that_keeps_its_positions_keeps_them_whatever_was_missed() -> None:
    own = limits(ratio("100"), on_stop=OnStop.KEEP, **WIDE)
    kept = follow(own, status=FollowStatus.PAUSED)

    stopped = decide(situation(trade("5", "6", seq=5), kept, copied()))
    resumed = decide(situation(trade("6", "7", seq=6), follow(own), stopped.ledger))

    assert (stopped.ledger.target, resumed.ledger.target) == (10, 11)


def test_what_was_reduced_while_positions_were_kept_is_not_made_up_for_after_a_restart() -> None:
    kept = follow(limits(ratio("100"), on_stop=OnStop.KEEP, **WIDE))

    decision = decide(situation(trade("5", "6", seq=5), kept, copied()))

    assert decision.ledger.target == 11


def test_a_missed_close_ends_a_running_entry_of_fixed_sizing() -> None:
    own = follow(limits(fixed("1000"), **WIDE))
    paid = replace(copied(), entry_side=Side.BUY, entry_last_ms=NOW_MS - 10_000)

    decision = decide(situation(trade("0", "10", seq=5), own, paid))

    assert (decision.reason, decision.ledger.target) == (Reason.CARRIED, 10)


def test_a_ledger_that_decided_no_trade_yet_misses_none() -> None:
    decision = decide(situation(trade("5", "6", seq=5), WHOLE, ledger("10")))

    assert decision.ledger.target == 11


@pytest.mark.parametrize("end", ["4", "0", "-3", "6"])
def test_every_decided_trade_says_where_it_left_the_leader(end: str) -> None:
    decision = decide(situation(trade("5", end, seq=5), WHOLE, copied("5")))

    assert (decision.ledger.last_seq, decision.ledger.leader_position) == (5, Decimal(end))


def test_a_trade_that_is_passed_when_books_are_rebuilt_says_so_too() -> None:
    books = Books(copied(), situation().budget)

    passed = after_trade(books, trade("10", "4", seq=5), market(), keeps=False)

    assert passed.ledger.leader_position == 4


def passed(one: Trade, before: Ledger) -> Ledger:
    """Decide about a trade in a market that fills everything, its waiting entry too."""
    after = decide(situation(one, WHOLE, before)).ledger
    wanted = after.target
    if after.waiting:
        wanted = after.waiting.increase * after.waiting.trade.side.sign
    return replace(after, target=wanted, held=wanted, waiting=None)


@given(st.lists(st.tuples(st.integers(-20, 20), st.booleans()), min_size=2, max_size=12))
@EXAMPLES
def test_nothing_more_is_wanted_than_if_no_reduction_had_been_missed(
    moves: list[tuple[int, bool]],
) -> None:
    whole = missing = ledger()
    before = 0
    for seq, (after, is_missed) in enumerate(moves, start=1):
        if after == before:
            continue
        one = trade(str(before), str(after), seq=seq)
        whole = passed(one, whole)
        reduces = one.kind in {TradeKind.REDUCE, TradeKind.CLOSE, TradeKind.FLIP}
        if not (is_missed and reduces):
            missing = passed(one, missing)
            assert abs(missing.target) <= abs(whole.target) + A_LITTLE
        before = after
