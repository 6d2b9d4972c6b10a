"""Signs how far the chains have come and keeps it out of everybody's reach.

A chain that does not follow from the last checkpoint is never signed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from understudy.domain.audit_chain import SHARDS, Link
from understudy.domain.audit_checkpoints import (
    Checkpoint,
    Head,
    SignedCheckpoint,
    next_checkpoint,
)
from understudy.domain.errors import AuditTamperedError
from understudy.ports.audit import AuditChains, CheckpointArchive, CheckpointSigner
from understudy.ports.clock import Clock


@dataclass(frozen=True, slots=True)
class CheckpointPorts:
    """What a checkpoint needs."""

    chains: AuditChains
    signer: CheckpointSigner
    archive: CheckpointArchive
    clock: Clock


class CheckpointOutcome(NamedTuple):
    """The number of the latest checkpoint (0: none), and what somebody has tampered with.

    `broken` are shards, by their chain; `spoilt` checkpoints that the archive hides, or for whose
    number it has something else.
    """

    number: int
    broken: tuple[int, ...] = ()
    spoilt: tuple[int, ...] = ()


def checkpoint(ports: CheckpointPorts) -> CheckpointOutcome:
    """Make the next checkpoint when a chain has grown; repeating it changes nothing.

    Nothing is signed while any chain is broken. A spoilt checkpoint stops none after it: those
    secure what comes, and what it says stays in the archive. Raises DependencyError.
    """
    latest = ports.chains.latest_checkpoint()
    # The last run may have ended before it archived.
    spoilt = _archived(ports.archive, latest) if latest else ()
    before = latest.checkpoint if latest else None
    heads, broken = _heads(ports.chains, before)
    number = before.number if before else 0
    if broken or not _is_new(before, heads):
        return CheckpointOutcome(number, broken, spoilt)
    signed = ports.signer.sign(next_checkpoint(before, heads, ports.clock.now_ms()))
    ports.chains.put_checkpoint(signed)
    spoilt += _archived(ports.archive, signed)
    return CheckpointOutcome(signed.checkpoint.number, spoilt=spoilt)


def _archived(archive: CheckpointArchive, signed: SignedCheckpoint) -> tuple[int, ...]:
    """Have a checkpoint kept; gives its number where something else is in its place."""
    try:
        archive.keep(signed)
    except AuditTamperedError:
        return (signed.checkpoint.number,)
    return ()


def _heads(
    chains: AuditChains, before: Checkpoint | None
) -> tuple[dict[int, Link], tuple[int, ...]]:
    """Walk each chain from the last checkpoint to its end."""
    heads, broken = {}, []
    for shard in range(SHARDS):
        known = before.heads.get(str(shard)) if before else None
        last, is_whole = _walked(chains, shard, known)
        if not is_whole:
            broken.append(shard)
        elif last is not None:
            heads[shard] = last
    return heads, tuple(broken)


def _walked(chains: AuditChains, shard: int, known: Head | None) -> tuple[Link | None, bool]:
    """Give the chain's last link, and whether all since the known one follow each other."""
    last: Link | None = None
    for link in chains.links(shard, after=known.number - 1 if known else 0):
        if last is None and known is not None:
            is_next = link.hash == known.hash and link.is_whole()
        else:
            is_next = link.follows(last)
        if not is_next:
            return last, False
        last = link
    return last, last is not None or known is None


def _is_new(before: Checkpoint | None, heads: dict[int, Link]) -> bool:
    known = before.heads if before else {}
    return {str(shard): link.number for shard, link in heads.items()} != {
        shard: head.number for shard, head in known.items()
    }
