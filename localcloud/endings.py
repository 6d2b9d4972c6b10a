"""Turns the signals that end a command into one exception, so that everything is cleaned up once.

While the cleaning goes on, further signals are ignored: impatience must leave nothing behind. A
signal that comes while a process is launched or stopped waits: nobody cleans up what is half done.
"""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
EXIT_CODE_BASE = 128


class Stopped(BaseException):
    """Somebody asked the command to end."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_code = EXIT_CODE_BASE + number


class _Listener:
    """The handler of the signals: raises at the first, which it holds back while told to."""

    def __init__(self) -> None:
        self._holds = 0
        self._first: int | None = None

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        if self._first is None:
            self._first = number
        self._stop_unless_held()

    @contextmanager
    def held_back(self) -> Iterator[None]:
        self._holds += 1
        try:
            yield
        finally:
            self._holds -= 1
            self._stop_unless_held()

    def _stop_unless_held(self) -> None:
        if self._first is None or self._holds:
            return
        # Not before: what is launched inherits an ignored signal, and could not be ended by it.
        for each in SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped(self._first)


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Raise `Stopped` in the main thread at the first signal; ignore those after it."""
    listener = _Listener()
    before = {number: signal.signal(number, listener) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def unbroken() -> Iterator[None]:
    """Hold `Stopped` back until the end of the block.

    Around a launch, inside the `try` that ends what was launched, and around a stop; what merely
    waits for an answer stays outside. It does nothing where `Stopped` is not raised: in other
    threads, and where nobody listens for signals.
    """
    listener = signal.getsignal(signal.SIGINT)
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or not isinstance(listener, _Listener):
        yield
        return
    with listener.held_back():
        yield
