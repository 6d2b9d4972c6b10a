"""Whether messages about a leader's fills never arrived: they died, or their queue lost them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.domain.trades import FillKey
from understudy.workflows.watching.leader_books import BEHIND_MS, OVERLAP_MS

if TYPE_CHECKING:
    from understudy.domain.leaders import LeaderBook
    from understudy.messages import LeaderFills
    from understudy.ports.copying import LeaderStore


def is_unasked(book: LeaderBook, message: LeaderFills) -> bool:
    """Say whether a comparison was asked for before this message, and never made nor noted."""
    return not book.look_wanted and book.repaired_ms < message.asked_ms - BEHIND_MS


def is_missing(store: LeaderStore, book: LeaderBook, message: LeaderFills) -> bool:
    """Say whether the fill that was sent before these is unknown.

    A full look has been past the ones from before it. Nothing is read while all is in order.
    """
    if message.after in {"", book.last_fill} or message.after in book.begun_with:
        return False
    key = FillKey.read(message.after)
    if key.time_ms <= max(book.cursor_ms, book.repaired_ms - OVERLAP_MS):
        return False
    return not store.fill_owners(book.venue, book.leader, [key])
