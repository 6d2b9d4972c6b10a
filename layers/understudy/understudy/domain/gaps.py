"""Which trades a follow owes receipts of, and how often it is reminded: seldomer each time. Pure.

A lane that takes nothing for a while must not find every trade there once for each minute of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from understudy.domain.follows import Budget, Follow
from understudy.domain.replacing import replace
from understudy.domain.trades import Trade

FIRST_PAUSE_MS = 60_000
LONGEST_PAUSE_MS = 60 * 60_000


def is_from_before(follow: Follow, trade: Trade) -> bool:
    """Say whether a trade was numbered before a follow's start: it is none of the follow's."""
    return trade.seq <= follow.start_seq


def owes_receipts(follow: Follow, budget: Budget) -> bool:
    """Say whether trades from before a follow's deletion may still be without a receipt."""
    return max(follow.start_seq, budget.checked_seq) < follow.end_seq


def sendings(budget: Budget, missing: Sequence[int], now_ms: int) -> tuple[Budget, Sequence[int]]:
    """Give which of the missing trades, in order, are to be sent now, and the budget that says so.

    What was not sent yet goes at once, the rest again after a pause that doubles from a minute to
    an hour until nothing is missing any more.
    """
    if not missing:
        return replace(budget, gaps_until_seq=0, gaps_sent_ms=0, gaps_pause_ms=0), ()
    if now_ms >= budget.gaps_sent_ms + budget.gaps_pause_ms:
        pause_ms = min(max(2 * budget.gaps_pause_ms, FIRST_PAUSE_MS), LONGEST_PAUSE_MS)
        again = replace(
            budget, gaps_until_seq=missing[-1], gaps_sent_ms=now_ms, gaps_pause_ms=pause_ms
        )
        return again, missing
    new = [seq for seq in missing if seq > budget.gaps_until_seq]
    return replace(budget, gaps_until_seq=max(budget.gaps_until_seq, missing[-1])), new
