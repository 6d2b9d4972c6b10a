"""Moves the judge's ledger: fills as they came, targets as the model has them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction

from simulators.judge.claims import Books
from simulators.judge.evidence import Follow, Leg, Receipt
from simulators.judge.exact import ONE, ZERO
from simulators.judge.ledger import EntryTime, FollowBook, RunningEntry
from simulators.judge.model import CARRIED, CARRY_LIFE_MS, Expected, is_given_up
from simulators.judge.scene import Scene
from simulators.judge.sizing import HAIR
from simulators.judge.surroundings import CARRY_MAY_DROP, LONGEST_WINDOW_MS
from simulators.judge.trades import LeaderTrade

LONGEST_UNKNOWN_MS = 60_000
# An order lives at least so long before the venue is asked about it: no answer takes longer.
LONGEST_ANSWER_MS = 8_000
# The records that a decision rests on are read a moment before it.
READ_WITHIN_MS = 2_000
# A reserve is made at the worst price, a little above either.
RESERVED_AT = Fraction(101, 100)
# What says nothing of a window: its price band and its age are asked of what it carries.
ASKED_OF_THE_TRADE = frozenset({"PRICE_OUT_OF_BAND", "STALE"})
VENUE_REQUESTS = "venue_requests_per_minute"
ACCOUNT_ACTIONS = "actions_of_the_account"
LateLegs = Mapping[int, Sequence[tuple[int, Leg]]]


def late_legs(follow: Follow, places: Mapping[str, int], books: Books) -> LateLegs:
    """Give the orders that were pinned after orders of later trades, by the latest of these.

    `places` say in which order the trades were decided. An order that was pinned later is the next
    attempt of an exit, what waited, or what a slower mode collected. So is the exit of a stop, even
    where it closes what its own receipt's entry has just opened.
    """
    pinned = [
        (books.booked(leg)[0].pinned, places[receipt.trade_id], number, leg)
        for receipt in follow.receipts
        if receipt.trade_id in places
        for number, leg in enumerate(receipt.orders)
        if books.booked(leg)
    ]
    late: dict[int, list[tuple[int, Leg]]] = defaultdict(list)
    latest, entered = -1, set[int]()
    for _, place, _, leg in sorted(pinned, key=lambda item: item[:3]):
        latest = max(latest, place)
        if leg.kind != "exit":
            entered.add(place)
        if place < latest or (leg.kind == "exit" and place in entered):
            late[latest].append((place, leg))
    return late


def apply_leg(
    book: FollowBook, books: Books, trade: LeaderTrade, leg: Leg, leverage: Fraction
) -> None:
    """Book what a leg filled, and when."""
    holding, fee = book.holding(trade.symbol), books.fee(leg)
    used, copied = book.used, book.copied
    profit = holding.apply(leg.signed_fill, leg.average_price, leverage)
    book.closed += profit
    book.fees += fee
    book.note_realized()  # a turn's entry is decided after its exit, and may meet a stop
    booked = books.booked(leg)
    at_ms = booked[0].received_ms if booked else trade.sent_ms
    book.results.append((at_ms, profit - fee))
    book.margins.append((at_ms, max(used, book.used)))
    book.notionals.append((at_ms, max(copied, book.copied)))
    book.movements.setdefault(trade.symbol, []).append((at_ms, leg.signed_fill))


def leverage_of(receipt: Receipt | None) -> Fraction:
    """Give the leverage that a receipt names, 1 when it names none."""
    claimed = None if receipt is None else receipt.numbers.get("leverage")
    return ONE if claimed is None else max(ONE, claimed)


def forget_swallowed(scene: Scene, expected: Expected) -> None:
    """Forget since when a part was carried, where a reduction leaves no more than was held.

    Asked before the reduction's exits are booked.
    """
    holding, lot = scene.holding, Fraction(1, 10**scene.market.size_decimals)
    same_way = expected.target * holding.held >= 0
    if same_way and abs(expected.target) <= abs(holding.held) + HAIR * lot:
        holding.carried_since_ms = 0


def aim_lower(scene: Scene, expected: Expected, exits: Sequence[Leg]) -> None:
    """Move the target as a reduction does; what was swept along is not wanted any more."""
    holding, trade = scene.holding, scene.trade
    kept = abs(trade.end) / abs(trade.start) if trade.kind == "reduce" else ZERO
    holding.doubt = holding.doubt * kept + expected.target_doubt
    holding.target = expected.target
    holding.waiting = ZERO
    if exits and not scene.is_netted and not holding.held:
        holding.target = ZERO
    if scene.is_netted:
        _doubt_what_is_left(scene)
    if not holding.target:
        holding.blur = ZERO


def _doubt_what_is_left(scene: Scene) -> None:
    """Doubt what a reduction leaves carried where a window's end may drop it."""
    holding = scene.holding
    ahead = abs(holding.target) - abs(holding.held)
    if ahead <= 0 or holding.target * holding.held < 0 or not holding.carried_since_ms:
        return
    is_old = scene.trade.time_ms - holding.carried_since_ms > CARRY_LIFE_MS
    if is_old or _may_drop(scene):
        holding.doubt += ahead


