"""The lines that alarms count: a function logs them, and a filter of the template finds them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from checks.template.document import read_document
from functions.copy_events import app as copy_events
from functions.follow_reconcile import app as follow_reconcile
from tests.fakes.builders import fixed, intent, ledger
from tests.fakes.venue import Fault
from tests.fakes.world import World, following
from understudy.adapters.memory.bus import InMemoryBus
from understudy.domain.announcements import NEEDS_A_LOOK
from understudy.domain.intents import IntentState
from understudy.domain.receipts import CopyStatus
from understudy.ports.changes import RecordChange
from understudy.runtime import leader_listener
from understudy.runtime.copy_events import Publishing
from understudy.workflows.watching.market_feed import UNREACHABLE

if TYPE_CHECKING:
    from collections.abc import Sequence


TEMPLATE = Path(__file__).resolve().parents[3] / "template.yaml"
API = "AWS::Serverless::HttpApi"
SERVER_ERRORS = ("AWS/ApiGateway", "5xx")
PATTERN = re.compile(r'\{ \$\.(\w+) = "(\w+)" \}')


def found_by_filters(log_group: str, lines: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Count by metric how many lines the template's filters of a log group find."""
    counts = {}
    for each in read_document(TEMPLATE).of_type("AWS::Logs::MetricFilter"):
        wanted = PATTERN.fullmatch(each.properties["FilterPattern"])
        assert wanted is not None, each.name
        if each.properties["LogGroupName"] == {"Ref": log_group}:
            (metric,) = each.properties["MetricTransformations"]
            field, value = wanted.groups()
            counts[metric["MetricName"]] = sum(line.get(field) == value for line in lines)
    return {name: count for name, count in counts.items() if count}


def logged(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def handle_changes(
    monkeypatch: pytest.MonkeyPatch, world: World, changes: list[RecordChange]
) -> None:
    bus = InMemoryBus()
    monkeypatch.setattr(copy_events, "build", lambda: Publishing(bus, world.clock))
    monkeypatch.setattr(copy_events, "changes_in", lambda _: changes)
    copy_events.handler({}, None)
    assert len(bus.events) == len(changes)


def test_every_metric_of_a_filter_has_its_alarm() -> None:
    document = read_document(TEMPLATE)
    metrics = {
        each.properties["MetricTransformations"][0]["MetricName"]
        for each in document.of_type("AWS::Logs::MetricFilter")
    }

    alarmed = {each.properties["MetricName"] for each in document.of_type("AWS::CloudWatch::Alarm")}

    assert metrics
    assert metrics <= alarmed


def test_every_5xx_of_an_api_rings_an_alarm() -> None:
    """No metric of a function counts them: it has answered, and so it has not failed."""
    document = read_document(TEMPLATE)
    apis = [{"Name": "ApiId", "Value": {"Ref": each.name}} for each in document.of_type(API)]

    alarmed = [
        each.properties["Dimensions"]
        for each in document.of_type("AWS::CloudWatch::Alarm")
        if (each.properties["Namespace"], each.properties["MetricName"]) == SERVER_ERRORS
    ]

    assert apis
    assert sorted(alarmed, key=str) == sorted(([each] for each in apis), key=str)


def test_a_position_that_begins_to_differ_is_alarmed_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = ledger("5", version=3)
    paused = replace(before, entries_paused=True, version=4)

    handle_changes(monkeypatch, World(), [RecordChange(before, paused)])

    assert found_by_filters("CopyEventsLogGroup", logged(capsys)) == {"PositionDrifts": 1}


def test_an_exit_that_is_given_up_is_alarmed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world, follow_id = following("1", sizing=fixed("100"))
    receipt = world.receipts(follow_id)[0]
    given_up = replace(receipt, status=CopyStatus.NEEDS_OPERATOR)

    handle_changes(monkeypatch, world, [RecordChange(receipt, given_up)])

    assert found_by_filters("CopyEventsLogGroup", logged(capsys)) == {"ExitsGivenUp": 1}


def test_an_order_that_is_refused_for_what_nobody_expects_is_alarmed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pending = intent()
    refused = replace(
        pending, state=IntentState.REJECTED, refusal="OTHER", answer="Trading is halted."
    )

    handle_changes(monkeypatch, World(), [RecordChange(pending, refused)])

    (line,) = lines = logged(capsys)
    assert found_by_filters("CopyEventsLogGroup", lines) == {"UnexpectedRefusals": 1}
    named = {name: line[name] for name in ("follow_id", "copy_id", "intent_id", "answer")}
    assert named == {
        "follow_id": refused.follow_id,
        "copy_id": refused.copy_id,
        "intent_id": refused.intent_id,
        "answer": "Trading is halted.",
    }


def test_an_account_that_has_used_up_its_actions_is_alarmed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pending = intent()
    refused = replace(pending, state=IntentState.REJECTED, refusal="RATE_LIMITED")

    handle_changes(monkeypatch, World(), [RecordChange(pending, refused)])

    assert found_by_filters("CopyEventsLogGroup", logged(capsys)) == {"ActionsUsedUp": 1}


def test_a_copy_that_is_done_is_nothing_to_look_at(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world, follow_id = following("1", sizing=fixed("100"))

    handle_changes(monkeypatch, world, [RecordChange(None, world.receipts(follow_id)[0])])

    assert logged(capsys) == []


def test_every_event_that_needs_a_look_has_a_filter() -> None:
    lines = [{"event": event} for event in NEEDS_A_LOOK]

    found = found_by_filters("CopyEventsLogGroup", lines)

    assert sorted(found.values()) == [1] * len(NEEDS_A_LOOK)


@pytest.mark.parametrize(("seconds", "orders"), [(120, 0), (180, 1)])
def test_an_order_that_stays_unknown_is_alarmed_after_two_minutes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], seconds: int, orders: int
) -> None:
    world, _ = following(sizing=fixed("100"))
    world.copy_now("BTC", "1", None, Fault.NEVER_ARRIVES)
    world.clock.advance(seconds * 1000)
    monkeypatch.setattr(follow_reconcile, "build", lambda: world.reconcile_ports)

    follow_reconcile.handler({}, None)

    lines = logged(capsys)
    expected = {"OverdueOrders": 1} if orders else {}
    assert found_by_filters("FollowReconcileLogGroup", lines) == expected
    assert [line["orders"] for line in lines] == [orders] * len(lines)


def test_a_stream_that_cannot_be_opened_is_alarmed(capsys: pytest.CaptureFixture[str]) -> None:
    leader_listener.warn("the stream cannot be opened", {"code": UNREACHABLE})

    lines = logged(capsys)

    assert found_by_filters("LeaderListenerLogGroup", lines) == {"StreamUnreachable": 1}
