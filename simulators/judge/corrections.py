"""Where the venue moved the leader without a fill: what a follow may, and must, make of it.

A receipt that claims a correction is believed only where the venue's own record has the move.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from simulators.judge.evidence import Adjustment, Evidence, Receipt
from simulators.judge.exact import sign_of
from simulators.judge.prices import opening_prices
from simulators.judge.trades import MINUTE_MS, LeaderTrade, trade_id_of
from simulators.judge.verdict import Figure, Problem

# Two looks at the leader's account, a minute apart at most, and what the copying takes after that.
NOTICED_WITHIN_MS = 180_000
RECORDED_AS = "STALE"


def with_corrections(evidence: Evidence, trades: Sequence[LeaderTrade]) -> list[LeaderTrade]:
    """Put a correction between the trades for every move of the leader without a fill."""
    found = [*trades]
    for adjustment in evidence.adjustments:
        claim = next(_claims(evidence, adjustment), None)
        if claim is None and evidence.taken_ms - adjustment.at_ms < NOTICED_WITHIN_MS:
            continue
        time_ms = adjustment.at_ms if claim is None else claim.leader_time_ms
        found.append(_correction(evidence, adjustment, time_ms, trades))
    found.sort(key=lambda trade: trade.sent_ms)
    return [replace(trade, index=index) for index, trade in enumerate(found)]


def problem_of_record(receipt: Receipt | None, trade: LeaderTrade) -> Problem | None:
    """Say what is wrong where a move opened or added: it is recorded, and no copy follows it."""
    if not trade.is_correction or trade.kind not in {"open", "add"}:
        return None
    reason = "no receipt" if receipt is None else receipt.reason or receipt.status
    if reason == RECORDED_AS:
        return None
    return Problem(Figure.UNJUSTIFIED, f"{reason}; a move without a fill is only recorded")


def _claims(evidence: Evidence, adjustment: Adjustment) -> Iterator[Receipt]:
    """Give the receipts that are truly about this move."""
    moved = adjustment.end - adjustment.start
    for follow in evidence.follows:
        for receipt in follow.receipts:
            named = trade_id_of(
                evidence.venue,
                evidence.leader,
                adjustment.symbol,
                sign_of(moved),
                receipt.leader_time_ms,
            )
            in_time = 0 <= receipt.leader_time_ms - adjustment.at_ms <= NOTICED_WITHIN_MS
            if receipt.is_correction and receipt.trade_id == named and in_time:
                yield receipt


def _correction(
    evidence: Evidence, adjustment: Adjustment, time_ms: int, trades: Sequence[LeaderTrade]
) -> LeaderTrade:
    """Price a move at the symbol's last trade, as the venue's own middle price is."""
    moved, symbol = adjustment.end - adjustment.start, adjustment.symbol
    before = [trade for trade in trades if trade.sent_ms <= time_ms]
    seen = [trade.last_price for trade in before if trade.symbol == symbol]
    price = seen[-1] if seen else opening_prices(evidence)[symbol]
    recent = [trade for trade in before if trade.time_ms > time_ms - MINUTE_MS]
    return LeaderTrade(
        index=0,
        trade_id=trade_id_of(evidence.venue, evidence.leader, symbol, sign_of(moved), time_ms),
        symbol=symbol,
        sign=sign_of(moved),
        time_ms=time_ms,
        sent_ms=Fraction(time_ms),
        size=abs(moved),
        notional=abs(moved) * price,
        last_price=price,
        start=adjustment.start,
        trades_last_minute=len(recent) + 1,
        is_correction=True,
    )
