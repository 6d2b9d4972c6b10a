"""Reads the whole audit once and says whether anything in it is amiss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.domain.audit_chain import SHARDS
from understudy.domain.audit_verification import AuditVerdict, Verification
from understudy.ports.audit import (
    AuditChains,
    AuditRows,
    CheckpointArchive,
    CheckpointVerifier,
)

if TYPE_CHECKING:
    from understudy.ports.clock import Clock


@dataclass(frozen=True, slots=True)
class AuditBooks:
    """Everything that verification reads."""

    rows: AuditRows
    chains: AuditChains
    archive: CheckpointArchive
    verifier: CheckpointVerifier


def verify_audit(books: AuditBooks, clock: Clock) -> AuditVerdict:
    """Compare rows, chains and checkpoints; changes nothing. Raises DependencyError."""
    verification = Verification(clock.now_ms())
    latest = books.chains.latest_checkpoint()
    verification.take_checkpoints(
        books.archive.kept(),
        books.verifier.is_signed,
        latest.checkpoint.number if latest else 0,
    )
    for shard in range(SHARDS):
        verification.take_links(shard, books.chains.links(shard))
    for row in books.rows.rows():
        verification.take_row(row, books.rows.writer_of(row))
    return verification.verdict()