def _may_drop(scene: Scene) -> bool:
    """Say whether a window's end may have dropped what it collected."""
    return CARRY_MAY_DROP in scene.pressure or bool(scene.stoppers - ASKED_OF_THE_TRADE)


def aim_higher(
    scene: Scene, expected: Expected, entries: Sequence[Leg], yet_to_come: Fraction
) -> None:
    """Move the target as what was ordered or carried does; late orders are `yet_to_come`."""
    holding, given_up = scene.holding, is_given_up(scene, expected, entries)
    holding.waiting = scene.entered if scene.entry_still_waits else ZERO
    if _took_a_reduction_back(scene, expected):
        holding.doubt += abs(holding.held - holding.target)
        holding.target = holding.held
    if entries and not scene.is_netted and any(leg.filled < leg.size for leg in entries):
        holding.target = holding.held + yet_to_come
    elif entries or _carries(scene) or given_up:
        begins_anew = bool(entries) or holding.ahead(scene.direction) <= 0
        if begins_anew or not holding.carried_since_ms:
            holding.carried_since_ms = scene.trade.time_ms
            holding.carried_price = scene.trade.last_price
        holding.target = expected.target
        # An order shows how much it was; what was only carried shows it not, in any mode.
        holding.doubt += expected.target_doubt if scene.is_netted or not entries else ZERO
        _settle_doubt(scene, expected, entries)
    elif _lost_its_requests(scene) and holding.ahead(scene.direction) > 0:
        holding.drop_what_is_ahead(scene.direction)
    if holding.ahead(scene.direction) <= 0:
        holding.carried_since_ms = 0
    holding.doubt += _may_have_fallen_back(scene, given_up=given_up)
    if any(leg.filled for leg in entries):
        holding.doubt_what_differs()


def _lost_its_requests(scene: Scene) -> bool:
    """Say whether the venue took no request for an order: what it was to bring is over."""
    receipt = scene.receipt
    if receipt is None or receipt.reason != "RATE_LIMITED":
        return False
    # At a gate nothing is over yet: what was sized met its limit with the order, or just before.
    at_the_order = receipt.bound_by == ACCOUNT_ACTIONS and receipt.was_sized
    is_over = receipt.bound_by == VENUE_REQUESTS or at_the_order
    return "RATE_LIMITED" in scene.pressure and is_over


def _may_have_fallen_back(scene: Scene, *, given_up: bool) -> Fraction:
    """Give how much of a target may be gone again, back to what is held."""
    if given_up or (scene.is_netted and _may_drop(scene)):
        return max(scene.holding.ahead(scene.direction), ZERO)
    return ZERO


def _took_a_reduction_back(scene: Scene, expected: Expected) -> bool:
    """Say whether a window's end refused more than a reduction that it had not copied yet.

    Then its target falls back to what is held; one refused before that leaves the reduction.
    """
    receipt, holding, sign = scene.receipt, scene.holding, scene.direction
    if receipt is None or receipt.reason not in scene.stoppers or not receipt.was_sized:
        return False
    return sign * holding.target < sign * holding.held < sign * expected.target


def _settle_doubt(scene: Scene, expected: Expected, entries: Sequence[Leg]) -> None:
    """Keep no more than a part of a lot beyond what was ordered, blurred where it is not known."""
    lot = Fraction(1, 10**scene.market.size_decimals)
    was_ordered = bool(entries) and not (scene.is_netted or scene.decided_late)
    if not was_ordered:
        return
    if scene.holding.ahead(scene.direction) >= lot:
        scene.holding.target = scene.holding.held
        scene.holding.blur = lot
    else:
        scene.holding.blur = max(scene.holding.blur, min(expected.target_doubt, lot))


