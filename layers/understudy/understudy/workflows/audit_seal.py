"""Seals the audit's rows: what the table's stream tells goes into the chains, at least once.

A row sealed twice with one hash says nothing new; verification passes over it.
"""

from __future__ import annotations

from collections.abc import Sequence

from understudy.domain.audit_chain import Change, Seal, by_shard, next_link
from understudy.domain.errors import ConflictError, DependencyError
from understudy.ports.audit import AuditChains
from understudy.ports.clock import Clock

MAX_TRIES = 8


def seal(chains: AuditChains, clock: Clock, seals: Sequence[Seal]) -> Sequence[Seal]:
    """Add one link to each chain that these rows belong to; give what no honest writer does.

    Raises DependencyError when a chain could not be extended: the same rows come again.
    """
    for shard, rows in by_shard(seals).items():
        _extend(chains, clock, shard, rows)
    return [each for each in seals if each.change is not Change.ADDED]


def _extend(chains: AuditChains, clock: Clock, shard: int, seals: Sequence[Seal]) -> None:
    for _ in range(MAX_TRIES):
        try:
            chains.append(next_link(chains.head(shard), shard, seals, clock.now_ms()))
        except ConflictError:  # another worker was first: the chain goes on behind its link
            continue
        return
    raise DependencyError("others keep extending this chain", shard=shard)
