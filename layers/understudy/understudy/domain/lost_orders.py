"""Orders of ours that our own record no longer has: found in the account's fills by name. Pure.

An order's name follows from the trade it is for, so that the venue's record says whose it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from understudy.domain.account_history import OwnFill
from understudy.domain.follows import Follow
from understudy.domain.ids import IntentId, TradeId, client_order_id, order_cause
from understudy.domain.ids import intent_id as intent_id_of
from understudy.domain.ids import trade_id as trade_id_of
from understudy.domain.receipts import Receipt
from understudy.domain.trades import Trade

LEGS = (0, 1)
# After so many attempts without a fill an exit is given up, so that no later one has any.
MOST_IN_VAIN = 16
# Fills that came late made a trade of their own; written anew they are part of the first.
MOST_REGROUPED = 3

FillsByOrder = Mapping[str, Sequence[OwnFill]]


@dataclass(frozen=True, slots=True)
class LostOrder:
    """An order of ours by its fills at the venue; what it asked for is lost."""

    intent_id: IntentId
    leg: int
    attempt: int
    fills: tuple[OwnFill, ...]


def orders_for_trade(follow: Follow, trade: Trade, fills: FillsByOrder) -> tuple[LostOrder, ...]:
    """Find the orders that a follow had filled for a trade of which it has no receipt."""
    names = (_name_of(trade, trade.n + more) for more in range(MOST_REGROUPED))
    return _in_order(order for name in names for order in _orders(follow, name, {}, fills))


def orders_after(follow: Follow, receipt: Receipt, fills: FillsByOrder) -> tuple[LostOrder, ...]:
    """Find the orders that a follow had filled for a trade after those on its receipt."""
    last = {leg.leg: 0 for leg in receipt.legs}
    for leg in receipt.legs:
        last[leg.leg] = max(last[leg.leg], leg.attempt)
    return _in_order(_orders(follow, receipt.trade_id, last, fills))


def _orders(
    follow: Follow, name: TradeId, last: Mapping[int, int], fills: FillsByOrder
) -> Iterable[LostOrder]:
    cause = order_cause(name, follow.epoch)
    for leg in LEGS:
        attempt, in_vain = last.get(leg, 0), 0
        while in_vain < MOST_IN_VAIN:
            attempt += 1
            order = intent_id_of(follow.follow_id, cause, leg, attempt)
            filled = fills.get(client_order_id(order))
            in_vain = 0 if filled else in_vain + 1
            if filled:
                yield LostOrder(order, leg, attempt, tuple(filled))


def _in_order(orders: Iterable[LostOrder]) -> tuple[LostOrder, ...]:
    return tuple(sorted(orders, key=lambda order: order.fills[0].fill.time_ms))


def _name_of(trade: Trade, n: int) -> TradeId:
    return trade_id_of(trade.venue, trade.leader, trade.symbol, trade.side.value, trade.time_ms, n)
