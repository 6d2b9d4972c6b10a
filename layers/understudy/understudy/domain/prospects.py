"""What doing a command now would come to, told from the records alone. Pure.

It follows the decisions without their gates: what switches, money and market forbid shows only when
the command is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum, auto

from understudy.domain.carrying import CARRY_TTL_MS, WINDOW_MS
from understudy.domain.decisions import CLOCKS_DIFFER_MS
from understudy.domain.follows import Follow, FollowStatus, Ledger
from understudy.domain.limits import OnStop
from understudy.domain.receipts import Receipt
from understudy.domain.trades import Trade, TradeKind


class Prospect(StrEnum):
    """What would come of it; the names are stable."""

    @staticmethod
    def _generate_next_value_(
        name: str,
        start: int,  # noqa: ARG004  # the enum protocol passes it
        count: int,  # noqa: ARG004  # the enum protocol passes it
        last_values: list[str],  # noqa: ARG004  # the enum protocol passes it
    ) -> str:
        return name

    FOLLOW_GONE = auto()
    EPOCH_PASSED = auto()
    EPOCH_AHEAD = auto()
    DONE_ALREADY = auto()
    UNDER_WAY = auto()
    SUPERSEDED = auto()
    STALE = auto()
    FOLLOW_STOPPED = auto()
    ENTERS = auto()
    EXITS = auto()
    NOTHING_HELD = auto()
    CLOSES_ALL = auto()
    CONVERGES = auto()
    NOTHING_OPEN = auto()
    BOOK_BEGINS = auto()
    FILLS_KNOWN = auto()
    FILLS_PASSED = auto()
    FILLS_NEW = auto()
    FANS_OUT = auto()
    ASKS = auto()


@dataclass(frozen=True, slots=True)
class Outlook:
    """A prospect and what the records say now, by name."""

    prospect: Prospect
    facts: Mapping[str, str] = field(default_factory=dict)


def of_epochs(follow: Follow, spoken_of: int, deployed: int) -> Prospect | None:
    """Say why a command is of another time than the records, or None."""
    if max(follow.epoch, spoken_of) > deployed:
        return Prospect.EPOCH_AHEAD
    return None if follow.epoch == spoken_of == deployed else Prospect.EPOCH_PASSED


def of_trade(
    trade: Trade, follow: Follow, ledger: Ledger, receipt: Receipt | None, now_ms: int
) -> Prospect:
    """Say what copying a trade now would come to for one follow."""
    if receipt is not None:
        return Prospect.DONE_ALREADY if receipt.status.is_terminal else Prospect.UNDER_WAY
    if trade.seq <= max(ledger.last_seq, follow.start_seq):
        return Prospect.SUPERSEDED
    is_empty = not (ledger.held or ledger.pending)
    if trade.kind in (TradeKind.OPEN, TradeKind.ADD) or (is_empty and trade.kind is TradeKind.FLIP):
        return _of_entry(trade, follow, now_ms)
    stopped = follow.status is not FollowStatus.ACTIVE
    return _first(
        (stopped and follow.limits.on_stop is OnStop.KEEP, Prospect.FOLLOW_STOPPED),
        (is_empty, Prospect.NOTHING_HELD),
        otherwise=Prospect.EXITS,
    )


def _of_entry(trade: Trade, follow: Follow, now_ms: int) -> Prospect:
    age_ms = now_ms - min(trade.time_ms, trade.seen_at_ms)
    return _first(
        (trade.correction, Prospect.STALE),
        (trade.time_ms < follow.started_at_ms - CLOCKS_DIFFER_MS, Prospect.SUPERSEDED),
        (follow.status is not FollowStatus.ACTIVE, Prospect.FOLLOW_STOPPED),
        (age_ms > follow.limits.max_copy_age_seconds * 1000, Prospect.STALE),
        otherwise=Prospect.ENTERS,
    )


def of_convergence(
    follow: Follow, ledger: Ledger, too_much: Decimal, now_ms: int, *, closes: bool, ends: bool
) -> Prospect:
    """Say what a convergence would come to; `too_much` is held beyond the target, unsigned.

    `closes` says that everything is to be closed, `ends` that a slower mode's window ends.
    """
    since_ms = ledger.carried_since_ms
    return _first(
        (follow.status is FollowStatus.DELETED, Prospect.FOLLOW_GONE),
        (bool(ledger.pending), Prospect.UNDER_WAY),
        (closes and bool(ledger.held), Prospect.CLOSES_ALL),
        (bool(too_much or ledger.waiting), Prospect.CONVERGES),
        (not (ends and ledger.wanted_more), Prospect.NOTHING_OPEN),
        (follow.status is not FollowStatus.ACTIVE, Prospect.FOLLOW_STOPPED),
        (0 < since_ms < now_ms - CARRY_TTL_MS - WINDOW_MS, Prospect.STALE),
        otherwise=Prospect.ENTERS,
    )


def _first(*cases: tuple[bool, Prospect], otherwise: Prospect) -> Prospect:
    return next((prospect for is_so, prospect in cases if is_so), otherwise)


WORDS: Mapping[Prospect, str] = {
    Prospect.FOLLOW_GONE: "nothing: the follow does not exist any more",
    Prospect.EPOCH_PASSED: "nothing: the records were restored since; what is open is found anew",
    Prospect.EPOCH_AHEAD: "it fails again: set ExecutionEpoch to the newest one first",
    Prospect.DONE_ALREADY: "nothing: it was done and has its receipt",
    Prospect.UNDER_WAY: "what was begun is taken up; nothing is decided anew",
    Prospect.SUPERSEDED: "a receipt SUPERSEDED and no order: newer trades, or a new start, count",
    Prospect.STALE: "a receipt STALE, or what was carried is dropped, and no order: it is too old",
    Prospect.FOLLOW_STOPPED: "a receipt and no order: the follow is stopped",
    Prospect.ENTERS: "an entry, if every gate lets it pass",
    Prospect.EXITS: "an exit of what is held beyond the new target",
    Prospect.NOTHING_HELD: "a receipt NOTHING_TO_CLOSE and no order",
    Prospect.CLOSES_ALL: "an exit of everything: the follow is stopped and nothing is to be held",
    Prospect.CONVERGES: "what is held goes to the newest target; what waits is looked at again",
    Prospect.NOTHING_OPEN: "nothing: what is held is what is wanted",
    Prospect.BOOK_BEGINS: "the leader's book begins with what the venue shows",
    Prospect.FILLS_KNOWN: "no new trade: every fill is stored; their trades are sent on once more",
    Prospect.FILLS_PASSED: "no new trade: a full look at the venue has passed these fills",
    Prospect.FILLS_NEW: "trades that nobody has numbered; their entries are copied while young",
    Prospect.FANS_OUT: "the trade goes to the shard's lanes; what has a receipt stays as it is",
    Prospect.ASKS: "the venue is asked as things stand now; nothing is decided from the message",
}
