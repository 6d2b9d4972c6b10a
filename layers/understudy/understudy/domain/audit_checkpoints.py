"""How far every chain had come at one moment, to be signed and kept elsewhere. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from understudy.domain.audit_chain import NOTHING_BEFORE, Link


@dataclass(frozen=True, slots=True)
class Head:
    """The last link of a chain: its number and hash."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The heads of all chains by shard, and the checkpoint before; numbers begin at 1."""

    number: int
    at_ms: int
    previous: str
    heads: Mapping[str, Head]

    @property
    def statement(self) -> bytes:
        """Give the bytes that are signed."""
        heads = {shard: [head.number, head.hash] for shard, head in self.heads.items()}
        listed = [self.number, self.at_ms, self.previous, heads]
        return json.dumps(listed, sort_keys=True, separators=(",", ":")).encode()

    @property
    def hash(self) -> str:
        """Give the hash of the statement, in hex."""
        return hashlib.sha256(self.statement).hexdigest()


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint with its signature: ECDSA on P-256 over SHA-256, DER in base64."""

    checkpoint: Checkpoint
    signature: str


@dataclass(frozen=True, slots=True)
class KeptCheckpoint:
    """All that lies under one number in the archive, and whether a marker hides any of it.

    A version that cannot be read is None. What our writer leaves is one version, and no marker.
    """

    number: int
    versions: tuple[SignedCheckpoint | None, ...]
    is_hidden: bool = False

    def is_only(self, signed: SignedCheckpoint) -> bool:
        """Say whether a checkpoint is all that was ever put there."""
        return self.versions == (signed,) and not self.is_hidden


def next_checkpoint(before: Checkpoint | None, heads: Mapping[int, Link], at_ms: int) -> Checkpoint:
    """Make the checkpoint that comes after another one, or first of all."""
    number, previous = (before.number + 1, before.hash) if before else (1, NOTHING_BEFORE)
    named = {str(shard): Head(link.number, link.hash) for shard, link in sorted(heads.items())}
    return Checkpoint(number, at_ms, previous, named)
