"""Whether an entry reserves what it can cost, and takes no more than its follow's budget leaves.

Reserves are not believed: what is under way counts with what it can cost. What they come to is
compared at every commit with the orders that hold them, of which at the end of a run none is left.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from understudy.domain.intents import Intent, IntentKind
from understudy.domain.money import ZERO

if TYPE_CHECKING:
    from understudy.adapters.memory.copying_table import CopyingTable
    from understudy.domain.follows import Follow, Ledger
    from understudy.domain.receipts import Receipt
    from understudy.ports.copying import Changes

# Margins are rounded up to 1e-8.
ROUNDED = Decimal("0.000001")


def overspent(table: CopyingTable, committed: Changes) -> Iterator[str]:
    """Look at an entry that was pinned just now; profits may be spent again, and losses may not."""
    order = committed.intent
    if order is None or order.version > 1 or order.kind is not IntentKind.ENTRY:
        return
    if order.margin < _cost(order) - ROUNDED:
        yield f"{order.follow_id}: reserves {order.margin} for {_cost(order)}"
    follow = table.follows[order.follow_id]
    most, taken = _left_to(follow, committed.receipts[0]), _taken(table, follow)
    if taken > most + ROUNDED:
        yield f"{follow.follow_id}: takes {taken} of {most}"


def unevenly_reserved(table: CopyingTable, committed: Changes) -> Iterator[str]:
    """Compare what a follow's budget has reserved and bound with its orders and its positions."""
    budget = committed.budget
    if budget is None:
        return
    stored = table.budgets[budget.follow_id]
    ledgers: Collection[Ledger] = table.ledgers[budget.follow_id].values()
    reserved = sum((order.margin for each in ledgers for order in each.pending), ZERO)
    if stored.reserved != reserved:
        yield f"{budget.follow_id}: reserved {stored.reserved}, orders hold {reserved}"
    bound = sum((each.margin for each in ledgers), ZERO)
    if stored.margin != bound:
        yield f"{budget.follow_id}: bound {stored.margin}, positions bind {bound}"


def _left_to(follow: Follow, receipt: Receipt) -> Decimal:
    numbers = receipt.numbers
    profit = numbers.get("realized", ZERO) + numbers.get("unrealized", ZERO)
    return follow.limits.copy_budget_usdc + profit


def _taken(table: CopyingTable, follow: Follow) -> Decimal:
    """Sum the margin of what is held and what orders under way can cost."""
    held = sum((each.margin for each in table.ledgers[follow.follow_id].values()), ZERO)
    under_way = [table.intents[key] for key in table.pending if key[0] == follow.follow_id]
    return held + sum(map(_cost, under_way), ZERO)


def _cost(order: Intent) -> Decimal:
    return order.notional / order.leverage if order.kind is IntentKind.ENTRY else ZERO
