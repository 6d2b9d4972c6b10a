"""How often a follow entered, by the venue's record: in the order in which its orders were pinned.

An entry counts at its trade's time or, where it was ordered later, when it was ordered; and never
before the one that was ordered before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from simulators.judge.claims import Books
from simulators.judge.evidence import Follow, Leg, Receipt
from simulators.judge.exact import ZERO
from simulators.judge.ledger import ENTRY_GAP_MS

# By so much our clock, by which windows end, may differ from the venue's.
CLOCKS_DIFFER_MS = 2_000
# From the decision until an order is pinned, and as long as it lives then: no order takes longer.
LONGEST_ORDERING_MS = 18_000


@dataclass(frozen=True, slots=True)
class Entered:
    """One entry that reached the venue; it counts between two times."""

    receipt: Receipt
    leg: Leg
    received_ms: Fraction
    soonest_ms: Fraction
    latest_ms: Fraction


def entries_of(follow: Follow, books: Books) -> list[Entered]:
    """Give the entries of a follow in the order in which they were pinned."""
    found = [
        (order.pinned, number, receipt, leg, order.received_ms)
        for receipt in follow.receipts
        for number, leg in enumerate(receipt.orders)
        if leg.kind != "exit"
        for order in books.booked(leg)[:1]
    ]
    entered: list[Entered] = []
    soonest = latest = ZERO
    is_netted = follow.limits.mode != "realtime"
    for _, _, receipt, leg, received_ms in sorted(found, key=lambda item: item[:2]):
        time_ms = Fraction(receipt.leader_time_ms)
        soonest = max(soonest, time_ms)
        if is_netted:  # what a window orders counts when it is ordered
            soonest = max(soonest, received_ms - LONGEST_ORDERING_MS - CLOCKS_DIFFER_MS)
        latest = max(latest, time_ms, received_ms + CLOCKS_DIFFER_MS)
        entered.append(Entered(receipt, leg, received_ms, soonest, latest))
    return entered


def one_too_many(entered: Sequence[Entered], most: int) -> Iterator[Entered]:
    """Give every entry that surely was one more than may go within a minute."""
    for before, each in zip(entered, entered[most:], strict=False):
        if each.latest_ms - before.soonest_ms < ENTRY_GAP_MS:
            yield each


def may_be_at_its_most(
    entered: Sequence[Entered], most: int, time_ms: int, until_ms: Fraction
) -> bool:
    """Say whether another entry, of a trade then, may have been one too many before a moment."""
    known = [each for each in entered if each.received_ms <= until_ms]
    for number, last in enumerate(known, start=1):
        begins_ms = max(Fraction(time_ms), last.soonest_ms) - ENTRY_GAP_MS
        if sum(each.latest_ms >= begins_ms for each in known[:number]) >= most:
            return True
    return False
