"""What the emulator's own pages do."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any

import pytest

from localcloud.control import with_control
from localcloud.patches import deployed, event_sources, schedules
from localcloud.wire import CONTROL


def test_being_told_to_begin_says_that_all_is_deployed_before_anything_is_looked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order: list[tuple[str, bool]] = []

    def wake() -> None:
        order.append(("event sources", deployed.everything.is_set()))

    def run_those_of_every_minute() -> int:
        order.append(("schedules", deployed.everything.is_set()))
        return 3

    monkeypatch.setattr(deployed, "everything", threading.Event())
    monkeypatch.setattr(event_sources, "wake", wake)
    monkeypatch.setattr(schedules, "run_those_of_every_minute", run_those_of_every_minute)

    assert answer_of("begin") == {"started": 3}
    assert order == [("event sources", True), ("schedules", True)]


def answer_of(page: str) -> Any:
    sent: list[dict[str, Any]] = []

    async def emulator(*_: Any) -> None:
        pytest.fail("a page of ours went to the emulator")

    async def receive() -> dict[str, Any]:
        return {}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def ask() -> None:
        scope = {"type": "http", "path": f"{CONTROL}{page}"}
        await with_control(emulator)(scope, receive, send)

    asyncio.run(ask())
    return json.loads(sent[-1]["body"])
