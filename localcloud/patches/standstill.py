"""Brings the functions to rest before the emulator saves, so that nothing moves under the writer.

A function cut short is a crash as AWS has them: its messages come back after their visibility.
"""

from __future__ import annotations

import threading
import time
import weakref
from typing import TYPE_CHECKING, Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from localcloud.patches.attributes import existing

if TYPE_CHECKING:
    import logging

DRAIN_SECONDS = 0.5
KILL_SECONDS = 3.0
STEP_SECONDS = 0.02
STOPPING = "the local cloud is stopping"

_closed = threading.Event()
_refused = threading.local()
"""Whether a call was refused here: what this thread says of it is of our own doing.

It ends with the thread, whose number may come again. Until then it stays true: a thread has one
call at a time, and once closed every further one is refused.
"""
_environments: weakref.WeakSet[Any] = weakref.WeakSet()
_environments_lock = threading.Lock()


def apply() -> None:
    """Make executions refusable: once closed, a call is throttled and an event stays queued."""
    acquire = existing(lambda_svc, "_acquire_execution_slot")

    def acquire_unless_closed(function: Any, config: Any) -> Any:
        if not _closed.is_set():
            return acquire(function, config)
        _refused.here = True
        return None, "account"

    lambda_svc._acquire_execution_slot = acquire_unless_closed  # noqa: SLF001 - the patch
    existing(lambda_svc, "executions_in_flight")
    existing(lambda_runtime, "kill_workers")
    _say_why()
    for module in (lambda_runtime, lambda_svc):
        existing(module, "logger").addFilter(_was_not_refused)
    _remember_environments()


def _say_why() -> None:
    """Have who is refused at the end not look for what takes all executions."""
    throttle = existing(lambda_svc, "_throttle_response")

    def throttle_for(reason_code: str, msg: str, *rest: Any) -> Any:
        return throttle(reason_code, STOPPING if _closed.is_set() else msg, *rest)

    lambda_svc._throttle_response = throttle_for  # noqa: SLF001 - the patch


def _remember_environments() -> None:
    """Know every environment that ever started a process.

    The emulator's own reset forgets one whose process is just being started, which then runs until
    its function's timeout and keeps the emulator from ending.
    """
    environment = existing(lambda_runtime, "ProvidedWorker")
    spawn = existing(environment, "_spawn")

    def spawn_remembered(worker: Any, *given: Any, **named: Any) -> None:
        with _environments_lock:
            _environments.add(worker)
        spawn(worker, *given, **named)

    environment._spawn = spawn_remembered  # noqa: SLF001 - the patch


def close() -> None:
    """Start nothing more, give running functions a moment, then end their processes."""
    _closed.set()
    _wait_until_idle(DRAIN_SECONDS)
    for module in (lambda_runtime, lambda_svc):  # what fails from here on is of our own doing
        module.logger.disabled = True
    deadline = time.monotonic() + KILL_SECONDS
    _end_processes()
    while lambda_svc.executions_in_flight()[0] and time.monotonic() < deadline:
        time.sleep(STEP_SECONDS)
        _end_processes()


def _was_not_refused(_record: logging.LogRecord) -> bool:
    return not getattr(_refused, "here", False)  # a filter runs in the thread that logs


def _end_processes() -> None:
    with _environments_lock:
        environments = list(_environments)
    lambda_runtime.kill_workers(environments)


def _wait_until_idle(seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while lambda_svc.executions_in_flight()[0] and time.monotonic() < deadline:
        time.sleep(STEP_SECONDS)
