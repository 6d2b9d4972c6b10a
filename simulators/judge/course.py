"""In which order a follow came to decide about the leader's trades.

A lane goes in the leader's own order. Only what an operator sent back from the dead letters may
come after newer trades, and that must stand in the driver's record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from simulators.judge.evidence import Follow
from simulators.judge.exact import ONE, ZERO
from simulators.judge.trades import LeaderTrade


@dataclass(frozen=True, slots=True)
class Course:
    """One follow's trades in the order in which it decided about them."""

    trades: Sequence[LeaderTrade]

    @property
    def places(self) -> dict[str, int]:
        """Give each trade's place by its id."""
        return {trade.trade_id: place for place, trade in enumerate(self.trades)}

    def share_left(self, place: int) -> Fraction:
        """Give the part of a target that is left by what was to be decided before, and was not.

        The position that a trade met says what the leader has reduced since the symbol's last one.
        """
        trade = self.trades[place]
        decided = {one.index for one in self.trades[:place]}
        own = [one for one in self.trades if one.symbol == trade.symbol and one.index < trade.index]
        heard = [one for one in own if one.index in decided and not _is_only_recorded(one)]
        if not heard or len(decided) >= trade.index or max(decided) > trade.index:
            return ONE
        last = max(heard, key=lambda one: one.index)
        return min(max(trade.start / last.end, ZERO), ONE) if last.end else ONE

    def next_sent_ms(self, place: int, otherwise_ms: Fraction) -> Fraction:
        """Give when the symbol's next trade was sent, or another time when there is none."""
        symbol = self.trades[place].symbol
        later = (one.sent_ms for one in self.trades[place + 1 :] if one.symbol == symbol)
        return next(later, otherwise_ms)

    def newer_before(self, place: int) -> list[LeaderTrade]:
        """Give the newer trades that were decided before the one at this place."""
        own = self.trades[place].index
        return [trade for trade in self.trades[:place] if trade.index > own]


def _is_only_recorded(trade: LeaderTrade) -> bool:
    """Say whether it is an increase that came without a fill: of these nothing is moved."""
    return trade.is_correction and trade.kind in {"open", "add"}


def course_of(
    follow: Follow, trades: Sequence[LeaderTrade], redriven_ms: Fraction | None
) -> Course:
    """Put what was decided again after letters were sent back behind what was decided before it."""
    if redriven_ms is None:
        return Course(trades)
    decided_ms = {receipt.trade_id: receipt.decided_ms for receipt in follow.receipts}
    known = [(decided_ms[one.trade_id], one.index) for one in trades if one.trade_id in decided_ms]

    def order(trade: LeaderTrade) -> tuple[int, bool, int]:
        own_ms = decided_ms.get(trade.trade_id, 0)
        newer = [index for at_ms, index in known if index > trade.index and at_ms < own_ms]
        if own_ms < redriven_ms or not newer:
            return trade.index, False, own_ms
        return max(newer), True, own_ms

    return Course(sorted(trades, key=order))
