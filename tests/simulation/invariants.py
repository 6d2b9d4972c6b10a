"""What must hold after every run, whatever went wrong in it; the venue's books are the evidence.

Each function looks at one promise and says, in a sentence each, where it was broken.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.simulation.earnings import (
    budgets_are_what_orders_made,
    orders_earn_what_the_venue_says,
)
from tests.simulation.exclusive import (
    a_wallet_has_one_lane,
    one_follow_of_a_wallet_holds_a_symbol,
)
from tests.simulation.holdings import (
    a_flat_leader_means_a_flat_follow,
    fills_of,
    first_of_each_wallet,
    records_are_the_venues_books,
)
from tests.simulation.overtaking import no_trade_is_overtaken
from tests.simulation.switches import nothing_is_entered_while_it_is_switched_off
from understudy.domain.announcements import EVENT_OF_STATUS
from understudy.domain.follows import FollowStatus
from understudy.domain.intents import IntentKind
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.money import ZERO
from understudy.messages import CopyEvent

if TYPE_CHECKING:
    from tests.simulation.world import World
    from understudy.domain.follows import Follow

Broken = Iterator[str]
ENDED = f"FOLLOW_{FollowStatus.DELETED}"


@dataclass(frozen=True, slots=True)
class Violation:
    """A promise that did not hold; `at_ms` is 0 for what was found at the end."""

    promise: str
    text: str
    at_ms: int = 0


def violations(world: World) -> list[Violation]:
    """List what did not hold at the end of a run whose queues are empty."""
    found = [Violation(promise.__name__, text) for promise in PROMISES for text in promise(world)]
    return world.broken + found


def every_trade_of_a_leader_is_known(world: World) -> Broken:
    """Compare the books of leaders with the venue, and count every fill in one trade."""
    for (_, leader), book in world.table.books.items():
        live = world.venue.books.account(leader)
        for symbol in {*book.positions, *live.positions}:
            stored = book.positions.get(symbol, ZERO)
            if stored != live.held(symbol):
                yield f"{leader} {symbol}: stored {stored}, at the venue {live.held(symbol)}"
        fills = len(world.table.fills[HYPERLIQUID, leader])
        counted = sum(each.fill_count for each in world.table.trades[HYPERLIQUID, leader].values())
        if counted != fills:
            yield f"{leader}: {fills} fills, {counted} in trades"
        kept = len(world.table.trades[HYPERLIQUID, leader])
        if kept != book.seq:
            yield f"{leader}: numbered up to {book.seq}, {kept} trades"


def nothing_of_a_leader_is_unseen(world: World) -> Broken:
    """Look for fills at the venue that no trade has, though the position may be right without."""
    for (venue, leader), book in world.table.books.items():
        stored = world.table.fills[venue, leader]
        for own in world.venue.books.account(leader).fills:
            if own.fill.time_ms > book.begun_ms and own.fill.key not in stored:
                yield f"{leader} {own.fill.symbol}: {own.fill.size} is in no trade"


def every_pair_ends_in_one_terminal_receipt(world: World) -> Broken:
    """Look for trades since a follow began without a receipt, and receipts that are not over."""
    for follow in world.table.follows.values():
        receipts = world.table.receipts[follow.follow_id]
        for seq in _seqs_of(world, follow):
            if seq not in receipts:
                yield f"{follow.follow_id}: trade {seq} has no receipt"
        for seq, receipt in receipts.items():
            if not receipt.status.is_terminal:
                yield f"{follow.follow_id}: trade {seq} is {receipt.status} still"


def receipts_tell_what_orders_did(world: World) -> Broken:
    """Compare what receipts say of their orders with the orders, which are the venue's books."""
    told = set()
    for follow_id, receipts in world.table.receipts.items():
        for receipt in receipts.values():
            for leg in receipt.legs:
                order = world.table.intents[follow_id, leg.intent_id]
                told.add((follow_id, leg.intent_id))
                if (leg.state, leg.filled_size) != (order.state, order.filled_size):
                    said = f"{leg.state} {leg.filled_size}, not {order.state} {order.filled_size}"
                    yield f"{follow_id}: trade {receipt.seq} says {said}"
    for key, order in world.table.intents.items():
        if order.kind is not IntentKind.LEVERAGE and key not in told:
            yield f"{order.follow_id}: no receipt tells of an order of trade {order.seq}"


def _seqs_of(world: World, follow: Follow) -> Iterator[int]:
    """Give a follow's trades, of a deleted one those from before its deletion was asked for."""
    last = max(world.left_at.get(follow.follow_id, 0), follow.end_seq)
    has_left = follow.status in {FollowStatus.DELETING, FollowStatus.DELETED}
    for seq in world.table.trades[HYPERLIQUID, follow.leader]:
        if seq > follow.start_seq and (seq <= last or not has_left):
            yield seq


def every_order_was_pinned_and_filled_once(world: World) -> Broken:
    """Look for orders not pinned, for names and attempts of which two were filled or pinned."""
    pinned = {intent.client_order_id for intent in world.table.intents.values()}
    for follow in first_of_each_wallet(world):
        for name, numbers in _numbers_of_orders(world, follow).items():
            if name not in pinned:
                yield f"{follow.wallet_id}: {name} was never pinned"
            if len(numbers) > 1:
                yield f"{follow.wallet_id}: {name} filled as {len(numbers)} orders"
    steps = Counter(
        (each.follow_id, each.copy_id, each.leg, each.attempt)
        for each in world.table.intents.values()
        if each.kind is not IntentKind.LEVERAGE
    )
    for step, count in steps.items():
        if count > 1:
            yield f"{step}: {count} orders"