def _carries(scene: Scene) -> bool:
    """Say whether the trade moved the target without an order of its own."""
    receipt = scene.receipt
    if receipt is None:
        return False
    # An order of the window hides CARRIED; sized, and so collected, has its numbers and no reason.
    is_done = receipt.status == "DONE" and not receipt.reason
    collected = scene.is_netted and is_done and receipt.was_sized
    return collected or CARRIED in {receipt.status, receipt.reason}


def note_entry_time(scene: Scene, books: Books, leg: Leg, *, late: bool) -> None:
    """Keep the clock of the rate."""
    time_ms = Fraction(scene.trade.time_ms)
    is_sure = not (late or scene.is_netted or scene.decided_late or scene.unsettled_size)
    received = [] if is_sure else [order.received_ms for order in books.booked(leg)]
    scene.book.entry_times.append(EntryTime(time_ms, max((time_ms, *received)), is_sure))


def remember_entry(scene: Scene, entries: Sequence[Leg]) -> None:
    """Keep the clock of fixed sizing."""
    trade, book = scene.trade, scene.book
    entry = book.entries.get(trade.symbol)
    if entry is None or not entry.continues(trade.sign, trade.time_ms):
        entry = book.entries[trade.symbol] = RunningEntry(trade.sign, trade.time_ms)
    entry.last_ms = trade.time_ms
    if entries:
        entry.pay(trade.time_ms, certainly=any(leg.filled for leg in entries))
    elif scene.receipt is not None and scene.receipt.reason == "SAME_ENTRY":
        entry.paid_last_ms = trade.time_ms
    elif scene.is_netted and _carries(scene):
        entry.pay(trade.time_ms, certainly=CARRY_MAY_DROP not in scene.pressure)
    elif scene.is_netted and scene.receipt is not None and scene.receipt.was_sized:
        # It may have been collected, and refused when its window ended.
        entry.pay(trade.time_ms, certainly=False)


def doubt_what_never_filled(scene: Scene, entries: Sequence[Leg]) -> None:
    """Doubt what a window ordered and did not get: a target falls back to what is held."""
    if scene.is_netted:
        missed = (leg.size - leg.filled for leg in entries)
        scene.holding.doubt += sum(missed, ZERO)


def unsettled_size(receipt: Receipt | None, follow: Follow, collected_ms: int) -> Fraction:
    """Give what the symbol's orders with an unknown outcome at a receipt's decision may have moved.

    An entry waits until that is known; an exit closes whatever may be held. What was collected
    first was ordered so much after its own decision.
    """
    if receipt is None:
        return ZERO
    return sum(
        (
            leg.size
            for other in follow.receipts
            if other.symbol == receipt.symbol and _was_unsettled(other, receipt, collected_ms)
            for leg in other.orders
        ),
        ZERO,
    )


def unsettled_usdc(receipt: Receipt, follow: Follow) -> Fraction:
    """Give the notional of orders that had left and were not answered at a receipt's decision.

    A lane answers one order before it decides about the next, unless an outcome is unknown: then
    its reserve stands until evidence comes, which it must within LONGEST_UNKNOWN_MS.
    """
    return sum(
        (
            leg.size * max(leg.limit_price, other.leader_price) * RESERVED_AT
            for other in follow.receipts
            if _was_unsettled(other, receipt, 0)
            for leg in other.orders
        ),
        ZERO,
    )


def never_arrived_usdc(receipt: Receipt, follow: Follow, books: Books) -> Fraction:
    """Give the notional of orders around a window that the venue never saw.

    Their reserve stood until that was known: for a window, and as long as an outcome may take.
    """
    longest_ms = LONGEST_WINDOW_MS + LONGEST_UNKNOWN_MS
    return sum(
        (
            leg.size * max(leg.limit_price, other.leader_price) * RESERVED_AT
            for other in follow.receipts
            if abs(other.decided_ms - receipt.decided_ms) <= longest_ms
            for leg in other.orders
            if not books.booked(leg)
        ),
        ZERO,
    )


def _was_unsettled(other: Receipt, receipt: Receipt, collected_ms: int) -> bool:
    at_ms = receipt.decided_ms
    if not at_ms - LONGEST_UNKNOWN_MS - collected_ms <= other.decided_ms < at_ms:
        return False
    by_evidence = other.answered_ms - other.decided_ms > LONGEST_ANSWER_MS
    known_ms = other.answered_ms + (READ_WITHIN_MS if by_evidence else 0)
    return known_ms > at_ms or not other.answered_ms
