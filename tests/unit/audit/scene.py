"""Chains, a key and an archive in memory, and rows to seal."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from understudy.adapters.memory.audit import InMemoryAuditChains, InMemoryCheckpointArchive
from understudy.adapters.memory.clock import ManualClock
from understudy.domain.audit import Actor
from understudy.domain.audit_chain import Change, Row, Seal
from understudy.domain.audit_checkpoints import Checkpoint, SignedCheckpoint
from understudy.workflows.audit_checkpoint import CheckpointOutcome, CheckpointPorts, checkpoint
from understudy.workflows.audit_seal import seal
from understudy.workflows.requests.audit_verification import AuditBooks, verify_audit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from understudy.domain.audit_verification import AuditVerdict

NOW_MS = 1_790_000_000_000


class HashKey:
    """Implements `CheckpointSigner` and `CheckpointVerifier` by a hash."""

    def sign(self, checkpoint: Checkpoint) -> SignedCheckpoint:
        signature = hashlib.sha256(b"key" + checkpoint.statement).hexdigest()
        return SignedCheckpoint(checkpoint, signature)

    def is_signed(self, signed: SignedCheckpoint) -> bool:
        return self.sign(signed.checkpoint) == signed


@dataclass
class Scene:
    """An audit in memory; `table` holds its rows."""

    clock: ManualClock = field(default_factory=lambda: ManualClock(NOW_MS))
    chains: InMemoryAuditChains = field(default_factory=InMemoryAuditChains)
    archive: InMemoryCheckpointArchive = field(default_factory=InMemoryCheckpointArchive)
    key: HashKey = field(default_factory=HashKey)
    table: list[Row] = field(default_factory=list)
    forged: set[tuple[str, str]] = field(default_factory=set)

    def write(self, count: int) -> list[Row]:
        """Write rows of several subjects and seal them."""
        begin = len(self.table)
        fresh = [row(number) for number in range(begin, begin + count)]
        self.table += fresh
        self.seal(fresh)
        return fresh

    def seal(self, rows: Sequence[Row], change: Change = Change.ADDED) -> Sequence[Seal]:
        seals = [Seal(*each.key, change, each.hash) for each in rows]
        return seal(self.chains, self.clock, seals)

    def checkpoint(self) -> CheckpointOutcome:
        return checkpoint(CheckpointPorts(self.chains, self.key, self.archive, self.clock))

    def verdict(self) -> AuditVerdict:
        return verify_audit(AuditBooks(self, self.chains, self.archive, self.key), self.clock)

    def codes(self) -> set[str]:
        return {finding.code.value for finding in self.verdict().findings}

    def rows(self) -> Iterator[Row]:
        return iter(self.table)

    def writer_of(self, each: Row) -> Actor | None:
        return None if each.key in self.forged else Actor.SIGNER

    def is_genuine(self, each: Row) -> bool:
        return self.writer_of(each) is not None


def row(number: int, **fields: object) -> Row:
    """Give a row that was written long ago."""
    stored = {"event": "SOMETHING", "at_ms": NOW_MS - 3_600_000, "facts": {"n": number}, **fields}
    return Row(Actor.SIGNER.partition_of(f"agent-{number % 7}"), f"{number:013d}#x", stored)
