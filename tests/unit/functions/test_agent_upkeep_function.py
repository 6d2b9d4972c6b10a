"""The sample event of agent_upkeep goes through its handler, on ports in memory."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from functions.agent_upkeep import app
from tests.fakes.api import ApiWorld
from understudy.adapters.correlation import correlation_id
from understudy.adapters.memory.bus import InMemoryBus
from understudy.domain.agents import DAY_MS
from understudy.workflows.agent_upkeep import UpkeepPorts

CONTEXT = SimpleNamespace(aws_request_id="run-1")
EVENT = Path(__file__).resolve().parents[3] / "events" / "agent_upkeep" / "schedule.json"


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> ApiWorld:
    api = ApiWorld()
    ports = UpkeepPorts(api.services.agents, api.identity, InMemoryBus(), api.world.clock)
    monkeypatch.setattr(app, "build", lambda: ports)
    return api


def test_the_schedule_ends_an_agent_whose_time_is_up(api: ApiWorld) -> None:
    agent_id = api.delegate(api.token())
    api.world.clock.advance(90 * DAY_MS)

    app.handler(json.loads(EVENT.read_text()), CONTEXT)

    assert api.keys.states[agent_id] == "REVOKED"


def test_an_agent_that_stays_due_is_logged_with_its_code(
    api: ApiWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    agent_id = api.delegate(api.token())
    api.world.clock.advance(90 * DAY_MS)
    api.keys.is_down = True
    capsys.readouterr()

    app.handler(json.loads(EVENT.read_text()), CONTEXT)

    (line,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (line["agent_id"], line["code"]) == (agent_id, "SIGNING_UNAVAILABLE")


def test_what_is_done_to_an_agent_names_the_run(
    api: ApiWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.delegate(api.token())
    api.world.clock.advance(90 * DAY_MS)
    named: list[str] = []
    monkeypatch.setattr(api.keys, "revoke", lambda _: named.append(correlation_id()))

    app.handler(json.loads(EVENT.read_text()), CONTEXT)

    assert named == ["run-1"]
    assert correlation_id() == ""
