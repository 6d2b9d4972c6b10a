"""Audit entries as items of the audit table. An entry is only ever added."""

from __future__ import annotations

import secrets
from typing import Any

from custody.audit import AuditEntry
from custody.aws import keys as at
from understudy.adapters.aws.attributes import Attribute, Item, number, text


def item_of(entry: AuditEntry) -> Item:
    """Write an entry under a key of its own."""
    return {
        **at.audit(entry.subject, entry.at_ms, secrets.token_hex(8)),
        "actor": text("signer"),
        "event": text(entry.event),
        "at_ms": number(entry.at_ms),
        "facts": {"M": {name: _attribute(fact) for name, fact in entry.facts.items()}},
    }


def _attribute(fact: Any) -> Attribute:
    if isinstance(fact, bool):
        return {"BOOL": fact}
    return number(fact) if isinstance(fact, int) else text(str(fact))
