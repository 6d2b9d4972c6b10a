"""The audit in memory; the chains refuse what the table refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.domain.audit import Actor, AuditRecord
from understudy.domain.audit_checkpoints import KeptCheckpoint
from understudy.domain.errors import AuditTamperedError, ConflictError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from understudy.domain.audit import AuditEntry
    from understudy.domain.audit_chain import Link
    from understudy.domain.audit_checkpoints import SignedCheckpoint


class InMemoryAuditTrail:
    """Implements `AuditTrail` and `AuditLookup` of one actor; what was kept is in `entries`."""

    def __init__(self, actor: Actor = Actor.API) -> None:
        self.actor = actor
        self.entries: list[AuditEntry] = []

    def append(self, entry: AuditEntry) -> None:
        """Keep an entry."""
        self.entries.append(entry)

    def newest(self, actor: Actor, subject: str, most: int) -> Sequence[AuditRecord]:
        """Give the newest entries of a subject."""
        own = [each for each in self.entries if (self.actor, each.subject) == (actor, subject)]
        newest = sorted(own, key=lambda entry: entry.at_ms, reverse=True)[:most]
        return [
            AuditRecord(
                actor, str(each.event), subject, each.at_ms, each.facts, each.correlation_id
            )
            for each in newest
        ]


class InMemoryAuditChains:
    """Implements `AuditChains`."""

    def __init__(self) -> None:
        self._links: dict[tuple[int, int], Link] = {}
        self._checkpoints: dict[int, SignedCheckpoint] = {}

    def head(self, shard: int) -> Link | None:
        """Give a chain's last link."""
        return next(iter(reversed(list(self.links(shard)))), None)

    def append(self, link: Link) -> None:
        """Add a link."""
        if (link.shard, link.number) in self._links:
            raise ConflictError("there is a link of this number: read the head again")
        self._links[(link.shard, link.number)] = link

    def links(self, shard: int, after: int = 0) -> Iterator[Link]:
        """Give the links after a number, in order."""
        for of_shard, number in sorted(self._links):
            if of_shard == shard and number > after:
                yield self._links[(of_shard, number)]

    def latest_checkpoint(self) -> SignedCheckpoint | None:
        """Give the checkpoint that was put last."""
        return self._checkpoints[max(self._checkpoints)] if self._checkpoints else None

    def put_checkpoint(self, signed: SignedCheckpoint) -> None:
        """Add a checkpoint."""
        number = signed.checkpoint.number
        if number in self._checkpoints:
            raise ConflictError("there is a checkpoint of this number: read the latest again")
        self._checkpoints[number] = signed


class InMemoryCheckpointArchive:
    """Implements `CheckpointArchive`."""

    def __init__(self) -> None:
        self._kept: dict[int, SignedCheckpoint] = {}
        self._hidden: set[int] = set()

    def keep(self, signed: SignedCheckpoint) -> None:
        """Keep a checkpoint; repeating it is harmless."""
        number = signed.checkpoint.number
        if self._kept.setdefault(number, signed) != signed or number in self._hidden:
            raise AuditTamperedError("there is something else of this number", number=number)

    def kept(self) -> Iterable[KeptCheckpoint]:
        """Give everything that lies there in order of the numbers."""
        return [
            KeptCheckpoint(number, (self._kept[number],), number in self._hidden)
            for number in sorted(self._kept)
        ]

    def hide(self, number: int) -> None:
        """Hide a checkpoint, as root can where nobody can delete one."""
        self._hidden.add(number)
