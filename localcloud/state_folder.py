"""The folder that survives restarts: what lies where in `.local/`, and who may use it.

.local/
  ports.json          the ports of this folder; queue URLs contain the emulator's
  epoch.json          the newest execution epoch, where a kill or a parameter began one
  cloud/              everything the emulator writes
    state/  s3/       its saved services and objects
    temporary/        unpacked bootstraps; emptied at each start
    packages/         links to what functions may import; made anew by each deployment
    emulator.log      what it says; rewritten at each start
    running           locked by who uses it, whose process it names; not empty after a kill
    deployed.json     what was deployed last, so that the same again is no work
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from localcloud.errors import Code, LocalCloudError
from localcloud.wire import HOST

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# Not in a message's body, whose quotes are escaped there.
_QUEUE_URL = re.compile(rf'"url": "http://{re.escape(HOST)}:([1-9][0-9]{{,4}})/')
HIGHEST_PORT = 65_535
FULL_BELOW_BYTES = 1_000_000
# Before the number: a version that knows nothing of it writes its own over the beginning.
STARTING = "starting "
LOOKED_AT_TIMES = 4
LOOKED_AT_SECONDS = 0.05


def refusal(problem: OSError, path: Path) -> LocalCloudError:
    """Translate a failed write below `path` into what the user can do about it."""
    if problem.errno in (errno.ENOSPC, errno.EDQUOT):
        return LocalCloudError(
            Code.DISK_FULL, f"the disk is full: {path} cannot be written", "free some space"
        )
    forbidden = problem.errno in (errno.EACCES, errno.EPERM)
    return LocalCloudError(
        Code.STATE_UNWRITABLE,
        f"the state folder {path} cannot be written: {problem.strerror}",
        f"{'make it writable for this user, or choose' if forbidden else 'choose'} another folder",
    )


def write_whole(path: Path, value: Mapping[str, Any]) -> None:
    """Write JSON so that a reader sees the old file or the new one, never half of one."""
    draft = path.with_suffix(".draft")
    try:
        draft.write_text(json.dumps(value, indent=2, sort_keys=True), encoding="utf-8")
        draft.replace(path)
    except OSError as problem:
        with suppress(OSError):
            draft.unlink()
        raise refusal(problem, path) from problem


def read_object(path: Path) -> dict[str, Any]:
    """Read a JSON object, or `{}` where there is none or only a damaged one."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


class StateFolder:
    """The places below one state folder, and the right to use it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.ports = root / "ports.json"
        self.cloud = root / "cloud"
        self.services = self.cloud / "state"
        self.objects = self.cloud / "s3"
        self.temporary = self.cloud / "temporary"
        self.packages = self.cloud / "packages"
        self.log = self.cloud / "emulator.log"
        self.running = self.cloud / "running"
        self.deployed = self.cloud / "deployed.json"

    def prepare_root(self) -> None:
        """Create the folder for the emulator's files.

        Raises:
            LocalCloudError: STATE_UNWRITABLE or DISK_FULL.
        """
        try:
            self.cloud.mkdir(parents=True, exist_ok=True)
            self.cloud.chmod(0o700)  # the emulator keeps its own master keys here
        except OSError as problem:
            raise refusal(problem, self.root) from problem

    def prepare(self) -> None:
        """Create what is missing and empty what is temporary; only for who holds the lock.

        Raises:
            LocalCloudError: STATE_UNWRITABLE or DISK_FULL.
        """
        try:
            shutil.rmtree(self.temporary, ignore_errors=True)
            if not self.has_saved():
                # Objects are written at once, services at a stop: without a stop they belong to
                # nothing, and their buckets could not be made again.
                shutil.rmtree(self.objects, ignore_errors=True)
            for folder in (self.services, self.objects, self.temporary):
                folder.mkdir(parents=True, exist_ok=True)
            self.log.write_bytes(b"")
        except OSError as problem:
            raise refusal(problem, self.root) from problem

    def has_saved(self) -> bool:
        """Tell whether a run of the emulator has saved what it holds."""
        return any(self.services.glob("*.json"))

    @cached_property
    def saved_port(self) -> int | None:
        """The port that the saved queue URLs contain, None where no queue is saved.

        Read once: an emulator saves them again with the port that they had.
        """
        try:
            queues = (self.services / "sqs.json").read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return None
        found = _QUEUE_URL.search(queues)
        return int(found[1]) if found and int(found[1]) <= HIGHEST_PORT else None

    def require_whole(self) -> None:
        """Refuse saved services that cannot be read: the emulator would save emptiness over them.

        Raises:
            LocalCloudError: STATE_DAMAGED.
        """
        for file in sorted(self.services.glob("*.json")):
            try:
                json.loads(file.read_bytes())
            except ValueError as problem:
                raise LocalCloudError(
                    Code.STATE_DAMAGED,
                    f"the saved state {file} cannot be read: {problem}",
                    f"restore it from a copy, or move {self.root} away to start anew",
                ) from problem

    def is_full(self) -> bool:
        """Tell whether the disk is: then whatever failed could not even write down why."""
        return shutil.disk_usage(self.root).free < FULL_BELOW_BYTES

    def running_since(self) -> float | None:
        """Say since when a system runs on this folder, in seconds of the epoch; None for none."""
        try:
            descriptor = os.open(self.running, os.O_RDONLY)
        except (FileNotFoundError, NotADirectoryError):
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return os.fstat(descriptor).st_mtime  # it was touched by who took it
        finally:
            os.close(descriptor)
        return None

    def lock(self) -> Lock:
        """Take the folder for the caller, until it closes the lock or its last holder dies.

        Raises:
            LocalCloudError: STATE_IN_USE while another process runs on this folder.
        """
        try:
            descriptor = os.open(self.running, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as problem:
            raise refusal(problem, self.root) from problem
        try:
            _take(descriptor)
        except OSError as problem:
            holder = _noted(descriptor).removeprefix(STARTING) or "unknown"
            os.close(descriptor)
            raise LocalCloudError(
                Code.STATE_IN_USE,
                f"the state folder {self.root} is in use by process {holder}",
                "stop that one first (Ctrl-C where it runs), or choose another folder",
            ) from problem
        noted = _noted(descriptor)
        after_a_kill = noted != "" and not noted.startswith(STARTING)
        note_holder(descriptor, os.getpid(), "" if after_a_kill else STARTING)
        os.utime(descriptor)  # since when it is used
        return Lock(descriptor, after_a_kill)


def note_holder(descriptor: int, process_id: int, state: str = "") -> None:
    """Note in the file of a lock whose process can be ended to free it; runs unless STARTING."""
    noted = f"{state}{process_id}".encode()
    os.pwrite(descriptor, noted, 0)
    os.ftruncate(descriptor, len(noted))


def _noted(descriptor: int) -> str:
    return os.pread(descriptor, 32, 0).decode(errors="replace").strip()


def _take(descriptor: int) -> None:
    """Lock for sole use; whoever only looks whether somebody does is gone in a moment."""
    for _ in range(LOOKED_AT_TIMES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(LOOKED_AT_SECONDS)
        else:
            return
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@dataclass(frozen=True)
class Lock:
    """Sole use of a state folder; every process that inherits the descriptor holds it too."""

    descriptor: int
    after_a_kill: bool

    def shared(self) -> Lock:
        """Return one more hold on the folder, to be closed by itself."""
        return Lock(os.dup(self.descriptor), self.after_a_kill)

    def close(self) -> None:
        """Let go of this hold."""
        os.close(self.descriptor)
