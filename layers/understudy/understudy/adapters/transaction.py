"""What one transaction may hold, for every store alike. Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from understudy.adapters.storable import refuse_unstorable
from understudy.domain.errors import InvalidInputError, LimitExceededError
from understudy.domain.follows import Budget, Follow, Ledger
from understudy.domain.ids import WalletId
from understudy.domain.intents import Intent
from understudy.domain.lanes import Lane
from understudy.domain.ownership import SymbolOwner
from understudy.domain.receipts import Receipt
from understudy.domain.replacing import replace
from understudy.ports.copying import Changes

MAX_ITEMS = 100
_OTHER_ITEMS = 12

Record = Follow | Budget | Ledger | Lane | Intent | Receipt

R = TypeVar("R", bound=Record)


def records_of(changes: Changes) -> tuple[Record, ...]:
    """List the records that the changes write."""
    single = (changes.follow, changes.budget, changes.ledger, changes.lane, changes.intent)
    written = [record for record in single if record is not None]
    return (*written, *changes.booked, *changes.receipts)


def after_commit(changes: Changes) -> Changes:
    """Give the changes with the versions under which they are stored."""
    return replace(
        changes,
        follow=changes.follow and next_version(changes.follow),
        budget=changes.budget and next_version(changes.budget),
        ledger=changes.ledger and next_version(changes.ledger),
        lane=changes.lane and next_version(changes.lane),
        intent=changes.intent and next_version(changes.intent),
        booked=tuple(map(next_version, changes.booked)),
        receipts=tuple(map(next_version, changes.receipts)),
    )


def next_version(record: R) -> R:
    """Give a record with the version under which it is stored."""
    stored: R = replace(record, version=record.version + 1)
    return stored


def refuse_impossible(changes: Changes) -> None:
    """Raise for changes that no transaction can hold: too many, too large, or one item twice."""
    if len(changes.booked) + len(changes.receipts) > MAX_ITEMS - _OTHER_ITEMS:
        raise LimitExceededError(
            f"a transaction holds at most {MAX_ITEMS} items: write fewer records at once",
            code="TRANSACTION_TOO_LARGE",
        )
    if _writes_twice(changes):
        raise InvalidInputError(
            "a transaction may touch each record once: merge the changes of the same record",
            code="RECORD_TWICE",
        )
    for follow in (changes.follow, changes.unchanged):
        if follow:
            refuse_new(follow)
    for record in records_of(changes):
        refuse_unstorable(record)


def refuse_new(follow: Follow) -> None:
    """Raise InvalidInputError for a follow that was never stored: only the directory creates."""
    if follow.version == 0:
        raise InvalidInputError("a follow that is not stored yet is created by the directory")


def _writes_twice(changes: Changes) -> bool:
    follow, unchanged = changes.follow, changes.unchanged
    if follow and unchanged and follow.follow_id == unchanged.follow_id:
        return True
    taken, released = _symbol_of(changes.owner_taken), _symbol_of(changes.owner_released)
    if taken is not None and taken == released:
        return True
    return _has_twice(changes.receipts, lambda each: (each.follow_id, each.seq)) or _has_twice(
        _intents_of(changes), lambda each: (each.follow_id, each.intent_id)
    )


def _intents_of(changes: Changes) -> tuple[Intent, ...]:
    return (*changes.booked, changes.intent) if changes.intent else changes.booked


def _has_twice(records: Sequence[R], key_of: Callable[[R], Hashable]) -> bool:
    return len(records) > 1 and len(set(map(key_of, records))) < len(records)


def _symbol_of(change: SymbolOwner | None) -> tuple[WalletId, str] | None:
    return (change.wallet_id, change.symbol) if change else None
