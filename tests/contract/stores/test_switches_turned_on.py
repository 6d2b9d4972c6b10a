"""What operators have turned on can be listed, however much else lies in the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.builders import NOW_MS
from understudy.ports.switches import OF_OPERATORS, Switch, TurnedOn

if TYPE_CHECKING:
    from tests.contract.stores.worlds import World

LATER_MS = NOW_MS + 60_000
LEADER = "0x" + "ab" * 20
SUBJECTS = {
    Switch.KILL_GLOBAL: "",
    Switch.KILL_VENUE: "hyperliquid",
    Switch.KILL_USER: "user-1",
    Switch.FLAGGED: "user-1",
    Switch.BLACKLISTED: LEADER,
}


def test_a_table_in_which_nothing_was_turned_lists_nothing(world: World) -> None:
    assert list(world.switches.turned_on()) == []


def test_every_switch_of_operators_that_is_on_is_listed_with_its_subject_and_since_when(
    world: World,
) -> None:
    for switch, subject in SUBJECTS.items():
        world.switches.turn(switch, subject, on=True, at_ms=NOW_MS)
    world.switches.turn(Switch.BLACKLISTED, LEADER, on=True, at_ms=LATER_MS)

    expected = [
        TurnedOn(switch, subject, LATER_MS if switch is Switch.BLACKLISTED else NOW_MS)
        for switch, subject in SUBJECTS.items()
    ]
    assert tuple(SUBJECTS) == OF_OPERATORS
    assert list(world.switches.turned_on()) == expected


def test_what_was_turned_off_is_not_listed_and_what_stands_beside_it_is(world: World) -> None:
    for switch, subject in SUBJECTS.items():
        world.switches.turn(switch, subject, on=True, at_ms=NOW_MS)
        if switch is not Switch.FLAGGED:
            world.switches.turn(switch, subject, on=False, at_ms=LATER_MS)

    assert list(world.switches.turned_on()) == [TurnedOn(Switch.FLAGGED, "user-1", NOW_MS)]


def test_what_users_turn_themselves_is_not_listed(world: World) -> None:
    world.switches.turn(Switch.COPY_DISABLED, "user-2", on=True, at_ms=NOW_MS)
    world.switches.turn(Switch.AUTHORITY_REVOKED, "agent-1", on=True, at_ms=NOW_MS)

    assert list(world.switches.turned_on()) == []


def test_an_on_that_comes_late_is_listed_with_the_time_of_the_newer_one(world: World) -> None:
    world.switches.turn(Switch.KILL_USER, "user-1", on=True, at_ms=LATER_MS)
    world.switches.turn(Switch.KILL_USER, "user-1", on=True, at_ms=NOW_MS)

    assert list(world.switches.turned_on()) == [TurnedOn(Switch.KILL_USER, "user-1", LATER_MS)]
