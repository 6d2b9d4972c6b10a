"""Whether a follow wants more of a symbol than its share of what the leader holds.

Only a ratio says what that share is. It is asked whenever a ledger is written: the leader's
position after its last trade is all that there may be a share of, whatever was missed before.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from understudy.domain.limits import OnStop, SizingKind
from understudy.domain.money import PERCENT, ZERO

if TYPE_CHECKING:
    from understudy.adapters.memory.copying_table import CopyingTable
    from understudy.domain.ids import FollowId
    from understudy.ports.copying import Changes


class Shares:
    """Judges what follows of one table want.

    Limits may change on the way: the largest share counts. Nothing is said of a follow that once
    had another sizing, or kept positions when it was stopped: of these it may have more.
    """

    def __init__(self, table: CopyingTable) -> None:
        self._table = table
        self._percents: dict[FollowId, Decimal] = {}
        self._unsaid: set[FollowId] = set()

    def wanted_beyond(self, committed: Changes) -> Iterator[str]:
        """Look at a ledger that was written just now."""
        ledger = committed.ledger
        if ledger is None:
            return
        follow = self._table.follows.get(ledger.follow_id)
        if follow is None:
            yield f"{ledger.follow_id} {ledger.symbol}: nobody follows under this name"
            return
        limits, name = follow.limits, follow.follow_id
        if limits.on_stop is OnStop.KEEP or limits.sizing.kind is not SizingKind.RATIO:
            self._unsaid.add(name)
        percent = max(limits.sizing.percent or ZERO, self._percents.get(name, ZERO))
        self._percents[name] = percent
        trade = self._table.trades[follow.venue, follow.leader].get(ledger.last_seq)
        if trade is None or name in self._unsaid:
            return
        share = abs(trade.end_position) * percent * PERCENT
        if abs(ledger.target) > share:
            text = f"wants {ledger.target} after trade {trade.seq}, its share is {share}"
            yield f"{name} {ledger.symbol}: {text}"
