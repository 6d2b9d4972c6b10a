"""Rows go into their chains, once or more often, whoever else seals at the same time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.audit.scene import Scene, row
from understudy.adapters.memory.audit import InMemoryAuditChains
from understudy.domain.audit_chain import SHARDS, Change, Seal, next_link, shard_of
from understudy.domain.errors import ConflictError, DependencyError

if TYPE_CHECKING:
    from understudy.domain.audit_chain import Link


class RacedChains(InMemoryAuditChains):
    """Chains to which somebody else adds a link first, some times."""

    def __init__(self, races: int) -> None:
        super().__init__()
        self.races = races

    def append(self, link: Link) -> None:
        if self.races:
            self.races -= 1
            other = Seal("OPERATOR#other", "1#x", Change.ADDED, "hash")
            super().append(next_link(self.head(link.shard), link.shard, [other], link.at_ms))
            raise ConflictError("another was first")
        super().append(link)


def test_every_row_is_in_the_chain_of_its_partition() -> None:
    scene = Scene()
    rows = scene.write(40)

    sealed = {
        seal.key: shard
        for shard in range(SHARDS)
        for link in scene.chains.links(shard)
        for seal in link.seals
    }
    assert sealed == {each.key: shard_of(each.partition) for each in rows}
    assert set(sealed.values()) == set(range(SHARDS))


def test_a_batch_adds_one_link_to_a_chain_whatever_its_size() -> None:
    scene = Scene()
    scene.write(40)
    scene.write(40)

    assert [len(list(scene.chains.links(shard))) for shard in range(SHARDS)] == [2] * SHARDS


def test_whoever_is_second_goes_on_behind_the_first() -> None:
    scene = Scene(chains=RacedChains(3))
    rows = [row(1)]
    scene.table += rows
    scene.seal(rows)

    links = list(scene.chains.links(shard_of(rows[0].partition)))
    assert [link.number for link in links] == [1, 2, 3, 4]
    assert links[-1].seals[0].key == rows[0].key


def test_a_chain_that_others_keep_extending_has_the_batch_come_again() -> None:
    with pytest.raises(DependencyError):
        Scene(chains=RacedChains(100)).seal([row(1)])


@pytest.mark.parametrize("change", [Change.CHANGED, Change.REMOVED])
def test_what_no_honest_writer_does_is_told_and_kept(change: Change) -> None:
    scene = Scene()
    (victim,) = scene.write(1)

    told = scene.seal([victim], change)

    assert [seal.key for seal in told] == [victim.key]
    assert scene.codes()


def test_an_honest_row_is_not_told() -> None:
    assert not Scene().seal([row(1)])
