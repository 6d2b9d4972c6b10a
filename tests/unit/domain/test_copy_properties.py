"""What holds for every leader, every follow and every order of events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import accumulate
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.builders import (
    FOLLOW,
    NOW_MS,
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
from tests.unit.domain.arriving import DEARER, moments_of, otherwise, trades_of
from tests.unit.domain.driving import pinned
from understudy.adapters.storable import refuse_unstorable
from understudy.domain.decisions import decide
from understudy.domain.exits import exit_size
from understudy.domain.follows import Budget, Ledger
from understudy.domain.intents import Accepted, IntentKind
from understudy.domain.leaders import LeaderAccount
from understudy.domain.limits import Limits, Sizing
from understudy.domain.plans import Decision, OrderPlan
from understudy.domain.receipting import receipt_of
from understudy.domain.settlement import settle
from understudy.domain.situation import Situation
from understudy.domain.trades import Side, Trade

Move = tuple[Decimal, Decimal]
EXAMPLES = settings(max_examples=1000, deadline=None)
SIZES = st.integers(min_value=-4000, max_value=4000).map(lambda n: Decimal(n) / 1000)
PRICES = st.integers(min_value=1_000, max_value=99_999).map(lambda n: Decimal(n) / 100)
SIZINGS: st.SearchStrategy[Sizing] = st.one_of(
    st.integers(10, 400).map(lambda cost: fixed(str(cost))),
    st.integers(1, 100).map(lambda percent: ratio(str(percent))),
    st.just(proportional()),
)
LIMITS: st.SearchStrategy[Limits] = st.builds(
    lambda sizing, budget, leverage, share, most: replace(
        limits(sizing),
        copy_budget_usdc=Decimal(budget),
        max_total_leverage=Decimal(leverage),
        max_symbol_allocation_pct=Decimal(share),
        max_position_usdc=None if most is None else Decimal(most),
        entries_per_minute=300,
    ),
    SIZINGS,
    st.integers(10, 5000),
    st.integers(1, 20),
    st.integers(10, 100),
    st.none() | st.integers(10, 1000),
)
MOVES = st.lists(st.tuples(SIZES, PRICES), min_size=1, max_size=12)
LEADERS = st.integers(1, 20).map(
    lambda leverage: LeaderAccount(Decimal(1_000_000), {"BTC": leverage}, NOW_MS)
)


class Copying:
    """One symbol of one follow, driven trade by trade with orders that fill as planned."""

    def __init__(self, own: Limits, leader: LeaderAccount) -> None:
        self.follow = follow(own)
        self.leader = leader
        self.ledger: Ledger = ledger()
        self.budget = Budget(FOLLOW)
        self.position = Decimal(0)
        self.seq = 0

    def move(self, end: Decimal, price: Decimal) -> tuple[Situation, Decision]:
        self.seq += 1
        moved = trade(
            str(self.position),
            str(end),
            str(price),
            seq=self.seq,
            time_ms=NOW_MS + self.seq * 61_000,
            notional=_at_two_prices(abs(end - self.position), price),
        )
        return self.take(moved)

    def take(self, moved: Trade) -> tuple[Situation, Decision]:
        """Decide on a trade and have its order filled."""
        asked = situation(
            moved, self.follow, self.ledger, budget=self.budget, leader_account=self.leader
        )
        decision = decide(asked)
        self.position, self.seq = moved.end_position, moved.seq
        self.ledger = decision.ledger
        if decision.order is not None:
            # A buy fills at the worst price that it allows.
            bought = decision.order.side is Side.BUY
            self._fill(decision.order, decision.order.limit_price if bought else moved.last_price)
        return asked, decision

    def moves(self, moves: Iterable[Move]) -> Iterator[tuple[Situation, Decision]]:
        """Follow these moves one by one; where the leader stays, nothing happens."""
        for end, price in moves:
            if end != self.position:
                yield self.move(end, price)

    def _fill(self, order: OrderPlan, price: Decimal) -> None:
        intent = pinned(order, "BTC", f"i{self.seq}", seq=self.seq)
        self.budget = replace(self.budget, reserved=intent.margin)
        after = settle(
            intent,
            Accepted(order.size, price, "1"),
            self.ledger,
            self.budget,
            market=market(),
            now_ms=NOW_MS,
        )
        self.ledger, self.budget = after.ledger, after.budget


def _at_two_prices(size: Decimal, price: Decimal) -> Decimal:
    """Give what a trade costs whose later fills are dearer: its mean price goes on for ever."""
    first = (size * Decimal("0.4")).quantize(Decimal("0.001"))
    return first * price + (size - first) * price * DEARER


@EXAMPLES
@given(LIMITS, LEADERS, MOVES)
def test_an_entry_is_never_over_a_limit(
    own: Limits, leader: LeaderAccount, moves: list[Move]
) -> None:
    copying = Copying(own, leader)
    for asked, decision in copying.moves(moves):
        order = decision.order
        if order is None or order.reduce_only:
            continue
        slack = Decimal("0.00000002")
        mean = asked.trade.price
        dearest = max(mean, order.limit_price)
        margin = order.size * dearest / order.leverage
        assert margin <= order.margin <= asked.remaining + slack
        assert asked.ledger.margin + margin <= own.symbol_cap_usdc + slack
        assert asked.copied_notional + order.size * dearest <= 100_000 * own.max_total_leverage
        if own.max_position_usdc is not None:
            assert asked.ledger.margin + margin <= own.max_position_usdc + slack
        assert copying.budget.used <= asked.budget.used + order.margin
        assert order.leverage <= max(1, int(own.max_total_leverage))
        assert order.leverage <= market().max_leverage
        assert order.size == market().lot_size(order.size)
        assert round(order.size * mean, 12) >= market().min_notional


@EXAMPLES
@given(LIMITS, LEADERS, MOVES)
def test_whatever_is_decided_can_be_stored(
    own: Limits, leader: LeaderAccount, moves: list[Move]
) -> None:
    copying = Copying(own, leader)
    for asked, decision in copying.moves(moves):
        for record in (
            decision.ledger,
            copying.budget,
            receipt_of(asked.trade, asked.follow, decision, {}),
        ):
            refuse_unstorable(record)


@EXAMPLES
@given(LIMITS, LEADERS, MOVES)
def test_a_flat_leader_means_a_flat_follow(
    own: Limits, leader: LeaderAccount, moves: list[Move]
) -> None:
    copying = Copying(own, leader)
    for _ in copying.moves([*moves, (Decimal(0), moves[-1][1])]):
        pass

    assert (copying.ledger.held, copying.ledger.target) == (0, 0)
    assert (copying.budget.margin, copying.budget.reserved) == (0, 0)
    assert copying.ledger.margin == copying.ledger.entry_notional == 0


@EXAMPLES
@given(LIMITS, LEADERS, MOVES)
def test_an_exit_never_reverses_a_position(
    own: Limits, leader: LeaderAccount, moves: list[Move]
) -> None:
    copying = Copying(own, leader)
    for asked, decision in copying.moves(moves):
        held = asked.ledger.held
        if decision.order is not None and decision.order.kind is IntentKind.EXIT:
            assert decision.order.size <= abs(held)
            assert copying.ledger.held * held >= 0


@EXAMPLES
@given(LIMITS, LEADERS, MOVES)
def test_a_follow_never_stands_against_its_leader(
    own: Limits, leader: LeaderAccount, moves: list[Move]
) -> None:
    copying = Copying(own, leader)
    for _ in copying.moves(moves):
        assert copying.ledger.held * copying.position >= 0


@EXAMPLES
@given(LIMITS, LEADERS, MOVES, st.integers(0, 2**32))
def test_the_same_fills_give_the_same_trades_and_plans_however_they_arrive(
    own: Limits, leader: LeaderAccount, moves: list[Move], seed: int
) -> None:
    moments = moments_of(moves)

    trades = trades_of(moments)
    random = Random(seed)  # noqa: S311 - a test's choice, not a secret
    same_trades = trades_of(otherwise(moments, random))

    assert same_trades == trades
    assert [each.fill_count for each in trades] == [len(moment) for moment in moments]
    moved = (sum(fill.signed_size for fill in moment) for moment in moments)
    assert [each.end_position for each in trades] == list(accumulate(moved))
    once, again = Copying(own, leader), Copying(own, leader)
    plans = [once.take(trade)[1] for trade in trades]
    assert [again.take(trade)[1] for trade in same_trades] == plans


@EXAMPLES
@given(st.lists(st.integers(0, 400), min_size=1, max_size=12), st.sampled_from([1, -1]))
def test_a_follow_without_binding_limits_holds_what_its_leader_holds(
    tenths: list[int], sign: int
) -> None:
    rich = limits(
        ratio("100"),
        entries_per_minute=300,
        copy_budget_usdc=Decimal(10_000_000),
        max_total_leverage=Decimal(50),
    )
    copying = Copying(rich, LeaderAccount(Decimal(1), {}, NOW_MS))
    for _ in copying.moves((Decimal(sign * number) / 10, Decimal(200)) for number in tenths):
        assert copying.ledger.held == copying.position


@EXAMPLES
@given(SIZES, SIZES)
def test_what_is_left_after_an_exit_is_never_more_than_the_target(
    held: Decimal, target: Decimal
) -> None:
    size = exit_size(replace(ledger(str(held)), target=target), market())

    left = abs(held) - size
    same_way = held * target > 0
    assert 0 <= size <= abs(held)
    assert left <= (abs(target) if same_way else 0)
