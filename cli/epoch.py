"""The execution epoch of a state on this machine: it never falls, whoever raised it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from localcloud.state_folder import read_object, write_whole

if TYPE_CHECKING:
    from localcloud.state_folder import Lock, StateFolder

FILE = "epoch.json"


def execution_epoch(folder: StateFolder, lock: Lock, asked: str) -> str:
    """Give the newest of what was asked for, now or before, and of the starts after a kill.

    A kill has set the tables back to what was saved, as a restore does: the venue has what was done
    since.
    """
    file = folder.root / FILE
    noted = read_object(file).get("ms")
    before_ms = noted if isinstance(noted, int) else 0
    is_set_back = lock.after_a_kill and folder.has_saved()
    epoch_ms = max(before_ms, int(asked), time.time_ns() // 10**6 if is_set_back else 0)
    if epoch_ms > before_ms:
        write_whole(file, {"ms": epoch_ms})
    return str(epoch_ms)
