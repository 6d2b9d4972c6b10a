"""Since when a follow must know the leader's own leverage of a symbol: the venue showed it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from simulators.judge.evidence import Evidence, Receipt
from simulators.judge.exact import ONE, ZERO
from simulators.judge.trades import LeaderTrade

# The venue shows leverage with a position. Whoever compares leaders every minute has seen it then.
LEARNT_WITHIN_MS = 120_000


def learnt_ms(evidence: Evidence, trades: Sequence[LeaderTrade]) -> Mapping[str, Fraction]:
    """Give, per symbol, from when on the leader's leverage is known for good.

    A position that was there at the beginning, or long enough, was seen; a follow that used the
    leverage knew it. Time in which the venue did not answer does not count.
    """
    known: dict[str, Fraction] = {}
    for symbol, since_ms in (*_held_long(evidence, trades), *_used(evidence)):
        known[symbol] = min(since_ms, known.get(symbol, since_ms))
    return known


def _held_long(evidence: Evidence, trades: Sequence[LeaderTrade]) -> Iterator[tuple[str, Fraction]]:
    silent_ms = sum((end - begin for begin, end in evidence.outages_ms), ZERO)
    opened_ms: dict[str, Fraction] = {}
    for trade in trades:
        if trade.start == 0:
            opened_ms[trade.symbol] = trade.sent_ms + LEARNT_WITHIN_MS + silent_ms
        seen_ms = opened_ms.setdefault(trade.symbol, ZERO)
        if trade.sent_ms > seen_ms:
            yield trade.symbol, seen_ms


def _used(evidence: Evidence) -> Iterator[tuple[str, Fraction]]:
    for follow in evidence.follows:
        book = evidence.books[follow.wallet]
        received = {order.cloid: order.received_ms for order in book.orders}
        for receipt in follow.receipts:
            times = _entered_ms(receipt, received)
            if times and receipt.numbers.get("leverage", ONE) > ONE:
                yield receipt.symbol, max(times)


def _entered_ms(receipt: Receipt, received: Mapping[str, Fraction]) -> list[Fraction]:
    entries = (leg for leg in receipt.orders if leg.kind != "exit")
    return [received[leg.cloid] for leg in entries if leg.cloid in received]
