"""When entries may go: how old each may be when the venue receives it, and how many in a minute.

An entry is decided while its trade is fresh, pinned at once and signed until it expires. What a
window collects, and what waits for an order with an unknown outcome, has times of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from simulators.judge.bookkeeping import unsettled_size
from simulators.judge.evidence import Follow
from simulators.judge.pace import CLOCKS_DIFFER_MS, LONGEST_ORDERING_MS, Entered, one_too_many
from simulators.judge.scene import is_netted
from simulators.judge.trades import LeaderTrade
from simulators.judge.verdict import Figure, Problem

SECOND_MS = 1000
Outages = Sequence[tuple[Fraction, Fraction]]
Trades = Mapping[str, LeaderTrade]


def problems_of_times(
    entered: Sequence[Entered], follow: Follow, trades: Trades, outages: Outages
) -> Iterator[tuple[LeaderTrade, Problem]]:
    """Give every entry that came too late, and every one too many within a minute."""
    most = follow.limits.entries_per_minute
    wrong = [
        (each, "its trade was too old") for each in _too_late(entered, follow, trades, outages)
    ]
    text = f"more than {most} entries within a minute"
    wrong += [(each, text) for each in one_too_many(entered, most)]
    for each, text in wrong:
        if each.receipt.trade_id in trades:
            problem = Problem(Figure.MISMATCHED, f"order {each.leg.cloid}: {text}")
            yield trades[each.receipt.trade_id], problem


def _too_late(
    entered: Sequence[Entered], follow: Follow, trades: Trades, outages: Outages
) -> Iterator[Entered]:
    """Give every entry that the venue received when its trade was too old, for no known reason."""
    # After a leader's fast minute a window may still end, whatever the follow's own mode.
    collected_ms = follow.limits.poll_ms if any(one.is_fast for one in trades.values()) else 0
    for each in entered:
        trade = trades.get(each.receipt.trade_id)
        if trade is None or is_netted(trade, follow) or not each.leg.filled:
            continue
        latest_ms = _latest_ms(each, trade, follow) + collected_ms
        if each.received_ms > latest_ms and not _had_to_wait(each, trade, follow, outages):
            yield each


def _latest_ms(each: Entered, trade: LeaderTrade, follow: Follow) -> Fraction:
    """Give until when an entry may arrive: its age counts from the fills or from when we saw them.

    Between the decision and the order its leverage may have to be set.
    """
    seen_ms = each.receipt.seen_ms or trade.time_ms
    begins_ms = max(trade.sent_ms, Fraction(min(trade.time_ms, seen_ms)))
    age_ms = follow.limits.max_age_seconds * SECOND_MS
    return begins_ms + age_ms + LONGEST_ORDERING_MS + CLOCKS_DIFFER_MS


def _had_to_wait(each: Entered, trade: LeaderTrade, follow: Follow, outages: Outages) -> bool:
    """Say whether an outcome was unknown when it was decided, or the venue out until it came."""
    was_out = any(
        begins_ms <= each.received_ms and trade.sent_ms <= ends_ms for begins_ms, ends_ms in outages
    )
    return was_out or bool(unsettled_size(each.receipt, follow, 0))
