"""A function's process that is slow to start is waited for, not begun anew."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ministack.core import lambda_runtime

from localcloud.patches import slow_starts

SLOW_SECONDS = 30
NEVER = 3_600


class Start:
    """A living process on a clock of its own, which asks for its first event at `settles_at`."""

    def __init__(self, settles_at: float) -> None:
        self.now = 0.0
        self._settles_at = settles_at

    def clock(self) -> float:
        return self.now

    def wait(self, seconds: float) -> bool:
        self.now += seconds
        return self.now >= self._settles_at

    def poll(self) -> None:
        return None


def await_start(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for it as the patched emulator does."""
    limit = lambda_runtime._PROVIDED_INIT_TIMEOUT
    monkeypatch.setattr(lambda_runtime, "_PROVIDED_INIT_TIMEOUT", limit)
    slow_starts.apply()
    worker = lambda_runtime.ProvidedWorker("slow", {"FunctionName": "slow"}, b"")
    monkeypatch.setattr(lambda_runtime, "time", SimpleNamespace(monotonic=start.clock))
    monkeypatch.setattr(worker, "_init_settled", start)
    monkeypatch.setattr(worker, "_proc", start)
    monkeypatch.setattr(worker, "_init_log_suffix", lambda: "")
    worker._await_init()


def test_a_start_of_half_a_minute_is_not_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    start = Start(SLOW_SECONDS)

    await_start(start, monkeypatch)

    assert start.now >= SLOW_SECONDS


def test_a_process_that_never_asks_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(lambda_runtime.ProvidedInitTimeout):
        await_start(Start(NEVER), monkeypatch)
