"""The leader's trades, grouped from the recording and checked against the venue's own record.

A recording that the venue contradicts is refused: nothing can be judged by it.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from simulators.judge.evidence import (
    BUY,
    Adjustment,
    Evidence,
    EvidenceError,
    RecordedFill,
    Release,
)
from simulators.judge.exact import ZERO

MINUTE_MS = 60_000
FAST_TRADES_PER_MINUTE = 60


@dataclass(frozen=True, slots=True)
class LeaderTrade:
    """The leader's fills of one symbol, side and millisecond; times are the shifted ones."""

    index: int
    trade_id: str
    symbol: str
    sign: int
    time_ms: int
    sent_ms: Fraction
    size: Fraction
    notional: Fraction
    last_price: Fraction
    start: Fraction
    trades_last_minute: int
    is_correction: bool = False

    @property
    def price(self) -> Fraction:
        """Give the volume-weighted price."""
        return self.notional / self.size

    @property
    def end(self) -> Fraction:
        """Give the leader's position afterwards."""
        return self.start + self.sign * self.size

    @property
    def kind(self) -> str:
        """Say what the trade did to the leader's position."""
        if self.start == 0:
            return "open"
        if self.end == 0:
            return "close"
        if self.start * self.end < 0:
            return "flip"
        return "add" if abs(self.end) > abs(self.start) else "reduce"

    @property
    def is_fast(self) -> bool:
        """Say whether the leader traded too often to be copied trade by trade."""
        return self.trades_last_minute >= FAST_TRADES_PER_MINUTE

    @property
    def entered(self) -> Fraction:
        """Give the unsigned size to be entered: what the trade added, zero for a reduction."""
        if self.is_correction:
            return ZERO
        if self.kind == "flip":
            return abs(self.end)
        return self.size if self.kind in {"open", "add"} else ZERO


def trade_id_of(venue: str, leader: str, symbol: str, sign: int, time_ms: int) -> str:
    """Name a trade: sha256 over its fields, each behind its length in four bytes."""
    state = hashlib.sha256()
    for field in (venue, leader, symbol, "buy" if sign == BUY else "sell", str(time_ms), "0"):
        raw = field.encode()
        state.update(len(raw).to_bytes(4, "big") + raw)
    return state.hexdigest()


def released_trades(evidence: Evidence) -> list[LeaderTrade]:
    """Give the trades that the venue released, in order.

    Raises EvidenceError when the recording breaks its own chain of positions, or when the release
    record or the venue's book of the leader tells another story.
    """
    check_chain(evidence.recording, _jumps(evidence))
    groups = list(_grouped(evidence.recording).values())[: len(evidence.releases)]
    if len(groups) < len(evidence.releases):
        raise EvidenceError("the venue released more trades than the recording has")
    if not groups:
        return []
    shift_ms = evidence.releases[0].time_ms - groups[0][0].time_ms
    _check_book(evidence, groups, shift_ms)
    times = sorted(group[0].time_ms + shift_ms for group in groups)
    return [_trade(evidence, index, group, shift_ms, times) for index, group in enumerate(groups)]


def check_chain(fills: Sequence[RecordedFill], jumps: Sequence[Adjustment] = ()) -> None:
    """Refuse a recording in which a position does not follow from the fill before it.

    `jumps` are moves that the venue made in between, in recorded time.
    """
    positions: dict[str, Fraction] = {}
    waiting = [*jumps]
    for number, fill in enumerate(fills):
        position = _jumped(positions.get(fill.symbol, fill.start), fill, waiting)
        if position != fill.start:
            raise EvidenceError(
                f"the recording was altered: fill {number} ({fill.symbol}) starts from a position "
                "that the fills before it do not leave"
            )
        positions[fill.symbol] = fill.start + fill.sign * fill.size


def _jumped(position: Fraction, fill: RecordedFill, waiting: list[Adjustment]) -> Fraction:
    """Take the moves before a fill, each once; one of the same millisecond only where it fits."""
    for jump in [*waiting]:
        is_before = jump.symbol == fill.symbol and jump.at_ms <= fill.time_ms
        if is_before and (jump.at_ms < fill.time_ms or position == jump.start != fill.start):
            waiting.remove(jump)
            position = jump.end if position == jump.start else position
    return position


def _jumps(evidence: Evidence) -> list[Adjustment]:
    """Give the moves without a fill in recorded time."""
    if not evidence.releases or not evidence.recording:
        return []
    shift_ms = evidence.releases[0].time_ms - evidence.recording[0].time_ms
    return [each._replace(at_ms=each.at_ms - shift_ms) for each in evidence.adjustments]


def _grouped(
    fills: Sequence[RecordedFill],
) -> dict[tuple[str, int, int], list[RecordedFill]]:
    groups: dict[tuple[str, int, int], list[RecordedFill]] = {}
    for fill in fills:
        groups.setdefault((fill.symbol, fill.sign, fill.time_ms), []).append(fill)
    return groups


def _check_book(evidence: Evidence, groups: list[list[RecordedFill]], shift_ms: int) -> None:
    recorded = Counter(
        (fill.symbol, fill.sign, fill.price, fill.size, fill.time_ms + shift_ms, fill.tid)
        for group in groups
        for fill in group
    )
    times = [key[4] for key in recorded]
    book = evidence.books.get(evidence.leader)
    if book is None:
        raise EvidenceError("the venue's books do not show the leader's account")
    booked = Counter(
        (fill.symbol, fill.sign, fill.price, fill.size, fill.time_ms, fill.tid)
        for fill in book.fills
        if min(times) <= fill.time_ms <= max(times)
    )
    different = (recorded - booked) + (booked - recorded)
    if different:
        symbol, _, price, size, time_ms, _ = min(different)
        raise EvidenceError(
            f"the recording was altered: {sum(different.values())} fills differ from the venue's "
            f"book of the leader, first {symbol} {size} at {price}, time {time_ms}"
        )


def _trade(
    evidence: Evidence,
    index: int,
    fills: list[RecordedFill],
    shift_ms: int,
    times: list[int],
) -> LeaderTrade:
    first, release = fills[0], evidence.releases[index]
    time_ms = first.time_ms + shift_ms
    if release[:3] != Release(first.symbol, first.sign, time_ms, ZERO)[:3]:
        raise EvidenceError(f"trade {index} of the recording is not the one the venue released")
    return LeaderTrade(
        index=index,
        trade_id=trade_id_of(evidence.venue, evidence.leader, first.symbol, first.sign, time_ms),
        symbol=first.symbol,
        sign=first.sign,
        time_ms=time_ms,
        sent_ms=release.sent_ms,
        size=sum((fill.size for fill in fills), ZERO),
        notional=sum((fill.size * fill.price for fill in fills), ZERO),
        last_price=fills[-1].price,
        start=first.start,
        trades_last_minute=index + 1 - bisect_right(times, time_ms - MINUTE_MS),
    )
