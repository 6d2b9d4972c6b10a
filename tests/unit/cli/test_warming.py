"""The API is called once before all else is at work; whether that goes well stops no start."""

from __future__ import annotations

import json
from contextlib import nullcontext
from io import BytesIO
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from cli import client, system
from cli.system import Plan, running_system
from localcloud import stack
from localcloud.deploy.deployment import Stack

if TYPE_CHECKING:
    from pathlib import Path

API = "http://127.0.0.1:1/api"
WELL = (200, {"openapi": "3.1.0"})
FAILED = (500, {"message": "Internal Server Error"})


class Cloud:
    """An emulator with one function behind an API; notes what it is asked for, in order.

    It stands for the connection to the API, too. Without an answer the API cannot be reached.
    """

    endpoint_url = "http://127.0.0.1:1"
    after_a_kill = False

    def __init__(self, answer: tuple[int, dict[str, str]] | None) -> None:
        self.asked: list[str] = []
        self._answer = answer

    def start(self, *_given: Any, **_named: Any) -> nullcontext[Cloud]:
        return nullcontext(self)

    def control(self, page: str) -> dict[str, int]:
        self.asked.append(page)
        return {"started": 0}

    def connected(self, *_given: Any, **_named: Any) -> Cloud:
        return self

    def request(self, method: str, path: str, *_: Any) -> None:
        self.asked.append(f"{method} {path}")
        if self._answer is None:
            raise ConnectionRefusedError

    def getresponse(self) -> Any:
        assert self._answer is not None
        status, body = self._answer
        text = BytesIO(json.dumps(body).encode())
        return SimpleNamespace(status=status, read=text.read, getheader=lambda _: None)

    def close(self) -> None:
        """Hold nothing."""


def brought_up(
    monkeypatch: pytest.MonkeyPatch, state: Path, answer: tuple[int, dict[str, str]] | None
) -> tuple[list[str], list[str]]:
    """Bring a system up and down; gives what its cloud was asked for, and what was said."""
    cloud, said = Cloud(answer), list[str]()
    deployed = Stack(outputs={}, functions={}, queue_urls={}, tables={}, api_urls={"Api": API})
    venue = SimpleNamespace(url="http://127.0.0.1:2")
    monkeypatch.setattr(stack, "Emulator", cloud)
    monkeypatch.setattr(stack, "LocalSession", lambda url: SimpleNamespace(url=url))
    monkeypatch.setattr(stack, "deploy", lambda *_: deployed)
    monkeypatch.setattr(client, "HTTPConnection", cloud.connected)
    monkeypatch.setattr(system, "guard_this_process", lambda: None)
    monkeypatch.setattr(system, "pinned_port", lambda *_: 1)
    monkeypatch.setattr(
        system,
        "refusals_noted",
        lambda _: nullcontext(SimpleNamespace(check=lambda: None)),
    )
    monkeypatch.setattr(system, "_simulator", lambda *_: nullcontext(venue))
    with running_system(Plan(state), said.append):
        cloud.asked.append("up")
    return cloud.asked, said


def test_the_api_is_called_before_event_sources_and_schedules_begin(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked, said = brought_up(monkeypatch, tmp_path / "state", WELL)

    assert asked == ["GET /api/openapi.json", "begin", "up"]
    assert not [line for line in said if "failed" in line]


@pytest.mark.parametrize(("answer", "code"), [(FAILED, "API_FAILED"), (None, "API_UNREACHABLE")])
def test_an_api_that_fails_its_first_call_stops_no_start_and_is_told(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    answer: tuple[int, dict[str, str]] | None,
    code: str,
) -> None:
    asked, said = brought_up(monkeypatch, tmp_path / "state", answer)

    assert asked == ["GET /api/openapi.json", "begin", "up"]
    (told,) = [line for line in said if "failed" in line]
    assert told.startswith(f"the API's first call failed: {code}: the API ")
