"""What must hold of positions after a run: records, the venue's books, and users' own hands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from understudy.domain.follows import FollowStatus
from understudy.domain.intents import IntentKind, IntentState
from understudy.domain.limits import OnStop
from understudy.domain.money import ZERO

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.simulation.world import World
    from understudy.domain.account_history import OwnFill
    from understudy.domain.follows import Follow, Ledger
    from understudy.domain.intents import Intent

Broken = Iterator[str]
Place = tuple[str, str]


def records_are_the_venues_books(world: World) -> Broken:
    """Compare orders with their fills, and what ledgers hold with the account's position.

    Where a user traded by hand, a position is a phantom and cleared, or another one than the
    ledger's: then entries are paused.
    """
    filled: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for follow in first_of_each_wallet(world):
        for own in fills_of(world, follow):
            filled[own.client_order_id] += own.fill.size
    orders = [each for each in world.table.intents.values() if each.kind is not IntentKind.LEVERAGE]
    for intent in orders:
        yield from _of_intent(intent, filled[intent.client_order_id])
    bought = _bought(orders)
    for (address, symbol), ledgers in _by_account(world).items():
        live = world.venue.books.account(address).held(symbol)
        if (address, symbol) in world.hands.traded:
            yield from _beside_the_hand(world, ledgers, live)
        else:
            yield from _alone(ledgers, live, bought)


def a_flat_leader_means_a_flat_follow(world: World) -> Broken:
    """Look for what is held of symbols that the leader holds nothing of and nobody wants kept."""
    for follow in world.table.follows.values():
        leader = world.venue.books.account(follow.leader)
        for symbol, ledger in world.table.ledgers[follow.follow_id].items():
            kept = _is_kept(follow) or world.watch.is_kept(follow, symbol)
            if ledger.held and not leader.held(symbol) and not kept:
                yield f"{follow.follow_id} {symbol}: holds {ledger.held}"
            if ledger.pending:
                yield f"{follow.follow_id} {symbol}: has orders under way"


def first_of_each_wallet(world: World) -> list[Follow]:
    """Give one follow of every wallet."""
    return list({each.wallet_id: each for each in world.table.follows.values()}.values())


def fills_of(world: World, follow: Follow) -> list[OwnFill]:
    """Give what the venue filled for a follow's wallet."""
    return world.venue.books.account(follow.wallet_address).fills


def _is_kept(follow: Follow) -> bool:
    return follow.status is FollowStatus.DELETED and follow.limits.on_stop is OnStop.KEEP


def _of_intent(intent: Intent, filled: Decimal) -> Broken:
    if intent.state is IntentState.PENDING:
        yield f"{intent.follow_id} {intent.symbol}: order {intent.intent_id[:8]} is pending still"
    elif intent.filled_size != filled:
        stored = f"order {intent.intent_id[:8]} is stored as {intent.filled_size}"
        yield f"{intent.follow_id} {intent.symbol}: {stored}, filled {filled}"


def _bought(orders: Iterable[Intent]) -> dict[Place, Decimal]:
    """Add up what orders filled, by follow and symbol."""
    bought: defaultdict[Place, Decimal] = defaultdict(lambda: ZERO)
    for intent in orders:
        bought[intent.follow_id, intent.symbol] += intent.filled_size * intent.side.sign
    return bought


def _by_account(world: World) -> dict[Place, list[Ledger]]:
    found: defaultdict[Place, list[Ledger]] = defaultdict(list)
    for follow in world.table.follows.values():
        for ledger in world.table.ledgers[follow.follow_id].values():
            found[follow.wallet_address, ledger.symbol].append(ledger)
    return found


def _alone(ledgers: list[Ledger], live: Decimal, bought: dict[Place, Decimal]) -> Broken:
    held = sum((ledger.held for ledger in ledgers), ZERO)
    if held != live:
        yield f"{ledgers[0].follow_id} {ledgers[0].symbol}: ledgers hold {held}, the account {live}"
    for ledger in ledgers:
        place = (ledger.follow_id, ledger.symbol)
        if ledger.held != bought[place]:
            yield f"{place}: holds {ledger.held}, its orders filled {bought[place]}"


def _beside_the_hand(world: World, ledgers: list[Ledger], live: Decimal) -> Broken:
    follows = world.table.follows
    running = [
        ledger for ledger in ledgers if follows[ledger.follow_id].status is not FollowStatus.DELETED
    ]
    held = sum((ledger.held for ledger in running), ZERO)
    for ledger in running:
        part = live - (held - ledger.held)
        is_known = part == ledger.held or (part and ledger.entries_paused)
        if ledger.held and not is_known:
            yield f"{ledger.follow_id} {ledger.symbol}: holds {ledger.held}, its part is {part}"
