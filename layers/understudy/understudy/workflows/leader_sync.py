"""A leader's fills are taken in order, the venue being asked nothing.

It is asked before a book begins, and once after a gap or where messages before these never arrived,
since what passed unseen comes first. The regular check runs beside, in `follow_reconcile`.
"""

from __future__ import annotations

from collections.abc import Iterable

from understudy.domain.errors import VenueUnreachableError
from understudy.domain.leaders import LeaderBook
from understudy.messages import LeaderFills
from understudy.workflows.watching.leader_books import (
    begin,
    compare,
    look_soon,
    not_looked_past,
    settled,
    want_a_look,
)
from understudy.workflows.watching.missing import is_missing, is_unasked
from understudy.workflows.watching.numbering import SyncPorts, send_unsent, store_fills


def sync_leader(ports: SyncPorts, messages: Iterable[LeaderFills]) -> None:
    """Store and fan out what these messages of one leader bring, in order.

    A message is done when every fill in it is stored and every trade of it sent to the lanes.
    """
    for message in messages:
        book = ports.fan_out.store.leader_book(message.venue, message.leader)
        if not book.started:
            book = begin(ports, book)
        elif message.after_gap or is_unasked(book, message):
            book = _after_gap(ports, book)
        elif is_missing(ports.fan_out.store, book, message):
            # These fills would be misread on a book without those before them: not before it is
            # whole. A venue that does not answer has them come again.
            book = compare(ports, book, fully=True)
        fills = settled(ports, book, not_looked_past(ports, book, message.fills))
        if fills:
            store_fills(ports, send_unsent(ports, book), fills)


def _after_gap(ports: SyncPorts, book: LeaderBook) -> LeaderBook:
    """Store what passed unseen before the fills behind it: they would be misread without it.

    Without an answer these go on all the same, and a check looks again: in a moment, if this is the
    first gap since the last look; later ones are left to that look and to the leader's next turn.
    """
    try:
        return compare(ports, book, fully=True)
    except VenueUnreachableError:
        if not book.look_wanted:
            look_soon(ports, book, unanswered=1)
        return want_a_look(ports, book)
