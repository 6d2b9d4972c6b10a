"""The execution epoch of a state on this machine: it never falls, whoever raised it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from cli.errors import CommandError
from localcloud.state_folder import read_object, write_whole

if TYPE_CHECKING:
    from localcloud.state_folder import Lock, StateFolder

FILE = "epoch.json"
# The template takes 13 digits, whatever a clock says that lost its time with the power.
_FIRST_MS, _LAST_MS = 10**12, 10**13 - 1


def execution_epoch(folder: StateFolder, lock: Lock, asked: str) -> str:
    """Give the newest of what was asked for, now or before, and of the starts after a kill.

    A kill has set the tables back to what was saved, as a restore does: the venue has what was done
    since. Raises CommandError PARAMETER_INVALID for a time that is still to come.
    """
    file, now_ms = folder.root / FILE, time.time_ns() // 10**6
    noted = read_object(file).get("ms")
    before_ms = noted if type(noted) is int and _FIRST_MS <= noted <= _LAST_MS else 0
    if int(asked) > max(before_ms, now_ms):
        raise CommandError(
            "PARAMETER_INVALID",
            f"ExecutionEpoch {asked} is still to come, and an epoch never falls again",
            "name the time in ms at which copying was stopped",
        )
    epoch_ms = max(before_ms, int(asked))
    if lock.after_a_kill and folder.has_saved():
        epoch_ms = max(now_ms, epoch_ms + 1, _FIRST_MS)
    if epoch_ms > before_ms:
        write_whole(file, {"ms": epoch_ms})
    return str(epoch_ms)
