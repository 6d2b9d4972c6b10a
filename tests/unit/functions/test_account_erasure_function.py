"""The sample event of account_erasure goes through its handler, on ports in memory."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from functions.account_erasure import app
from tests.fakes.api import ApiWorld
from tests.fakes.erasing import Schedule
from tests.fakes.identity import ALICE
from understudy.adapters.correlation import correlation_id
from understudy.adapters.memory.accounts import InMemoryAccountStore
from understudy.domain.agents import DAY_MS
from understudy.domain.ids import UserId
from understudy.domain.limits import OnStop

if TYPE_CHECKING:
    from collections.abc import Callable

CONTEXT = SimpleNamespace(aws_request_id="run-1")
EVENT = Path(__file__).resolve().parents[3] / "events" / "account_erasure" / "schedule.json"


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> ApiWorld:
    api = ApiWorld()
    ports = Schedule(api).ports
    monkeypatch.setattr(app, "build", lambda: ports)
    return api


@pytest.fixture
def user_id(api: ApiWorld) -> UserId:
    """Give one with an agent who has asked to be deleted."""
    token = api.token()
    api.delegate(token)
    user_id = api.identity.wallets_by_address[ALICE.address.lower()].user_id
    now_ms = api.world.clock.now_ms()
    InMemoryAccountStore(api.identity).begin_closing(user_id, now_ms, OnStop.KEEP, now_ms)
    return user_id


def run() -> None:
    app.handler(json.loads(EVENT.read_text()), CONTEXT)


def test_the_schedule_erases_who_asked_and_says_nothing(
    api: ApiWorld, user_id: UserId, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()

    run()

    assert user_id not in api.identity.users
    assert capsys.readouterr().out == ""


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Callable[[], list[tuple[str, str]]]:
    def said() -> list[tuple[str, str]]:
        read = map(json.loads, capsys.readouterr().out.splitlines())
        return [(line["user_id"], line["code"]) for line in read]

    return said


def test_what_is_in_the_way_is_logged_and_after_a_week_as_the_alarm_counts_it(
    api: ApiWorld, user_id: UserId, lines: Callable[[], list[tuple[str, str]]]
) -> None:
    api.keys.is_down = True
    lines()

    run()
    assert lines() == [(user_id, "SIGNING_UNAVAILABLE")]

    api.world.clock.advance(7 * DAY_MS)
    run()
    assert lines() == [(user_id, "SIGNING_UNAVAILABLE"), (user_id, "DELETION_OVERDUE")]


def test_what_is_done_names_the_run(
    api: ApiWorld, user_id: UserId, monkeypatch: pytest.MonkeyPatch
) -> None:
    named: list[str] = []
    monkeypatch.setattr(api.keys, "revoke", lambda _: named.append(correlation_id()))

    run()

    assert named == ["run-1"]
    assert correlation_id() == ""
