"""Lost orders are known by names that anyone computes from the leader's trades."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tests.fakes.builders import NOW_MS, follow, trade
from understudy.domain.account_history import OwnFill
from understudy.domain.follows import Follow
from understudy.domain.ids import FollowId, client_order_id, intent_id, order_cause
from understudy.domain.lost_orders import MOST_IN_VAIN, FillsByOrder, orders_for_trade
from understudy.domain.money import ZERO
from understudy.domain.trades import Fill, Side, Trade

ANOTHER_EPOCH = 1_700_000_000_000


def filled(
    of: Follow, copied: Trade, leg: int, attempt: int, at_ms: int = NOW_MS
) -> dict[str, list[OwnFill]]:
    name = intent_id(of.follow_id, order_cause(copied.trade_id, of.epoch), leg, attempt)
    fill = Fill("BTC", Side.BUY, Decimal(100), Decimal(1), at_ms, f"{leg}-{attempt}", at_ms)
    order = client_order_id(name)
    return {order: [OwnFill(fill, "1", order, ZERO, ZERO)]}


def attempts(of: Follow, copied: Trade, fills: FillsByOrder) -> list[tuple[int, int]]:
    return [(order.leg, order.attempt) for order in orders_for_trade(of, copied, fills)]


def test_nothing_is_found_where_nothing_was_filled() -> None:
    assert attempts(follow(), trade(), {}) == []


def test_orders_are_found_behind_attempts_in_vain() -> None:
    one, copied = follow(), trade()

    fills = filled(one, copied, 0, MOST_IN_VAIN)

    assert attempts(one, copied, fills) == [(0, MOST_IN_VAIN)]


def test_both_legs_of_a_flip_come_in_the_order_of_their_fills() -> None:
    one, copied = follow(), trade("1", "-1")

    fills = filled(one, copied, 1, 1, NOW_MS + 2) | filled(one, copied, 0, 2, NOW_MS + 1)

    assert attempts(one, copied, fills) == [(0, 2), (1, 1)]


def test_an_order_for_fills_that_came_late_is_found_with_the_trade_that_has_them_now() -> None:
    one, copied = follow(), trade()

    fills = filled(one, replace(copied, n=1), 0, 1)

    assert attempts(one, copied, fills) == [(0, 1)]


def test_anothers_order_and_one_of_another_epoch_are_not_its_own() -> None:
    one, copied = follow(), trade()
    another = replace(one, follow_id=FollowId("another"))
    later = replace(one, epoch=ANOTHER_EPOCH)

    fills = filled(another, copied, 0, 1) | filled(later, copied, 0, 1)

    assert attempts(one, copied, fills) == []
    assert attempts(later, copied, fills) == [(0, 1)]
