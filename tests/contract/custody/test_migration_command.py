"""The command over every store, the function killed after each step: each is done once, in time."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from cli import migrate_custody
from cli.app import main
from custody.key_care import keys_door
from custody.keys import WrappedKeys
from custody.migration.door import migrate, take_over
from custody.migration.legacy import EVENTS, TAKEN_OVER, Stage
from custody.migration.legacy_keys import LegacyKeys
from custody.migration.migration import QUARANTINE_MS, Migration
from custody.migration.stand_in import SECRET, StandIn, StandInChain, StandInDesk
from simulators.older_system.thread import OlderSystem
from simulators.older_system.users import new_users
from simulators.older_system.world import Misfortune
from tests.contract.custody.authorities import LOCAL
from tests.contract.custody.in_process import OPERATOR, InProcess, Killed
from tests.fakes.legacy import EndingAfterEachStep
from tests.unit.custody.scene import NOW_MS
from understudy.adapters.memory.clock import ManualClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from custody.doors import Door
    from custody.migration.legacy import LegacyUser
    from custody.migration.ports import LegacyStore
    from tests.contract.custody.backends import Backend

USERS, STEPS = 6, len(EVENTS)
TRIES_OF_THE_COMMAND = 3
DONE, KILLED = 0, 1


@pytest.fixture
def older() -> Iterator[OlderSystem]:
    with OlderSystem() as running:
        yield running


def test_users_reach_the_end_by_the_command_with_each_step_once_wherever_it_is_killed(
    backend: Backend,
    older: OlderSystem,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock, store = ManualClock(NOW_MS), EndingAfterEachStep(backend.legacy, Killed)
    runs_in(monkeypatch, InProcess(door_of(backend, older, clock, store)))
    users, export = users_of(older, tmp_path, USERS)

    assert main(["migrate-custody", "--dry-run", "--import", export]) == DONE
    steps_to_the_quarantine = USERS * 3
    broken = range(steps_to_the_quarantine // TRIES_OF_THE_COMMAND)
    runs = [main(["migrate-custody"]) for _ in broken]
    assert runs == [KILLED] * len(runs), "each of its tries met the end of a process"
    assert "SIGNER_UNAVAILABLE" in capsys.readouterr().err

    clock.move_to(NOW_MS + QUARANTINE_MS - 1)
    assert main(["migrate-custody"]) == DONE
    assert stages(backend, users) == {Stage.TRANSFERRED}
    assert all(sealed_keys(backend, users)), "not a moment before the quarantine's end"

    clock.move_to(NOW_MS + QUARANTINE_MS)
    steps_to_the_end = USERS * 2
    runs = [main(["migrate-custody"]) for _ in range(steps_to_the_end // TRIES_OF_THE_COMMAND)]
    assert runs == [KILLED] * len(runs)
    assert main(["migrate-custody"]) == DONE

    assert stages(backend, users) == {Stage.COMPLETED}
    assert not any(sealed_keys(backend, users))
    steps = [event for event, _ in backend.rows() if event in EVENTS.values()]
    assert len(store.ended) == len(steps) == USERS * STEPS
    sent = Counter(each.wallet for each in older.world.books.mined)
    assert sent == Counter(user["wallet_address"] for user in users)
    assert len(older.world.books.orders) == USERS


def test_a_chain_that_shows_no_transfer_yet_ends_the_command_with_1_and_is_asked_again(
    backend: Backend, older: OlderSystem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = ManualClock(NOW_MS)
    runs_in(monkeypatch, InProcess(door_of(backend, older, clock, backend.legacy)))
    users, export = users_of(older, tmp_path, 3)
    older.world.misfortune = Misfortune.PENDING

    assert [main(["migrate-custody", "--import", export]) for _ in range(2)] == [1, 1]
    assert stages(backend, users) == {Stage.WALLET_CREATED}
    older.world.books.mine()

    assert main(["migrate-custody"]) == DONE
    assert stages(backend, users) == {Stage.TRANSFERRED}
    assert len(older.world.books.mined) == len(users)


def test_who_ran_the_command_is_written_down_and_each_step_under_their_run(
    backend: Backend, older: OlderSystem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = ManualClock(NOW_MS)
    place = InProcess(door_of(backend, older, clock, backend.legacy))
    runs_in(monkeypatch, place)
    _, export = users_of(older, tmp_path, 2)

    assert main(["migrate-custody", "--import", export]) == DONE
    clock.move_to(NOW_MS + QUARANTINE_MS)
    assert main(["migrate-custody"]) == DONE

    (started, first), (_, second) = place.written
    assert started.event == "MIGRATION_RUN_STARTED"
    assert started.facts == {"operator": OPERATOR, "imported": 2, "dry_run": False}
    quarantined, steps = 3, list(EVENTS.values())
    assert first != second
    assert set(backend.rows()) == {
        *((event, first) for event in (TAKEN_OVER, *steps[:quarantined])),
        *((event, second) for event in steps[quarantined:]),
    }


def runs_in(monkeypatch: pytest.MonkeyPatch, place: InProcess) -> None:
    """Have the command find this place."""
    monkeypatch.setattr(migrate_custody, "find_place", lambda _: place)


def users_of(older: OlderSystem, folder: Path, count: int) -> tuple[list[dict[str, str]], str]:
    """Make users of the older system; gives them, and the path of their export."""
    users = new_users(older.world.books, count, Decimal("12.5"))
    export = folder / "users.json"
    export.write_text(json.dumps(users))
    return users, str(export)


def door_of(backend: Backend, older: OlderSystem, clock: ManualClock, store: LegacyStore) -> Door:
    stand_in, keys = StandIn(LOCAL, older.url), WrappedKeys(backend.vault)
    chain, desk = StandInChain(stand_in), StandInDesk(stand_in)
    migration = Migration(store, LegacyKeys(SECRET), keys, chain, desk, clock)
    return keys_door(
        {"take_over": take_over(store, clock), "migrate": migrate(store, clock, lambda: migration)}
    )


def stages(backend: Backend, users: list[dict[str, str]]) -> set[Stage]:
    return {user.stage for user in read(backend, users)}


def sealed_keys(backend: Backend, users: list[dict[str, str]]) -> list[str]:
    return [user.sealed_key for user in read(backend, users)]


def read(backend: Backend, users: list[dict[str, str]]) -> list[LegacyUser]:
    found = [backend.legacy.read(user["user_id"]) for user in users]
    return [user for user in found if user is not None]
