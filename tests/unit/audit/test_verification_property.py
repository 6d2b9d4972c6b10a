"""Whatever is done to rows or links once they are sealed and checkpointed is found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.audit.scene import Scene, row
from understudy.domain.audit_chain import next_link

if TYPE_CHECKING:
    from collections.abc import Callable

    from understudy.domain.audit_chain import Link

ROWS = 24
BATCH = 8


def a_history() -> Scene:
    scene = Scene()
    for _ in range(ROWS // BATCH):
        scene.write(BATCH)
        scene.checkpoint()
    return scene


def _change_row(scene: Scene, place: int) -> None:
    victim = scene.table[place]
    scene.table[place] = replace(victim, fields={**victim.fields, "event": "ANOTHER"})


def _remove_row(scene: Scene, place: int) -> None:
    del scene.table[place]


def _insert_row(scene: Scene, place: int) -> None:
    scene.table.append(replace(row(place), sort=f"{place:013d}#forged"))


def _swap_rows(scene: Scene, place: int) -> None:
    one, other = scene.table[place], scene.table[place - 1]
    scene.table[place] = replace(one, fields=other.fields)
    scene.table[place - 1] = replace(other, fields=one.fields)


def _links(scene: Scene) -> dict[tuple[int, int], Link]:
    return scene.chains._links


def _remove_link(scene: Scene, place: int) -> None:
    del _links(scene)[sorted(_links(scene))[place % len(_links(scene))]]


def _change_link(scene: Scene, place: int) -> None:
    key = sorted(_links(scene))[place % len(_links(scene))]
    link = _links(scene)[key]
    _links(scene)[key] = replace(link, seals=link.seals[:-1])


def _rewrite_chain(scene: Scene, place: int) -> None:
    """Take one row and its seal out and make every later hash right again."""
    victim, before = scene.table.pop(place), None
    for key in sorted(_links(scene)):
        link = _links(scene)[key]
        if any(seal.key == victim.key for seal in link.seals) or before is not None:
            if before is not None and before.shard != link.shard:
                break
            kept = [seal for seal in link.seals if seal.key != victim.key]
            previous = before or _links(scene).get((link.shard, link.number - 1))
            before = next_link(previous, link.shard, kept, link.at_ms)
            _links(scene)[key] = before


DEEDS: tuple[Callable[[Scene, int], None], ...] = (
    _change_row,
    _remove_row,
    _insert_row,
    _swap_rows,
    _remove_link,
    _change_link,
    _rewrite_chain,
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(DEEDS), st.integers(0, ROWS - 1))
def test_one_deed_is_always_found(deed: Any, place: int) -> None:
    scene = a_history()

    deed(scene, place)

    assert scene.codes()


def test_an_honest_history_has_no_findings() -> None:
    assert not a_history().codes()
