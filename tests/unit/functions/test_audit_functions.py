"""The audit's sample events go through their handlers, on ports in memory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from functions.audit_checkpoint import app as audit_checkpoint
from functions.audit_extract import app as audit_extract
from functions.audit_seal import app as audit_seal
from tests.unit.audit.scene import Scene
from understudy.adapters.memory.audit import InMemoryAuditTrail
from understudy.domain.audit import AuditEntry
from understudy.domain.audit_chain import Change, shard_of
from understudy.workflows.audit_checkpoint import CheckpointPorts

if TYPE_CHECKING:
    from collections.abc import Mapping

EVENTS = Path(__file__).resolve().parents[3] / "events"
SUBJECT = "API#user-1"


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    scene = Scene()
    ports = CheckpointPorts(scene.chains, scene.key, scene.archive, scene.clock)
    monkeypatch.setattr(audit_seal, "build", lambda: scene.chains)
    monkeypatch.setattr(audit_checkpoint, "build", lambda: ports)
    return scene


def sample(step: str, name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / step / f"{name}.json").read_text())
    return event


def logged(capsys: pytest.CaptureFixture[str]) -> list[Mapping[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_an_added_row_is_sealed_and_nothing_told(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    audit_seal.handler(sample("audit_seal", "a_row_is_added"), None)

    head = scene.chains.head(shard_of(SUBJECT))
    assert head is not None
    assert [(seal.partition, seal.change) for seal in head.seals] == [(SUBJECT, Change.ADDED)]
    assert logged(capsys) == []


def test_a_removed_row_is_told_as_the_alarm_counts_it(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    audit_seal.handler(sample("audit_seal", "a_row_is_removed"), None)

    (line,) = logged(capsys)
    assert (line["code"], line["change"]) == ("AUDIT_TAMPERED", "REMOVED")
    assert line["partition"] == SUBJECT


def test_the_schedule_makes_a_checkpoint(scene: Scene) -> None:
    audit_seal.handler(sample("audit_seal", "a_row_is_added"), None)

    audit_checkpoint.handler(sample("audit_checkpoint", "schedule"), None)

    assert [kept.number for kept in scene.archive.kept()] == [1]


def test_a_broken_chain_is_told_as_the_alarm_counts_it(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.write(30)
    scene.checkpoint()
    del scene.chains._links[(2, 1)]

    audit_checkpoint.handler({}, None)

    (line,) = logged(capsys)
    assert (line["code"], line["shard"]) == ("AUDIT_TAMPERED", 2)


def test_an_extract_is_given_of_the_user_who_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    event, trail = sample("audit_extract", "of_a_user"), InMemoryAuditTrail()
    for subject in (event["user_id"], "somebody else"):
        trail.append(AuditEntry("SIGNED_IN", subject, 5, {"method": "siwe"}, "request-1"))
    monkeypatch.setattr(audit_extract, "build", lambda: trail)

    answer = audit_extract.handler(event, None)

    said = {"event": "SIGNED_IN", "at_ms": 5, "facts": {"method": "siwe"}}
    who = {"actor": "api", "subject": event["user_id"], "correlation_id": "request-1"}
    assert answer == {"records": [{**who, **said}]}


@pytest.mark.parametrize("event", [{}, {"user_id": "u1", "more": 1}])
def test_a_request_of_another_shape_is_refused(
    monkeypatch: pytest.MonkeyPatch, event: dict[str, Any]
) -> None:
    monkeypatch.setattr(audit_extract, "build", InMemoryAuditTrail)

    with pytest.raises((KeyError, TypeError)):
        audit_extract.handler(event, None)


def test_a_hidden_checkpoint_is_told_as_the_alarm_counts_it(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.write(30)
    scene.checkpoint()
    scene.archive.hide(1)

    audit_checkpoint.handler({}, None)

    (line,) = logged(capsys)
    assert (line["code"], line["checkpoint"]) == ("AUDIT_TAMPERED", 1)
