"""A checkpoint says how far every chain had come, and is never made over a broken one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.unit.audit.scene import Scene
from understudy.adapters.memory.audit import InMemoryCheckpointArchive
from understudy.domain.audit_chain import SHARDS
from understudy.domain.errors import DependencyError

if TYPE_CHECKING:
    from understudy.domain.audit_checkpoints import SignedCheckpoint


class AwayOnce(InMemoryCheckpointArchive):
    """An archive that does not answer the first time."""

    def __init__(self) -> None:
        super().__init__()
        self.is_away = True

    def keep(self, signed: SignedCheckpoint) -> None:
        if self.is_away:
            self.is_away = False
            raise DependencyError("the archive is away")
        super().keep(signed)


def test_nothing_new_makes_no_checkpoint() -> None:
    scene = Scene()
    assert scene.checkpoint().number == 0
    scene.write(30)

    assert [scene.checkpoint().number for _ in range(3)] == [1, 1, 1]


def test_each_checkpoint_names_the_one_before() -> None:
    scene = Scene()
    for _ in range(3):
        scene.write(30)
        scene.checkpoint()

    kept = [
        signed.checkpoint for each in scene.archive.kept() for signed in each.versions if signed
    ]
    assert [each.number for each in kept] == [1, 2, 3]
    assert [each.previous for each in kept] == ["", kept[0].hash, kept[1].hash]
    assert [head.number for head in kept[2].heads.values()] == [3] * SHARDS


def test_a_checkpoint_that_was_not_archived_is_archived_by_the_next_run() -> None:
    scene = Scene(archive=AwayOnce())
    scene.write(30)
    with pytest.raises(DependencyError):
        scene.checkpoint()

    assert scene.checkpoint().number == 1
    assert [kept.number for kept in scene.archive.kept()] == [1]


def test_a_broken_chain_is_told_and_not_signed() -> None:
    scene = Scene()
    scene.write(30)
    scene.checkpoint()
    scene.write(30)
    last = scene.chains.head(1)
    assert last is not None
    scene.chains._links[(1, last.number)] = replace(last, seals=last.seals[1:])

    outcome = scene.checkpoint()

    assert (outcome.number, outcome.broken) == (1, (1,))
    assert len(list(scene.archive.kept())) == 1


def test_a_chain_that_is_gone_is_told() -> None:
    scene = Scene()
    scene.write(30)
    scene.checkpoint()
    del scene.chains._links[(3, 1)]

    assert scene.checkpoint().broken == (3,)


def test_a_hidden_checkpoint_is_told_by_every_run_and_stops_none() -> None:
    scene = Scene()
    scene.write(30)
    scene.checkpoint()
    scene.archive.hide(1)

    assert scene.checkpoint() == (1, (), (1,))
    scene.write(30)
    assert [scene.checkpoint() for _ in range(2)] == [(2, (), (1,)), (2, (), ())]
    assert scene.codes() == {"CHECKPOINT_MISSING"}


def test_a_number_that_comes_again_is_told_and_both_bind_the_chains() -> None:
    scene = Scene()
    for _ in range(2):
        scene.write(30)
        scene.checkpoint()
    del scene.chains._checkpoints[2]
    scene.write(30)

    assert scene.checkpoint() == (2, (), (2,))
    for shard in range(SHARDS):
        del scene.chains._links[(shard, 2)], scene.chains._links[(shard, 3)]
    assert "CHAIN_CUT" in scene.codes()


def test_a_checkpoint_that_follows_another_than_the_one_before_is_forged() -> None:
    scene = Scene()
    for _ in range(2):
        scene.write(30)
        scene.checkpoint()
    first, second = scene.archive.kept()
    (kept,) = second.versions
    assert kept is not None
    elsewhere = scene.key.sign(replace(kept.checkpoint, previous="0" * 64))

    scene.archive = InMemoryCheckpointArchive()
    for signed in (*first.versions, elsewhere):
        assert signed is not None
        scene.archive.keep(signed)

    (found,) = scene.verdict().findings
    assert (found.code, found.where) == ("CHECKPOINT_FORGED", "checkpoint 2")
