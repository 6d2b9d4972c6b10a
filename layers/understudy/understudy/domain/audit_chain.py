"""The chain over the audit's rows: every link seals some rows and the link before it. Pure.

A row's hash covers its key and everything in it, so that no field can be added, changed or moved
to another row unseen.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from understudy.domain.ids import digest_of

SHARDS = 4
NOTHING_BEFORE = ""
MAC = "mac"


class Change(StrEnum):
    """What happened to a row; an honest row is added, and that is all."""

    ADDED = "INSERT"
    CHANGED = "MODIFY"
    REMOVED = "REMOVE"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the audit as it is stored: its key, and all its other fields."""

    partition: str
    sort: str
    fields: Mapping[str, object]

    @property
    def key(self) -> tuple[str, str]:
        """Name the row."""
        return self.partition, self.sort

    @property
    def hash(self) -> str:
        """Give the hash of everything in the row, in hex."""
        return hashlib.sha256(_canonical([self.partition, self.sort, self.fields])).hexdigest()

    @property
    def signed_bytes(self) -> bytes:
        """Give what the writer's code authenticates: the whole row but the code itself."""
        fields = {name: value for name, value in self.fields.items() if name != MAC}
        return _canonical([self.partition, self.sort, fields])


@dataclass(frozen=True, slots=True)
class Seal:
    """One row in a link: its key, what happened to it, and its hash ('' once it is removed)."""

    partition: str
    sort: str
    change: Change
    hash: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Name the row."""
        return self.partition, self.sort


@dataclass(frozen=True, slots=True)
class Link:
    """One link of a shard's chain; numbers begin at 1 and leave nothing out."""

    shard: int
    number: int
    previous: str
    at_ms: int
    seals: tuple[Seal, ...]
    hash: str

    def is_whole(self) -> bool:
        """Say whether the link still has the hash that it was given."""
        return self.hash == _hash_of(self.shard, self.number, self.previous, self.at_ms, self.seals)

    def follows(self, before: Link | None) -> bool:
        """Say whether the link is whole and comes right after another one, or first of all."""
        number, previous = (before.number, before.hash) if before else (0, NOTHING_BEFORE)
        return (self.number, self.previous) == (number + 1, previous) and self.is_whole()


def shard_of(partition: str) -> int:
    """Give the chain to which the rows of a partition belong."""
    return int(digest_of("audit-shard", partition)[:8], 16) % SHARDS


def next_link(before: Link | None, shard: int, seals: Sequence[Seal], at_ms: int) -> Link:
    """Make the link that comes after another one, or first of all."""
    number, previous = (before.number + 1, before.hash) if before else (1, NOTHING_BEFORE)
    sealed = tuple(seals)
    digest = _hash_of(shard, number, previous, at_ms, sealed)
    return Link(shard, number, previous, at_ms, sealed, digest)


def by_shard(seals: Iterable[Seal]) -> Mapping[int, Sequence[Seal]]:
    """Sort seals to their chains, in their order."""
    sorted_seals: dict[int, list[Seal]] = {}
    for seal in seals:
        sorted_seals.setdefault(shard_of(seal.partition), []).append(seal)
    return sorted_seals


def _hash_of(shard: int, number: int, previous: str, at_ms: int, seals: tuple[Seal, ...]) -> str:
    listed = [[seal.partition, seal.sort, seal.change, seal.hash] for seal in seals]
    return hashlib.sha256(_canonical([shard, number, previous, at_ms, listed])).hexdigest()


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=dict).encode()
