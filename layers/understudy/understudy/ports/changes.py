"""What a store says has changed: a record as it was and as it is."""

from __future__ import annotations

from dataclasses import dataclass

from understudy.domain.follows import Follow, Ledger
from understudy.domain.intents import Intent
from understudy.domain.receipts import Receipt

Record = Follow | Ledger | Receipt | Intent


@dataclass(frozen=True, slots=True)
class RecordChange:
    """A record before (None: it is new) and after a change."""

    before: Record | None
    after: Record
