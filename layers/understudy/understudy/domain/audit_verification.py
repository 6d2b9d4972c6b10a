"""Compares the audit's rows with the chains, and the chains with the checkpoints. Pure.

What a row says is not judged here: only that it is the one that was written, that all are there,
and that none came by another way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from understudy.domain.audit import Actor
from understudy.domain.audit_chain import Change, Link, Row
from understudy.domain.audit_checkpoints import Checkpoint, KeptCheckpoint, SignedCheckpoint

SEALED_WITHIN_MS = 900_000
Key = tuple[str, str]


class Code(StrEnum):
    """What can be wrong with an audit."""

    ROW_CHANGED = "ROW_CHANGED"
    ROW_REMOVED = "ROW_REMOVED"
    ROW_FORGED = "ROW_FORGED"
    ROW_MISPLACED = "ROW_MISPLACED"
    ROW_NOT_SEALED = "ROW_NOT_SEALED"
    CHAIN_BROKEN = "CHAIN_BROKEN"
    CHAIN_CUT = "CHAIN_CUT"
    CHAIN_REWRITTEN = "CHAIN_REWRITTEN"
    CHECKPOINT_FORGED = "CHECKPOINT_FORGED"
    CHECKPOINT_MISSING = "CHECKPOINT_MISSING"


@dataclass(frozen=True, slots=True, order=True)
class AuditFinding:
    """One thing that is wrong, and where."""

    code: Code
    where: str


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """What was looked at and what is wrong. `waiting` rows are too young to be sealed yet."""

    rows: int
    links: int
    checkpoints: int
    waiting: int
    findings: tuple[AuditFinding, ...]


@dataclass(slots=True)
class Verification:
    """Takes checkpoints, then links, then rows, and says what does not fit together.

    In this order a system that goes on meanwhile leaves no false findings: what is written later
    is only looked at later.
    """

    now_ms: int
    rows: int = 0
    links: int = 0
    checkpoints: int = 0
    waiting: int = 0
    _findings: set[AuditFinding] = field(default_factory=set)
    _promised: dict[tuple[int, int], set[str]] = field(default_factory=dict)
    _sealed: dict[Key, str] = field(default_factory=dict)
    _seen: set[Key] = field(default_factory=set)

    def take_checkpoints(
        self,
        archived: Iterable[KeptCheckpoint],
        is_signed: Callable[[SignedCheckpoint], bool],
        latest_number: int,
    ) -> None:
        """Take all that the archive holds, in order, and what tells a right signature."""
        number, before = 0, frozenset[str]()
        for kept in archived:
            self._miss(number + 1, kept.number)
            genuine = [
                version.checkpoint
                for version in kept.versions
                if version and version.checkpoint.number == kept.number and is_signed(version)
            ]
            is_next = kept.number == number + 1
            self._take_checkpoint(kept, genuine, before if is_next else frozenset())
            number, before = kept.number, frozenset(each.hash for each in genuine)
        self._miss(number + 1, latest_number + 1)

    def take_links(self, shard: int, links: Iterable[Link]) -> None:
        """Take a shard's whole chain, in order."""
        before: Link | None = None
        for link in links:
            self.links += 1
            if link.shard != shard or not link.follows(before):
                self._find(Code.CHAIN_BROKEN, f"shard {shard}, link {link.number}")
            if self._promised.pop((shard, link.number), {link.hash}) != {link.hash}:
                self._find(Code.CHAIN_REWRITTEN, f"shard {shard}, link {link.number}")
            self._take_seals(link)
            before = link
        for of_shard, number in self._promised:
            if of_shard == shard:
                self._find(Code.CHAIN_CUT, f"shard {shard}, link {number}")

    def take_row(self, row: Row, writer: Actor | None) -> None:
        """Take a row, and who has written it just so: None if no writer of the system has."""
        self.rows += 1
        self._seen.add(row.key)
        if writer is None:
            self._find(Code.ROW_FORGED, _place(row.key))
        elif writer.subject_in(row.partition) is None:
            place = _place(row.key)
            self._find(Code.ROW_MISPLACED, f"{place}: {writer} wrote it among the rows of another")
        sealed = self._sealed.get(row.key)
        if sealed is None:
            self._take_unsealed(row)
        elif sealed != row.hash:
            self._find(Code.ROW_CHANGED, _place(row.key))

    def verdict(self) -> AuditVerdict:
        """Say what was found, once everything was taken."""
        for key in self._sealed.keys() - self._seen:
            self._find(Code.ROW_REMOVED, _place(key))
        found = tuple(sorted(self._findings))
        return AuditVerdict(self.rows, self.links, self.checkpoints, self.waiting, found)

    def _take_checkpoint(
        self, kept: KeptCheckpoint, genuine: Sequence[Checkpoint], before: frozenset[str]
    ) -> None:
        """Hold the chains to every version that the key has signed, hidden or not."""
        self.checkpoints += bool(kept.versions)
        if kept.is_hidden:
            self._find(Code.CHECKPOINT_MISSING, f"checkpoint {kept.number}")
        is_alone = len(kept.versions) <= 1 and len(genuine) == len(kept.versions)
        is_linked = not before or all(each.previous in before for each in genuine)
        if not (is_alone and is_linked):
            self._find(Code.CHECKPOINT_FORGED, f"checkpoint {kept.number}")
        for checkpoint in genuine:
            for shard, head in checkpoint.heads.items():
                self._promised.setdefault((int(shard), head.number), set()).add(head.hash)

    def _take_seals(self, link: Link) -> None:
        for seal in link.seals:
            if seal.change is Change.REMOVED:
                self._find(Code.ROW_REMOVED, _place(seal.key))
            elif (
                self._sealed.setdefault(seal.key, seal.hash) != seal.hash
                or seal.change is Change.CHANGED
            ):
                self._find(Code.ROW_CHANGED, _place(seal.key))

    def _take_unsealed(self, row: Row) -> None:
        at_ms = row.fields.get("at_ms")
        if isinstance(at_ms, int) and abs(self.now_ms - at_ms) <= SEALED_WITHIN_MS:
            self.waiting += 1
        else:
            self._find(Code.ROW_NOT_SEALED, _place(row.key))

    def _miss(self, expected: int, found: int) -> None:
        # One finding however many: whoever wrote the number found could have chosen any.
        if expected < found:
            last = f" to {found - 1}" if expected < found - 1 else ""
            self._find(Code.CHECKPOINT_MISSING, f"checkpoint {expected}{last}")

    def _find(self, code: Code, where: str) -> None:
        self._findings.add(AuditFinding(code, where))


def _place(key: Key) -> str:
    return " / ".join(key)
