"""A ledger brought to what the venue's own record says was done, after our own was lost. Pure.

It decides nothing about new orders: what was entered counts, what was not entered in its time is
over, and what should have been closed stays to be closed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from understudy.domain.account_history import OwnFill
from understudy.domain.carrying import without_carry
from understudy.domain.follows import Budget, Ledger
from understudy.domain.holding import dated
from understudy.domain.lost_orders import LostOrder
from understudy.domain.markets import Market
from understudy.domain.money import ZERO, multiply, toward_zero
from understudy.domain.reducing import having_passed, reduced_target
from understudy.domain.replacing import replace
from understudy.domain.retrying import rested
from understudy.domain.settlement import MONEY_DECIMALS, closed
from understudy.domain.sizing import margin_of
from understudy.domain.trades import Trade, TradeKind


@dataclass(frozen=True, slots=True)
class Books:
    """What a follow has of one symbol, and its money, as they are being rebuilt."""

    ledger: Ledger
    budget: Budget


def after_trade(books: Books, trade: Trade, market: Market, *, keeps: bool) -> Books:
    """Let a trade of the leader pass that was copied, or not, before the loss.

    With `keeps` the follow had stopped and kept its positions: a reduction changed nothing of them.
    """
    seen = having_passed(books.ledger, trade)
    if trade.kind in (TradeKind.OPEN, TradeKind.ADD):
        return replace(books, ledger=seen)
    if keeps:
        return replace(books, ledger=without_carry(seen))
    return replace(books, ledger=replace(seen, target=reduced_target(trade, seen, market)))


def with_orders(books: Books, orders: Iterable[LostOrder], leverage: int) -> Books:
    """Book what orders of ours did, at the venue's own prices, fees and profits."""
    for order in orders:
        for own in order.fills:
            books = _with_fill(books, own, leverage)
    return books


def as_it_stands(books: Books) -> Books:
    """Want no more than is held, what was not entered in its time is over; try exits afresh."""
    afresh = replace(books.ledger, waiting=None, exit_attempts=0, needs_operator=False)
    return replace(books, ledger=without_carry(rested(afresh)))


def not_above(books: Books, live: Decimal, read_at_ms: int) -> Books:
    """Hold no more than a position that the venue shows on the same side.

    A position that is gone, or larger than ours, is left to the comparisons of every minute.
    """
    held = books.ledger.held
    if not live or not held or (live > 0) != (held > 0) or abs(live) >= abs(held):
        return books
    ledger, budget = closed(books.ledger, books.budget, abs(held) - abs(live), ZERO)
    # What was closed by force is in the reading, and is not given up a second time.
    ledger = replace(ledger, flat_at_ms=read_at_ms)
    return Books(ledger, replace(budget, realized=books.budget.realized))


def _with_fill(books: Books, own: OwnFill, leverage: int) -> Books:
    before, size = books.ledger, own.fill.size
    against = before.held * own.fill.side.sign < 0
    closing = min(abs(before.held), size) if against else ZERO
    if closing:
        ledger, budget = closed(before, books.budget, closing, own.fill.price)
        books = Books(ledger, replace(budget, realized=books.budget.realized))
    if size > closing:
        books = _entered(books, own, size - closing, leverage)
    at_ms = own.fill.time_ms
    budget = replace(
        books.budget,
        fees=books.budget.fees + own.fee,
        realized=books.budget.realized + own.closed_pnl,
    )
    return Books(dated(before, books.ledger, opened_at_ms=at_ms, now_ms=at_ms), budget)


def _entered(books: Books, own: OwnFill, size: Decimal, leverage: int) -> Books:
    ledger, price = books.ledger, own.fill.price
    margin = margin_of(size, price, leverage)
    notional = toward_zero(multiply(size, price), MONEY_DECIMALS)
    signed = size * own.fill.side.sign
    wanted = ledger.target if ledger.target * signed > 0 else ZERO
    carried = max(ZERO, abs(wanted) - abs(ledger.held))
    entered = replace(
        ledger,
        target=wanted + max(ZERO, size - carried) * own.fill.side.sign,
        held=ledger.held + signed,
        entry_notional=ledger.entry_notional + notional,
        margin=ledger.margin + margin,
        leverage=leverage,
    )
    return Books(entered, replace(books.budget, margin=books.budget.margin + margin))
