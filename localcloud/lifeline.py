"""Ends a process when the one that started it is gone, however that one died.

The kernel's parent-death signal follows the *thread* that forked, and the emulator forks its
function workers from threads that end at once; the parent's process id does not lie.
"""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

INTERVAL_SECONDS = 0.2


def watch_parent(parent_process_id: int, when_gone: Callable[[], None]) -> None:
    """Call `when_gone` once, from a daemon thread, after the parent has died."""

    def watch() -> None:
        while os.getppid() == parent_process_id:
            time.sleep(INTERVAL_SECONDS)
        when_gone()

    threading.Thread(target=watch, name="lifeline", daemon=True).start()
