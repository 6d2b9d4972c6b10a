"""State on disk: one user at a time, whole files or none, and clear words when the disk refuses."""

from __future__ import annotations

import errno
import fcntl
import os
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from localcloud.errors import Code, LocalCloudError
from localcloud.processes import process_tree, summed_pss_bytes
from localcloud.state_folder import StateFolder, read_object, refusal, write_whole

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("number", "code", "remedy"),
    [
        (errno.ENOSPC, Code.DISK_FULL, "free some space"),
        (errno.EDQUOT, Code.DISK_FULL, "free some space"),
        (errno.EACCES, Code.STATE_UNWRITABLE, "make it writable"),
        (errno.EPERM, Code.STATE_UNWRITABLE, "make it writable"),
        (errno.EROFS, Code.STATE_UNWRITABLE, "choose another folder"),
        (errno.EEXIST, Code.STATE_UNWRITABLE, "choose another folder"),
        (errno.ENOTDIR, Code.STATE_UNWRITABLE, "choose another folder"),
    ],
)
def test_a_disk_that_refuses_is_told_apart(
    tmp_path: Path, number: int, code: Code, remedy: str
) -> None:
    error = refusal(OSError(number, "because"), tmp_path)

    assert error.code is code
    assert error.remedy.startswith(remedy)


def test_a_second_user_is_refused_until_the_first_lets_go(folder: StateFolder) -> None:
    first = folder.lock()
    with pytest.raises(LocalCloudError) as refused:
        folder.lock()
    first.close()
    folder.lock().close()

    assert refused.value.code is Code.STATE_IN_USE


@pytest.mark.parametrize("before", ["", "4711", "starting 4711"])
def test_it_is_told_which_process_can_be_ended(folder: StateFolder, before: str) -> None:
    folder.running.write_text(before, encoding="utf-8")
    with closing(folder.lock()), pytest.raises(LocalCloudError) as refused:
        folder.lock()

    assert refused.value.message.endswith(f" is in use by process {os.getpid()}")


def test_a_first_user_is_not_refused_because_somebody_looks_just_then(
    folder: StateFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.lock().close()
    looking = os.open(folder.running, os.O_RDONLY)
    fcntl.flock(looking, fcntl.LOCK_SH | fcntl.LOCK_NB)
    monkeypatch.setattr("localcloud.state_folder.time.sleep", lambda _: os.close(looking))

    folder.lock().close()


@pytest.mark.parametrize("was_saved", [False, True])
def test_objects_of_services_that_were_never_saved_go(
    folder: StateFolder, *, was_saved: bool
) -> None:
    folder.prepare()
    left = folder.objects / "a bucket" / "an object"
    left.parent.mkdir()
    left.write_text("left by a kill")
    if was_saved:
        (folder.services / "s3.json").write_text("{}")

    folder.prepare()

    assert left.exists() is was_saved


def test_a_shared_hold_keeps_the_folder_after_the_first_is_closed(folder: StateFolder) -> None:
    first = folder.lock()
    second = first.shared()
    first.close()

    with pytest.raises(LocalCloudError):
        folder.lock()
    second.close()
    folder.lock().close()


def test_nobody_else_reads_what_the_emulator_keeps(folder: StateFolder) -> None:
    assert folder.cloud.stat().st_mode & 0o077 == 0


def test_a_saved_service_that_cannot_be_read_is_refused_and_left_alone(
    folder: StateFolder,
) -> None:
    folder.prepare()
    folder.require_whole()
    damaged = folder.services / "kms.json"
    damaged.write_text('{"payload": {"keys', encoding="utf-8")

    with pytest.raises(LocalCloudError) as refused:
        folder.require_whole()

    assert refused.value.code is Code.STATE_DAMAGED
    assert damaged.read_text(encoding="utf-8") == '{"payload": {"keys'


def test_what_a_killed_run_left_is_noticed(folder: StateFolder) -> None:
    folder.running.write_text("4711", encoding="utf-8")

    lock = folder.lock()

    assert lock.after_a_kill
    lock.close()


def test_a_start_that_was_refused_is_no_kill_and_hides_none(folder: StateFolder) -> None:
    folder.lock().close()
    with closing(folder.lock()) as second:
        assert not second.after_a_kill

    folder.running.write_text("4711", encoding="utf-8")
    folder.lock().close()
    with closing(folder.lock()) as fourth:
        assert fourth.after_a_kill


def test_a_kill_of_the_version_before_is_noticed_behind_a_start_that_was_refused(
    folder: StateFolder,
) -> None:
    folder.lock().close()
    with folder.running.open("r+b", buffering=0) as running:
        running.write(b"4711")  # over what lies there, which it does not cut

    with closing(folder.lock()) as after_it:
        assert after_it.after_a_kill


@pytest.mark.parametrize("damaged", ["", "{", "[1]", "\x00"])
def test_a_damaged_note_counts_as_none(tmp_path: Path, damaged: str) -> None:
    (tmp_path / "note.json").write_text(damaged, encoding="utf-8")

    assert read_object(tmp_path / "note.json") == {}


def test_a_note_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    note = tmp_path / "note.json"
    write_whole(note, {"port": 1})
    note.with_suffix(".draft").mkdir()

    with pytest.raises(LocalCloudError):
        write_whole(note, {"port": 2})

    assert read_object(note) == {"port": 1}


def test_the_memory_of_this_process_is_more_than_a_megabyte() -> None:
    memory = summed_pss_bytes(os.getpid())

    assert os.getpid() in process_tree(os.getpid())
    assert memory is None or memory > 1_000_000
