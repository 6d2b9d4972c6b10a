"""What the signer gives out, held against its audit at that moment."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

from custody.audit import AuditEvent
from understudy.domain.intents import Signed

if TYPE_CHECKING:
    from understudy.domain.audit import AuditEntry
    from understudy.domain.intents import SigningAnswer


class Results:
    """Looks whether every signature that leaves the signer has its result in the audit."""

    def __init__(self, audited: list[AuditEntry], breaks: Callable[[str, str], None]) -> None:
        self._audited = audited
        self._breaks = breaks
        self._read = 0
        self._written: set[tuple[object, object]] = set()

    def given_out(self, answers: Sequence[SigningAnswer]) -> None:
        """Hear of the answers of one call, before whoever asked does."""
        for entry in self._audited[self._read :]:
            if entry.event == AuditEvent.INTENT_SIGNED:
                self._written.add((entry.facts["intent_id"], entry.facts["signature_mark"]))
        self._read = len(self._audited)
        for answer in answers:
            if isinstance(answer, Signed) and not self._is_written(answer):
                text = f"{answer.intent_id}: its signature has no result in the audit"
                self._breaks("no_signature_leaves_before_its_result_is_written", text)

    def _is_written(self, answer: Signed) -> bool:
        return (answer.intent_id, _mark(answer)) in self._written


def _mark(answer: Signed) -> str:
    given = json.loads(answer.body)["signature"]
    raw = bytes.fromhex(given["r"][2:] + given["s"][2:]) + bytes([given["v"]])
    return sha256(raw).hexdigest()
