"""Whether what follows earned and paid is what the venue says of their orders' fills."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.simulation.holdings import Broken, Place, fills_of, first_of_each_wallet
from understudy.domain.ids import FollowId
from understudy.domain.intents import Intent
from understudy.domain.money import ZERO

if TYPE_CHECKING:
    from tests.simulation.world import World
    from understudy.domain.account_history import OwnFill
    from understudy.domain.follows import Follow

# Amounts of a table have 12 decimals; a mean price may have more.
ROUNDED = Decimal("0.000001")


def budgets_are_what_orders_made(world: World) -> Broken:
    """Compare budgets with what orders earned, and with the fees that the venue took of them."""
    earned: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    paid: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for order in world.table.intents.values():
        earned[order.follow_id] += order.closed_pnl
    for _, order, own in _fills(world):
        paid[order.follow_id] += own.fee
    for follow_id, budget in world.table.budgets.items():
        yield from _differ(f"{follow_id}: earned", budget.realized, earned[follow_id])
        yield from _differ(f"{follow_id}: paid", budget.fees, paid[follow_id])


def orders_earn_what_the_venue_says(world: World) -> Broken:
    """Compare what orders earned with the venue, where it can be told.

    The venue has one mean price for an account's position, and knows of an order's fill before us:
    so where all is closed that one follow alone ever traded of a symbol, no other and no hand.
    """
    earned: defaultdict[Place, Decimal] = defaultdict(lambda: ZERO)
    booked: defaultdict[Place, Decimal] = defaultdict(lambda: ZERO)
    traders: defaultdict[Place, set[FollowId]] = defaultdict(set)
    for order in world.table.intents.values():
        booked[order.follow_id, order.symbol] += order.closed_pnl
    for follow, order, own in _fills(world):
        traders[follow.wallet_address, order.symbol].add(order.follow_id)
        earned[order.follow_id, order.symbol] += own.closed_pnl
    for (address, symbol), (follow_id, *others) in traders.items():
        is_open = world.table.ledgers[follow_id][symbol].held
        if not (others or is_open or (address, symbol) in world.hands.traded):
            place = follow_id, symbol
            yield from _differ(f"{follow_id} {symbol}: earned", booked[place], earned[place])


def _fills(world: World) -> Iterator[tuple[Follow, Intent, OwnFill]]:
    """Give what the venue filled of follows' orders."""
    orders = {each.client_order_id: each for each in world.table.intents.values()}
    for follow in first_of_each_wallet(world):
        for own in fills_of(world, follow):
            order = orders.get(own.client_order_id)
            if order is not None:
                yield follow, order, own


def _differ(what: str, stored: Decimal, true: Decimal) -> Broken:
    if abs(stored - true) > ROUNDED:
        yield f"{what} {stored}, and it was {true}"
