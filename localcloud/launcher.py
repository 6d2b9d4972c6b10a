"""The emulator's process: corrects it, serves it on 127.0.0.1 and stops it without leftovers.

Run as `python -m localcloud.launcher` by `localcloud.emulator`, in a clean environment.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import signal
import sys
from importlib import metadata
from itertools import count
from typing import TYPE_CHECKING

from localcloud import lifeline
from localcloud.errors import Code, LocalCloudError
from localcloud.state_folder import note_holder
from localcloud.wire import (
    EMULATOR_VERSION,
    HOST,
    LOCK_DESCRIPTOR,
    NOT_SAVED,
    PARENT_PROCESS_ID,
    REFUSAL,
)
from localcloud.worker import EMULATOR_PROCESS_ID

if TYPE_CHECKING:
    from collections.abc import Mapping

GRACE_SECONDS = 0.5
OLDEST = 2
"""The generation of objects that Python's search for garbage looks through last."""
LOOK_THROUGH_ALL_EVERY = 1000


class _SaveErrors(logging.Handler):
    """Remembers whether the emulator, which swallows them, had errors in saving its state."""

    seen = False

    def emit(self, record: logging.LogRecord) -> None:
        self.seen = self.seen or record.levelno >= logging.ERROR


def refuse_other_versions() -> None:
    """Raise unless the emulator is exactly the one that our patches know."""
    try:
        found = metadata.version("ministack")
    except metadata.PackageNotFoundError:
        found = "none"
    if found != EMULATOR_VERSION:
        raise LocalCloudError(
            Code.EMULATOR_MISSING,
            f"the local cloud needs ministack {EMULATOR_VERSION}; found: {found}",
            "run `make demo` again: it installs the pinned requirements",
        )


def look_through_each_object_once() -> None:
    """Have Python look for garbage among what is new: what it has found to be in use stays.

    The emulator keeps every item, message and record in memory. Looked through again and again,
    they held every call up for up to a quarter of a second. Every thousandth search looks through
    all of it: what was in use and is garbage since, as an ended worker with the code that it ran,
    must not stay for as long as the emulator is up.
    """
    searches = count(1)

    def keep_what_is_in_use(phase: str, found: Mapping[str, int]) -> None:
        if found["generation"] != OLDEST:
            return
        if phase == "stop":
            gc.freeze()
        elif next(searches) % LOOK_THROUGH_ALL_EVERY == 0:
            gc.unfreeze()

    gc.callbacks.append(keep_what_is_in_use)


async def _serve(port: int) -> None:
    from hypercorn.asyncio import serve  # noqa: PLC0415 - after the version check
    from hypercorn.config import Config  # noqa: PLC0415 - the same
    from ministack.app import app  # noqa: PLC0415 - the same

    from localcloud import control, patches  # noqa: PLC0415 - the same
    from localcloud.patches import event_sources, standstill  # noqa: PLC0415 - the same

    patches.apply_all()
    stop = _stop_event()

    async def stopped() -> None:
        await stop.wait()
        event_sources.pause()
        await asyncio.to_thread(standstill.close)

    config = Config()
    config.bind = [f"{HOST}:{port}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = GRACE_SECONDS
    config.loglevel = "WARNING"
    await serve(control.with_control(app), config, shutdown_trigger=stopped)  # type: ignore[arg-type] # hypercorn types ASGI more narrowly


def _stop_event() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

    def left_alone() -> None:
        loop.call_soon_threadsafe(stop.set)

    lifeline.watch_parent(int(os.environ[PARENT_PROCESS_ID]), left_alone)
    return stop


def main() -> int:
    """Serve until told to stop or left alone; return the exit code."""
    save_errors = _SaveErrors()
    logging.getLogger("persistence").addHandler(save_errors)
    lock = int(os.environ.pop(LOCK_DESCRIPTOR))
    os.environ[EMULATOR_PROCESS_ID] = str(os.getpid())
    look_through_each_object_once()
    try:
        refuse_other_versions()
        note_holder(lock, int(os.environ[PARENT_PROCESS_ID]))
        asyncio.run(_serve(int(os.environ["GATEWAY_PORT"])))
    except LocalCloudError as error:
        facts = {"code": error.code, "message": error.message, "remedy": error.remedy}
        sys.stderr.write(f"{REFUSAL}{json.dumps(facts)}\n")
        return 1
    if save_errors.seen:
        return NOT_SAVED
    os.ftruncate(lock, 0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
