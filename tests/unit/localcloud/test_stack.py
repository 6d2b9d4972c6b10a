"""In which order a system comes up."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from localcloud import stack
from localcloud.deploy.deployment import Stack
from localcloud.stack import bring_up
from localcloud.state_folder import StateFolder

DEPLOYED = Stack(outputs={}, functions={}, queue_urls={}, tables={}, api_urls={})


class Emulator:
    """Notes what it is asked for; `start` gives itself."""

    endpoint_url = "http://127.0.0.1:1"
    after_a_kill = False

    def __init__(self, asked: list[str]) -> None:
        self._asked = asked

    def start(self, *_given: Any, **_named: Any) -> nullcontext[Emulator]:
        return nullcontext(self)

    def control(self, page: str) -> dict[str, int]:
        self._asked.append(page)
        return {"started": 0}


def test_what_comes_before_events_sees_all_deployed_and_no_event_source_or_schedule_at_work(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    order: list[str] = []

    def deploy(*_given: Any) -> Stack:
        order.append("deployed")
        return DEPLOYED

    def before_events(given: Stack) -> None:
        assert given is DEPLOYED
        order.append("before events")

    monkeypatch.setattr(stack, "Emulator", Emulator(order))
    monkeypatch.setattr(stack, "LocalSession", lambda url: SimpleNamespace(url=url))
    monkeypatch.setattr(stack, "deploy", deploy)

    with bring_up(
        tmp_path / "template.yaml",
        folder=StateFolder(tmp_path),
        parameters={},
        progress=lambda _: None,
        before_events=before_events,
    ):
        order.append("up")

    assert order == ["deployed", "before events", "begin", "up"]
