"""Where the audit's entries go, what seals them, and who can tell later that none is amiss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from understudy.domain.audit import AboutUser, Actor, AuditEntry, AuditExtract, AuditRecord
    from understudy.domain.audit_chain import Link, Row
    from understudy.domain.audit_checkpoints import Checkpoint, KeptCheckpoint, SignedCheckpoint


class AuditTrail(Protocol):
    """Takes entries. An entry is only ever added."""

    def append(self, entry: AuditEntry) -> None:
        """Keep an entry; raises DependencyError when it is not kept."""
        ...


class AuditLookup(Protocol):
    """Reads entries by whom they are about."""

    def newest(self, actor: Actor, subject: str, most: int) -> Sequence[AuditRecord]:
        """Give the newest entries that one actor wrote of a subject; raises DependencyError.

        Raises AuditTamperedError, which names the row, where one of them cannot be read.
        """
        ...


class AuditExtracts(Protocol):
    """Asks what the audit has of a user, for those who may not read it."""

    def of(self, about: AboutUser) -> AuditExtract:
        """Give the extract; raises DependencyError when nobody answers."""
        ...


class AuditChains(Protocol):
    """Keeps the chains and the latest checkpoint; everything raises DependencyError when away."""

    def head(self, shard: int) -> Link | None:
        """Give a chain's last link."""
        ...

    def append(self, link: Link) -> None:
        """Add a link; raises ConflictError when there is one of its number."""
        ...

    def links(self, shard: int, after: int = 0) -> Iterator[Link]:
        """Give the links after a number, in order."""
        ...

    def latest_checkpoint(self) -> SignedCheckpoint | None:
        """Give the checkpoint that was put last."""
        ...

    def put_checkpoint(self, signed: SignedCheckpoint) -> None:
        """Add a checkpoint; raises ConflictError when there is one of its number."""
        ...


class CheckpointArchive(Protocol):
    """Keeps checkpoints where nobody can change or remove them for years."""

    def keep(self, signed: SignedCheckpoint) -> None:
        """Keep a checkpoint; repeating it is harmless.

        Raises AuditTamperedError, and changes nothing of what is there, when its number holds
        anything else or was ever hidden; DependencyError when the archive is away.
        """
        ...

    def kept(self) -> Iterable[KeptCheckpoint]:
        """Give everything that lies there in order of the numbers, what is hidden too."""
        ...


class CheckpointSigner(Protocol):
    """Signs checkpoints with a key that nobody can read out."""

    def sign(self, checkpoint: Checkpoint) -> SignedCheckpoint:
        """Sign a checkpoint; raises DependencyError when the key is away."""
        ...


class CheckpointVerifier(Protocol):
    """Knows the public half of that key."""

    def is_signed(self, signed: SignedCheckpoint) -> bool:
        """Say whether the signature is this key's."""
        ...


class AuditRows(Protocol):
    """The rows as they lie in the table, and whether their writers wrote them."""

    def rows(self) -> Iterator[Row]:
        """Give every row, in any order."""
        ...

    def writer_of(self, row: Row) -> Actor | None:
        """Name who has written a row just so, wherever it lies; None if no writer has."""
        ...

    def is_genuine(self, row: Row) -> bool:
        """Say whether a writer has written the row just so, and among its own rows."""
        ...
