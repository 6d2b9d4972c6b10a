"""How much, how many and how often: limits that hold over all symbols and orders of a follow."""

from __future__ import annotations

from decimal import Decimal
from itertools import accumulate, product, starmap

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.builders import NOW_MS, fixed, limits, proportional, ratio
from tests.unit.domain.driving import Driven, Weather
from understudy.domain.leaders import LeaderAccount
from understudy.domain.limits import CopyMode, Limits, Sizing, SizingKind

EXAMPLES = settings(max_examples=1000, deadline=None)
SYMBOLS = ("BTC", "ETH", "SOL", "XRP")
MINUTE_MS = 60_000
SLACK = Decimal("0.00000002")
SIZINGS: st.SearchStrategy[Sizing] = st.sampled_from(
    [ratio("100"), ratio("7"), fixed("100"), proportional()]
)
LIMITS: st.SearchStrategy[Limits] = st.builds(
    lambda sizing, budget, mode, positions, order, pace: limits(
        sizing,
        copy_budget_usdc=Decimal(budget),
        mode=mode,
        max_open_positions=positions,
        max_order_usdc=None if order is None else Decimal(order),
        entries_per_minute=pace,
        stop_copy_drawdown_pct=Decimal(10**6),
    ),
    SIZINGS,
    st.sampled_from([100_000, 1000, 150]),
    st.sampled_from(CopyMode),
    st.integers(1, 4),
    st.none() | st.integers(10, 500),
    st.integers(2, 5),
)
LEADERS = st.integers(1, 20).map(
    lambda leverage: LeaderAccount(Decimal(1_000_000), dict.fromkeys(SYMBOLS, leverage), NOW_MS)
)
ENDS = [Decimal(n) for n in ("5", "-5", "0", "8", "-3", "0.7", "2.5")]
PRICES = [Decimal(n) for n in ("100", "101.3", "97", "33.33")]
WEATHERS = starmap(
    Weather,
    product(
        [Decimal(1000), Decimal(1000), Decimal(2), Decimal(0)],
        [Decimal(0), Decimal(1)],
        [True, True, True, False],
    ),
)
# All there are: to draw one of them costs less than drawing what it consists of.
EVERY_STEP = list(
    product(
        ["move", "move", "move", "move", "converge", "hear"],
        SYMBOLS,
        ENDS,
        PRICES,
        WEATHERS,
        [0, 1_000, 7_000, 30_000, 61_000],
    )
)
STEPS = st.lists(
    st.sampled_from(EVERY_STEP),
    min_size=4,
    max_size=16,
)
Steps = list[tuple[str, str, Decimal, Decimal, Weather, int]]


@EXAMPLES
@given(LIMITS, LEADERS, STEPS)
def test_a_follow_never_enters_more_more_often_or_in_more_symbols_than_it_may(
    own: Limits, leader: LeaderAccount, steps: Steps
) -> None:
    driven = Driven(own, leader)
    for what, symbol, end, price, weather, gap_ms in steps:
        if what == "move":
            driven.move(symbol, end, price, weather, gap_ms)
        elif what == "converge":
            driven.converge(symbol, weather)
        else:
            driven.hear()
        held = [each for each in SYMBOLS if driven.held(each)]
        assert len(held) <= own.max_open_positions

    entries = [placed for placed in driven.placed if not placed.order.reduce_only]
    # In the order in which they went: none counts before the one that went before it.
    times = list(accumulate((placed.counts_ms for placed in entries), max))
    assert all(_within_a_minute(times, time) <= own.entries_per_minute for time in times)
    if own.sizing.kind is not SizingKind.FIXED:
        most = own.order_cap_usdc + SLACK
        assert all(placed.order.margin <= most for placed in entries)


def _within_a_minute(times: list[int], last: int) -> int:
    return sum(last - MINUTE_MS < time <= last for time in times)