def _numbers_of_orders(world: World, follow: Follow) -> Mapping[str, set[str]]:
    """Give the venue's numbers of the orders of each name that filled; a name has one."""
    numbers: defaultdict[str, set[str]] = defaultdict(set)
    for own in fills_of(world, follow):
        if own.client_order_id:
            numbers[own.client_order_id].add(own.order_id)
    return numbers


def money_stays_within_its_budget(world: World) -> Broken:
    """Look for reserves without an order; spending is judged as it is committed."""
    for follow in world.table.follows.values():
        budget = world.table.budgets.get(follow.follow_id)
        if budget is None:
            continue
        pending = sum(
            (
                order.margin
                for ledger in world.table.ledgers[follow.follow_id].values()
                for order in ledger.pending
            ),
            ZERO,
        )
        if budget.reserved != pending:
            yield f"{follow.follow_id}: reserved {budget.reserved}, orders hold {pending}"
        if budget.margin < 0:
            yield f"{follow.follow_id}: has a margin of {budget.margin}"


def no_exit_reverses_a_position(world: World) -> Broken:
    """Look for orders that only reduce and left a position on the other side."""
    pinned = {intent.client_order_id: intent for intent in world.table.intents.values()}
    for follow in first_of_each_wallet(world):
        for own in fills_of(world, follow):
            intent = pinned.get(own.client_order_id)
            start = own.fill.start_position or ZERO
            after = start + own.fill.size * own.fill.side.sign
            if intent is not None and intent.kind is IntentKind.EXIT and start * after < 0:
                yield f"{own.client_order_id}: from {start} to {after}"


def lanes_keep_their_order(world: World) -> Broken:
    """Look for a first order of a trade that was pinned after the first of a later trade."""
    newest: dict[tuple[str, str], int] = {}
    for intent in sorted(world.table.intents.values(), key=lambda each: each.nonce):
        if intent.kind is IntentKind.LEVERAGE or intent.attempt > 1:
            continue
        place = (intent.follow_id, intent.symbol)
        if intent.seq < newest.get(place, 0):
            yield f"{place}: trade {intent.seq} was ordered after {newest[place]}"
        newest[place] = max(newest.get(place, 0), intent.seq)


def every_ending_reaches_the_bus(world: World) -> Broken:
    """Look for endings that were not announced as what they are, each under an id of its own.

    Of copies, one by one, and of follows.
    """
    announced = {
        (each.event_id, (each.event, each.facts.get("copy_id", ""))) for each in world.bus.events
    }
    heard = Counter(ending for _, ending in announced)
    for receipts in world.table.receipts.values():
        for receipt in receipts.values():
            for event in EVENT_OF_STATUS.values():
                ending = event, receipt.copy_id
                if heard[ending] != world.copies.endings[ending]:
                    times = f"{world.copies.endings[ending]} times, the bus heard {heard[ending]}"
                    yield f"{receipt.follow_id}: trade {receipt.seq} ended as {event} {times}"
    events = [each for each in world.bus.events if isinstance(each, CopyEvent)]
    told = {each.follow_id for each in events if each.event == ENDED}
    for follow in world.table.follows.values():
        if follow.status is FollowStatus.DELETED and follow.follow_id not in told:
            yield f"{follow.follow_id}: was deleted unannounced"


def nothing_is_left_lying(world: World) -> Broken:
    """Look for messages that are not done, dead ones, and follows whose end does not come."""
    queues = world.queues
    for source in queues.sources:
        if source.dead:
            yield f"{source.name}: {len(source.dead)} dead letters after they were redriven"
    for source in queues.in_order:
        if len(source):
            yield f"{source.name}: {len(source)} messages wait"
    for follow in world.table.follows.values():
        if follow.status is FollowStatus.DELETING:
            yield f"{follow.follow_id}: is being deleted still"


def only_the_world_makes_steps_fail(world: World) -> Broken:
    """Look for failed steps that no fault explains: giving the message again would not help."""
    for source in world.queues.sources:
        for text in source.faults_of_ours:
            yield f"{source.name}: {text}"


PROMISES: tuple[Callable[[World], Broken], ...] = (
    every_trade_of_a_leader_is_known,
    nothing_of_a_leader_is_unseen,
    every_pair_ends_in_one_terminal_receipt,
    receipts_tell_what_orders_did,
    every_order_was_pinned_and_filled_once,
    records_are_the_venues_books,
    budgets_are_what_orders_made,
    orders_earn_what_the_venue_says,
    money_stays_within_its_budget,
    no_exit_reverses_a_position,
    lanes_keep_their_order,
    no_trade_is_overtaken,
    a_flat_leader_means_a_flat_follow,
    one_follow_of_a_wallet_holds_a_symbol,
    a_wallet_has_one_lane,
    nothing_is_entered_while_it_is_switched_off,
    every_ending_reaches_the_bus,
    nothing_is_left_lying,
    only_the_world_makes_steps_fail,
)
