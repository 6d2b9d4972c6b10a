"""What holds whatever a market does: partial fills, missed exits, lost answers, moving prices."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import product, starmap
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.builders import (
    FOLLOW,
    NOW_MS,
    account,
    fixed,
    follow,
    ledger,
    limits,
    market,
    proportional,
    ratio,
    situation,
    trade,
)
from tests.unit.domain.driving import Driven, Weather
from understudy.domain.decisions import decide
from understudy.domain.follows import (
    Budget,
    Follow,
    FollowStatus,
    Ledger,
    PauseReason,
    Switches,
)
from understudy.domain.leaders import LeaderAccount
from understudy.domain.limits import CopyMode, CopySides, Limits, OnStop, Sizing
from understudy.domain.trades import Side

EXAMPLES = settings(max_examples=1000, deadline=None)
SIZINGS: st.SearchStrategy[Sizing] = st.sampled_from(
    [ratio("100"), fixed("100"), ratio("7"), proportional()]
)
LIMITS: st.SearchStrategy[Limits] = st.builds(
    lambda sizing, budget, mode, reverse, slippage_bps: limits(
        sizing,
        copy_budget_usdc=Decimal(budget),
        mode=mode,
        reverse=reverse,
        slippage_bps=slippage_bps,
        entries_per_minute=300,
        stop_copy_drawdown_pct=Decimal(10**6),
    ),
    SIZINGS,
    st.sampled_from([100_000, 1000, 150]),
    st.sampled_from([CopyMode.REALTIME, CopyMode.REALTIME, CopyMode.THROTTLED, CopyMode.SAFE_POLL]),
    st.booleans(),
    st.sampled_from([0, 50, 500]),
)
LEADERS = st.integers(1, 20).map(
    lambda leverage: LeaderAccount(Decimal(1_000_000), {"BTC": leverage}, NOW_MS)
)
# Few positions, often none: so a leader often turns around.
MANY_ENDS = [Decimal(n) for n in ("5", "-5", "0", "8", "-3", "0.7", "-0.05", "2.5")]
MANY_PRICES = [Decimal(n) for n in ("100", "101.3", "97", "33.33", "140.77")]
ENDS, PRICES = st.sampled_from(MANY_ENDS), st.sampled_from(MANY_PRICES)
WEATHERS = starmap(
    Weather,
    product(
        [Decimal(1000), Decimal("0.5"), Decimal(2), Decimal(0)],
        [Decimal(0), Decimal("0.5"), Decimal(1)],
        [True, True, True, False],
    ),
)
# All there are: to draw one of them costs an eighth of drawing what it consists of.
EVERY_STEP = list(
    product(
        ["move", "move", "move", "converge", "hear"],
        ["BTC", "ETH"],
        MANY_ENDS,
        MANY_PRICES,
        WEATHERS,
    )
)
STEPS = st.lists(st.sampled_from(EVERY_STEP), min_size=6, max_size=14)
Steps = list[tuple[str, str, Decimal, Decimal, Weather]]


def _drive(own: Limits, leader: LeaderAccount, steps: Steps) -> Driven:
    driven = Driven(own, leader)
    for what, symbol, end, price, weather in steps:
        if what == "move":
            driven.move(symbol, end, price, weather)
        elif what == "converge":
            driven.converge(symbol, weather)
        else:
            driven.hear()
    return driven


@EXAMPLES
@given(LIMITS, LEADERS, STEPS)
def test_an_entry_never_goes_against_what_is_held_or_pending(
    own: Limits, leader: LeaderAccount, steps: Steps
) -> None:
    for placed in _drive(own, leader, steps).placed:
        if not placed.order.reduce_only:
            sign = placed.order.side.sign
            assert placed.held * sign >= 0
            assert placed.pending * sign >= 0


@EXAMPLES
@given(LIMITS, LEADERS, STEPS, PRICES)
def test_the_ledgers_profit_is_the_venues_cash(
    own: Limits, leader: LeaderAccount, steps: Steps, price: Decimal
) -> None:
    driven = _drive(own, leader, steps)

    driven.flatten(price)

    assert all(not driven.held(symbol) for symbol in driven.leaders)
    assert all(not each.held for each in driven.ledgers.values())
    assert (driven.budget.margin, driven.budget.reserved) == (0, 0)
    assert abs(driven.budget.pnl - driven.cash) < Decimal("0.000001")


@EXAMPLES
@given(LIMITS, LEADERS, STEPS)
def test_sizes_only_ever_go_down(own: Limits, leader: LeaderAccount, steps: Steps) -> None:
    for placed in _drive(own, leader, steps).placed:
        order, before, after = placed.order, placed.asked.ledger, placed.decision.ledger
        assert order.size == market().lot_size(order.size)
        if order.reduce_only:
            assert order.size <= abs(before.held) + abs(before.pending_entry_size)
        else:
            assert order.size <= abs(after.target) - abs(before.held)
            assert order.margin <= placed.asked.remaining + Decimal("0.00000002")


@EXAMPLES
@given(LIMITS, LEADERS, STEPS)
def test_the_budget_is_never_exceeded_whatever_a_buy_costs(
    own: Limits, leader: LeaderAccount, steps: Steps
) -> None:
    driven = Driven(replace(own, sides=CopySides.LONGS, reverse=False), leader)
    for _, symbol, end, _, weather in steps:
        driven.move(symbol, abs(end), Decimal(100), weather)
        earned = max(Decimal(0), driven.budget.realized)
        assert driven.budget.used <= own.copy_budget_usdc + earned + Decimal("0.001")


SWITCHES = st.builds(
    Switches,
    kill_global=st.booleans(),
    kill_venue=st.booleans(),
    copy_disabled=st.booleans(),
    blacklisted=st.booleans(),
    flagged=st.booleans(),
    leader_is_follower=st.booleans(),
)
BUDGETS = st.builds(
    lambda realized, failures, opened, recent: Budget(
        FOLLOW,
        margin=Decimal(500),
        realized=Decimal(realized),
        failures_in_row=failures,
        breaker_opened_at_ms=opened,
        breaker_openings=failures,
        recent_entries_ms=(NOW_MS,) * recent,
    ),
    st.integers(-10_000, 10_000),
    st.integers(0, 5),
    st.sampled_from([0, NOW_MS]),
    st.integers(0, 20),
)
FOLLOWS = st.builds(
    lambda own, status, reason, on_stop, started: follow(
        replace(own, mode=CopyMode.REALTIME, on_stop=on_stop, symbols_deny=("BTC",)),
        status=status,
        pause_reason=reason,
        started_at_ms=started,
    ),
    LIMITS,
    st.sampled_from([FollowStatus.ACTIVE, FollowStatus.PAUSED, FollowStatus.DELETING]),
    st.sampled_from(list(PauseReason)),
    st.sampled_from([OnStop.COPY_CLOSES, OnStop.CLOSE_NOW]),
    st.sampled_from([0, NOW_MS + 10**9]),
)
AROUND = st.fixed_dictionaries(
    {
        "switches": SWITCHES,
        "budget": BUDGETS,
        "account": st.sampled_from([None, account("0"), account()]),
        "now_ms": st.sampled_from([NOW_MS, NOW_MS + 3_600_000]),
        "owner": st.sampled_from([None, FOLLOW, "HAND"]),
    }
)


HOLDING = st.builds(
    lambda held, attempts, paused: replace(
        ledger(str(held)), exit_attempts=attempts, entries_paused=paused
    ),
    ENDS.filter(bool),
    st.integers(0, 14),
    st.booleans(),
)


@EXAMPLES
@given(FOLLOWS, AROUND, HOLDING)
def test_an_exit_passes_whatever_the_gates_say(
    own: Follow, around: dict[str, Any], holds: Ledger
) -> None:
    leaders = -holds.held if own.limits.reverse else holds.held

    decision = decide(situation(trade(str(leaders), "0"), own, holds, **around))

    assert decision.order is not None
    assert decision.order.reduce_only
    assert (decision.order.side, decision.order.size) == (Side.of(-holds.held), abs(holds.held))
