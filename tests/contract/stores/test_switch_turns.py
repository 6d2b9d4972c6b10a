"""A turn that comes late never undoes a newer decision for the safe side, which is on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.fakes.builders import NOW_MS
from understudy.domain.errors import ConflictError
from understudy.domain.turns import CLOCKS_DIFFER_BY_MS
from understudy.ports.switches import Switch

if TYPE_CHECKING:
    from tests.contract.stores.worlds import World

USER = "user-1"
KILL = Switch.KILL_USER
FAR_MS = CLOCKS_DIFFER_BY_MS + 1


def turn(world: World, *, on: bool, at_ms: int) -> str:
    """Turn the switch and give the code of the refusal, '' where there was none."""
    try:
        world.switches.turn(KILL, USER, on=on, at_ms=at_ms)
    except ConflictError as error:
        return error.code
    return ""


def test_an_off_decided_before_an_on_is_refused_with_words_that_help(world: World) -> None:
    world.switches.turn(KILL, USER, on=True, at_ms=NOW_MS)

    with pytest.raises(ConflictError, match="a newer decision exists") as refused:
        world.switches.turn(KILL, USER, on=False, at_ms=NOW_MS - 5_000)

    assert refused.value.code == "NEWER_DECISION"
    assert world.switches.is_on(KILL, USER)


@pytest.mark.parametrize("after_ms", [-1, 0, 1, 300, CLOCKS_DIFFER_BY_MS])
def test_an_off_within_what_clocks_differ_by_may_be_the_older_one(
    world: World, after_ms: int
) -> None:
    turn(world, on=True, at_ms=NOW_MS)

    assert turn(world, on=False, at_ms=NOW_MS + after_ms) == "NEWER_DECISION"
    assert world.switches.is_on(KILL, USER)


def test_an_off_decided_later_takes_effect_and_so_does_its_repetition(world: World) -> None:
    turn(world, on=True, at_ms=NOW_MS)

    assert [turn(world, on=False, at_ms=NOW_MS + FAR_MS) for _ in range(2)] == ["", ""]
    assert not world.switches.is_on(KILL, USER)


def test_an_off_repeated_after_the_next_on_is_refused(world: World) -> None:
    turn(world, on=True, at_ms=NOW_MS)
    turn(world, on=False, at_ms=NOW_MS + 5_000)
    turn(world, on=True, at_ms=NOW_MS + 10_000)

    assert turn(world, on=False, at_ms=NOW_MS + 5_000) == "NEWER_DECISION"
    assert world.switches.is_on(KILL, USER)


def test_an_on_always_takes_effect_however_old_it_is(world: World) -> None:
    turn(world, on=True, at_ms=NOW_MS)
    turn(world, on=False, at_ms=NOW_MS + 60_000)

    assert turn(world, on=True, at_ms=NOW_MS - 300) == ""
    assert world.switches.is_on(KILL, USER)


def test_an_older_on_does_not_make_the_newer_one_older(world: World) -> None:
    turn(world, on=True, at_ms=NOW_MS)
    turn(world, on=True, at_ms=NOW_MS - 60_000)

    assert turn(world, on=False, at_ms=NOW_MS - 30_000) == "NEWER_DECISION"
    assert world.switches.is_on(KILL, USER)


def test_a_switch_that_was_never_on_can_be_turned_off_at_any_time(world: World) -> None:
    assert turn(world, on=False, at_ms=1) == ""
    assert not world.switches.is_on(KILL, USER)


def test_the_time_of_one_switch_binds_no_other_and_no_other_subject(world: World) -> None:
    turn(world, on=True, at_ms=NOW_MS + 60_000)
    for switch, subject in ((Switch.FLAGGED, USER), (KILL, "user-2")):
        world.switches.turn(switch, subject, on=True, at_ms=NOW_MS)
        world.switches.turn(switch, subject, on=False, at_ms=NOW_MS + FAR_MS)

        assert not world.switches.is_on(switch, subject)


@pytest.mark.parametrize(
    "world",
    ["memory", pytest.param("emulator", marks=pytest.mark.integration)],
    indirect=True,  # moto looks and writes one after the other when threads meet
)
def test_of_many_turns_at_once_no_late_off_undoes_the_newest_on(world: World) -> None:
    late = [(on, NOW_MS + step * 100) for step in range(-8, 8) for on in (True, False)]
    for place in (0, len(late) // 2, len(late)):
        turns = [*late[:place], (True, NOW_MS + 1_000), *late[place:]]
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda each: turn(world, on=each[0], at_ms=each[1]), turns))

        assert world.switches.is_on(KILL, USER)
        assert turn(world, on=False, at_ms=NOW_MS + 1_000 + FAR_MS) == ""
        assert not world.switches.is_on(KILL, USER)
