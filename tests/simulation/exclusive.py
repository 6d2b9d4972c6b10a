"""What only one may do at a time: one order of a leg, one follow of a symbol, one lane a wallet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from understudy.domain.intents import Intent, IntentKind
from understudy.domain.money import ZERO

if TYPE_CHECKING:
    from tests.simulation.world import World
    from understudy.adapters.memory.copying_table import CopyingTable
    from understudy.domain.account_history import OwnFill

Held = defaultdict[str, dict[str, Decimal]]


def orders_that_should_have_waited(table: CopyingTable, pinned: Intent) -> Iterator[str]:
    """Look for orders under way that an order should have waited for when it was pinned.

    An attempt waits for the one before, an entry for every order of its symbol; exits go on. The
    orders themselves are looked at, whatever the ledger says is under way.
    """
    for key in table.pending:
        order = table.intents[key]
        if not _is_beside(order, pinned):
            continue
        if (order.copy_id, order.leg) == (pinned.copy_id, pinned.leg):
            yield f"{pinned.follow_id}: attempt {pinned.attempt} beside {order.attempt}"
        elif pinned.kind is IntentKind.ENTRY:
            yield f"{pinned.follow_id} {pinned.symbol}: an entry beside an unknown order"


def _is_beside(order: Intent, pinned: Intent) -> bool:
    """Say whether an order is another one of the same follow in the same symbol."""
    is_another = order.intent_id != pinned.intent_id and order.kind is not IntentKind.LEVERAGE
    place = (pinned.follow_id, pinned.symbol)
    return is_another and (order.follow_id, order.symbol) == place


def one_follow_of_a_wallet_holds_a_symbol(world: World) -> Iterator[str]:
    """Go through the venue's fills in order and look for two follows that hold one symbol.

    Where a user traded by hand, fills do not say whose the position is.
    """
    pinned = {intent.client_order_id: intent for intent in world.table.intents.values()}
    wallets = {each.wallet_address: each.wallet_id for each in world.table.follows.values()}
    for address, wallet_id in wallets.items():
        held: Held = defaultdict(dict)
        for own in world.venue.books.account(address).fills:
            holders = held[own.fill.symbol]
            _take_in(holders, own, pinned.get(own.client_order_id))
            is_alone = (address, own.fill.symbol) not in world.hands.traded
            if is_alone and sum(map(bool, holders.values())) > 1:
                yield f"{wallet_id} {own.fill.symbol}: held by {', '.join(sorted(holders))}"


def _take_in(holders: dict[str, Decimal], own: OwnFill, order: Intent | None) -> None:
    """Move what a follow holds; whatever it was, nobody holds anything of a flat account."""
    moved = own.fill.size * own.fill.side.sign
    if own.fill.start_position == -moved:
        holders.clear()
    elif order is not None:
        holders[order.follow_id] = holders.get(order.follow_id, ZERO) + moved


def a_wallet_has_one_lane(world: World) -> Iterator[str]:
    """Compare the groups in which commands were sent: within one they are in order."""
    lanes = {group for group, _ in world.queues.lanes._seen}
    wallets = {follow.wallet_id for follow in world.table.follows.values()}
    for group in lanes - wallets:
        yield f"{group}: no wallet's lane"
