"""The emulator's own small pages under `/_understudy/`, and the tally of what passes by."""

from __future__ import annotations

import asyncio
import json
import os
from typing import TYPE_CHECKING, Any

from ministack.core import lambda_runtime
from ministack.services import sts

from localcloud.call_counts import CallCounts
from localcloud.patches import denials, deployed, event_sources, schedules
from localcloud.patches.worker_times import times
from localcloud.wire import CONTROL

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    Scope = dict[str, Any]
    Receive = Callable[[], Awaitable[dict[str, Any]]]
    Send = Callable[[dict[str, Any]], Awaitable[None]]
    Application = Callable[[Scope, Receive, Send], Awaitable[None]]


def caller_of(access_key: str) -> str:
    """Return the name of the function whose session an access key belongs to, else `root`."""
    session = sts._sessions.get(access_key)  # noqa: SLF001 - the emulator has no public look-up
    return str(session["Arn"]).rpartition("/")[2] if session else "root"


def with_control(emulator: Application) -> Application:
    """Wrap the emulator's application: count its calls and answer the control pages."""
    counts = CallCounts(caller_of)
    pages: Mapping[str, Callable[[], Any]] = {
        "alive": lambda: {"process_id": os.getpid()},
        "calls": lambda: list(counts.rows()),
        "begin": lambda: {"started": _begin()},
        "denials": lambda: list(denials.rows()),
        "schedules": lambda: {"started": schedules.run_all()},
        "workers": _workers,
        "worker-times": _worker_times,
    }

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            page = pages.get(scope["path"].removeprefix(CONTROL))
            if page is not None and scope["path"].startswith(CONTROL):
                await _answer(send, await asyncio.to_thread(page))
                return
            counts.note(scope)
        await emulator(scope, receive, send)

    return application


def _begin() -> int:
    """Let event sources take batches, and schedules run; return how many of those run at once."""
    deployed.everything.set()
    event_sources.wake()
    return schedules.run_those_of_every_minute()


def _workers() -> list[dict[str, str | int]]:
    """List the living workers."""
    pools = list(lambda_runtime._workers.values())  # noqa: SLF001 - the emulator has no public list
    return [
        {"function": worker.func_name, "process_id": worker._proc.pid}  # noqa: SLF001 - the same
        for pool in pools
        for worker in list(pool)
        if worker._proc is not None  # noqa: SLF001 - the same
    ]


def _worker_times() -> list[dict[str, str | float]]:
    """List what the workers of each function took, in CPU seconds, those included that ended."""
    return [
        {"function": function, "starting": taken.starting, "working": taken.working}
        for function, taken in times.by_function().items()
    ]


async def _answer(send: Send, value: object) -> None:
    body = json.dumps(value).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
