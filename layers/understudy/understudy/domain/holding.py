"""Since when and until when a follow holds a symbol: whose a payment on the account is. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from understudy.domain.follows import Ledger
from understudy.domain.ids import FollowId
from understudy.domain.replacing import replace

PAUSE_MS = 3_600_000


def dated(before: Ledger, after: Ledger, *, opened_at_ms: int, now_ms: int) -> Ledger:
    """Date a position that came to be or is gone; `held_since_ms` takes short pauses for none.

    Several holdings may so lie between two readings of the account without being lost.
    """
    if before.held and not after.held:
        return replace(after, flat_at_ms=now_ms)
    if before.held or not after.held:
        return after
    was_away = opened_at_ms - before.flat_at_ms >= PAUSE_MS
    since_ms = opened_at_ms if was_away else before.held_since_ms
    return replace(after, held_since_ms=since_ms, opened_at_ms=opened_at_ms)


def holder_at(time_ms: int, symbol: str, ledgers: Iterable[Ledger]) -> FollowId | None:
    """Say which follow of a wallet held a symbol at a time; None when it was held by hand.

    Of a follow's last holding that is known; what lies before it may have been a pause.
    """
    holders = [each for each in ledgers if each.symbol == symbol and _held_at(each, time_ms)]
    if not holders:
        return None
    return max(
        holders, key=lambda each: (each.opened_at_ms <= time_ms, each.held_since_ms)
    ).follow_id


def _held_at(ledger: Ledger, time_ms: int) -> bool:
    if time_ms < ledger.held_since_ms:
        return False
    return bool(ledger.held) or time_ms <= ledger.flat_at_ms
