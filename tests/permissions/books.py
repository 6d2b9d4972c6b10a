"""A leader's book that holds what the leader does not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.permissions.cast import SYMBOL, new_address
from understudy.domain.leaders import BookDoubt
from understudy.domain.markets import HYPERLIQUID
from understudy.messages import LeaderFills

if TYPE_CHECKING:
    from tests.permissions.stage import Stage

SYNC = "LeaderSyncFunction"
LONG_MS = 120_000


def leader_with_a_wrong_book(stage: Stage) -> str:
    """Give a leader whose book has long been doubted: its position is gone without a fill."""
    leader = new_address()
    stage.deliver(SYNC, LeaderFills(HYPERLIQUID, leader, ()))
    since_ms = stage.now_ms() - LONG_MS
    gone = BookDoubt(SYMBOL, shown=Decimal(0), booked=Decimal(1), since_ms=since_ms, seq=0)
    book = stage.leaders.leader_book(HYPERLIQUID, leader)
    stage.leaders.store_book(replace(book, positions={SYMBOL: Decimal(1)}, doubts=(gone,)))
    return leader
