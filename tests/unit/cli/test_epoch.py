"""The execution epoch of a kept state never falls."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from cli.epoch import FILE, execution_epoch
from cli.errors import CommandError
from localcloud.state_folder import StateFolder, write_whole

if TYPE_CHECKING:
    from pathlib import Path

ASKED_MS = 1_700_000_000_000
TO_COME_MS = 9_999_999_999_999


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    made = StateFolder(tmp_path / "state")
    made.prepare_root()
    made.prepare()
    return made


def save(folder: StateFolder) -> None:
    (folder.services / "dynamodb.json").write_text("{}", encoding="utf-8")


def epoch_at_a_start(
    folder: StateFolder, *, after_a_kill: bool = False, asked: str | int = 0
) -> int:
    folder.running.write_text("4711" if after_a_kill else "", encoding="utf-8")
    with closing(folder.lock()) as lock:
        return int(execution_epoch(folder, lock, str(asked)))


def test_what_a_kill_has_set_back_begins_an_epoch_that_no_later_start_lowers(
    folder: StateFolder,
) -> None:
    save(folder)
    assert epoch_at_a_start(folder) == 0

    began_ms = time.time_ns() // 10**6
    epoch_ms = epoch_at_a_start(folder, after_a_kill=True)

    assert epoch_ms >= began_ms
    assert epoch_at_a_start(folder) == epoch_ms
    assert epoch_at_a_start(folder, asked=epoch_ms - 1) == epoch_ms
    assert epoch_at_a_start(folder, after_a_kill=True) > epoch_ms


def test_a_kill_before_anything_was_saved_sets_nothing_back(folder: StateFolder) -> None:
    assert epoch_at_a_start(folder, after_a_kill=True) == 0
    assert not (folder.root / FILE).exists()


def test_one_that_was_asked_for_once_holds_for_every_later_start(folder: StateFolder) -> None:
    assert epoch_at_a_start(folder, asked=ASKED_MS) == ASKED_MS
    assert epoch_at_a_start(folder) == ASKED_MS
    assert epoch_at_a_start(folder, asked=ASKED_MS + 1) == ASKED_MS + 1


@pytest.mark.parametrize("seconds", [60, ASKED_MS // 1_000 - 3_600])
def test_it_rises_with_each_kill_whatever_the_clock_says(
    folder: StateFolder, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    save(folder)
    monkeypatch.setattr(time, "time_ns", lambda: seconds * 10**9)

    first = epoch_at_a_start(folder, after_a_kill=True)
    second = epoch_at_a_start(folder, after_a_kill=True)
    write_whole(folder.root / FILE, {"ms": ASKED_MS})
    third = epoch_at_a_start(folder, after_a_kill=True)

    assert second == first + 1
    assert third == ASKED_MS + 1
    assert [len(str(each)) for each in (first, second, third)] == [13, 13, 13]


def test_one_that_is_still_to_come_is_refused_and_not_noted(folder: StateFolder) -> None:
    with pytest.raises(CommandError) as refused:
        epoch_at_a_start(folder, asked=TO_COME_MS)

    assert refused.value.code == "PARAMETER_INVALID"
    assert epoch_at_a_start(folder) == 0


@pytest.mark.parametrize(
    "noted", ['{"ms": "soon"}', '{"ms": true}', '{"ms": 5}', f'{{"ms": {10**16}}}', "{}", "[", ""]
)
def test_a_damaged_note_is_none(folder: StateFolder, noted: str) -> None:
    (folder.root / FILE).write_text(noted, encoding="utf-8")

    assert epoch_at_a_start(folder) == 0
