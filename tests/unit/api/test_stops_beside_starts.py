"""Two requests at once: what is stopped while it is being started does not end up running."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.fakes.api import ApiWorld
from tests.fakes.requests import started
from understudy.domain.follows import Follow, FollowStatus, PauseReason
from understudy.domain.ids import FollowId


class _Stage:
    """A user whose follow holds something and is stopped in one of two ways."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **limits: Any) -> None:
        self._patch = monkeypatch
        self.api = ApiWorld()
        self.token = self.api.token()
        self.agent = self.api.delegate(self.token)
        self.follow = FollowId(started(self.api, self.token, **limits))
        self.api.world.pump()
        self.api.world.clock.advance(1000)
        self.api.world.copy("BTC", "5")

    def ask(self, method: str, path: str) -> Any:
        answer = self.api.request(method, path, None, self.token)
        self.api.world.clock.advance(2000)
        return answer

    def meanwhile(self, method: str, path: str) -> None:
        """Have another request answered just before the next one writes a follow."""
        directory = self.api.world.directory
        write = directory.replace

        def beside(follow: Follow) -> Follow:
            self._patch.setattr(directory, "replace", write)
            assert self.ask(method, path).status == 200
            return write(follow)

        self._patch.setattr(directory, "replace", beside)

    @property
    def stored(self) -> Follow:
        return self.api.world.table.follows[self.follow]


def _start(stage: _Stage) -> str:
    return f"/v1/follows/{stage.follow}/start"


def _revocation(stage: _Stage) -> tuple[str, str]:
    return "DELETE", f"/v1/agents/{stage.agent}"


def _disabling(_: _Stage) -> tuple[str, str]:
    return "POST", "/v1/copy/disable"


@pytest.mark.parametrize("stop", [_revocation, _disabling])
def test_a_start_beside_a_stop_is_refused(
    monkeypatch: pytest.MonkeyPatch, stop: Callable[[_Stage], tuple[str, str]]
) -> None:
    stage = _Stage(monkeypatch)
    stage.ask("POST", f"/v1/follows/{stage.follow}/pause")
    stage.meanwhile(*stop(stage))

    answer = stage.ask("POST", _start(stage))

    assert (answer.status, answer.code) == (409, "FOLLOW_CHANGED")
    assert stage.stored.status is FollowStatus.PAUSED
    assert stage.stored.pause_reason is PauseReason.USER


@pytest.mark.parametrize(
    ("stop", "reason"),
    [(_revocation, PauseReason.AGENT_REVOKED), (_disabling, PauseReason.COPY_DISABLED)],
)
def test_an_enabling_beside_a_stop_leaves_follows_stopped(
    monkeypatch: pytest.MonkeyPatch,
    stop: Callable[[_Stage], tuple[str, str]],
    reason: PauseReason,
) -> None:
    stage = _Stage(monkeypatch)
    stage.ask("POST", "/v1/copy/disable")
    stage.meanwhile(*stop(stage))

    answer = stage.ask("POST", "/v1/copy/enable")

    assert answer.status == 200
    assert (stage.stored.status, stage.stored.pause_reason) == (FollowStatus.PAUSED, reason)


def test_a_first_start_beside_a_disabling_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = _Stage(monkeypatch)
    world = stage.api.world
    inactive = world.directory.replace(
        replace(stage.stored, status=FollowStatus.INACTIVE, start_seq=0, started_at_ms=0)
    )
    stage.meanwhile(*_disabling(stage))

    answer = stage.ask("POST", _start(stage))

    assert inactive.status is FollowStatus.INACTIVE
    assert (answer.status, answer.code) == (409, "FOLLOW_CHANGED")
    assert stage.stored.status is FollowStatus.INACTIVE
