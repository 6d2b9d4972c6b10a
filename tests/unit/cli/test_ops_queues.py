"""Operators reach every dead-letter queue of the template; a letter says what is safe."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from cli.app import main
from cli.errors import CommandError
from cli.ops import dead_letters
from cli.ops.judging import judged
from cli.ops.letters import ReadLetter
from cli.ops.place import Place, Queue
from cli.ops.redriving import redrivable, refuse
from tests.fakes.builders import NOW_MS
from understudy.adapters.aws.letter_bodies import BATCHES, COMMANDS, RUNS, content_of
from understudy.ports.dead_letters import DeadLetter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TEMPLATE = Path(__file__).resolve().parents[3] / "template.yaml"
SUFFIX = "DeadLetterQueue"
NOWHERE = Place(None, "stack", {}, {})
RUN = json.dumps(
    {
        "requestContext": {"condition": "RetriesExhausted"},
        "responsePayload": {"errorType": "Sandbox.Timedout"},
    }
)
SEALING = json.dumps(
    {
        "requestContext": {"condition": "RetryAttemptsExhausted"},
        "DDBStreamBatchInfo": {
            "shardId": "shard",
            "startSequenceNumber": "1",
            "endSequenceNumber": "2",
            "batchSize": 2,
            "streamArn": "arn",
        },
    }
)


def letter(queue: str, body: str, name: str = "1") -> ReadLetter:
    read = content_of(queue, body)
    return ReadLetter(DeadLetter(queue, name, "", body, NOW_MS, 1, "handle"), read)


def test_every_dead_letter_queue_of_the_template_is_known_and_no_other() -> None:
    resources = yaml_parse(TEMPLATE.read_text())["Resources"]

    assert {f"{each.resource}{SUFFIX}" for each in Queue} == {
        name for name in resources if name.endswith(SUFFIX)
    }
    assert {each.value for each in Queue} == RUNS | BATCHES | set(COMMANDS)


@pytest.mark.parametrize("queue", [*sorted(RUNS), "follow-reconcile"])
def test_a_failed_run_says_what_failed_and_what_makes_up_for_it(queue: str) -> None:
    said = judged(NOWHERE, letter(queue, RUN))

    assert (said.code, said.facts) == ("RUN_OVER", {"failed with": "Sandbox.Timedout"})
    assert "as the schedule says" in said.purpose
    assert "not needed: " in said.redriving


def test_rows_of_the_audit_are_sealed_from_their_stream_and_from_nowhere_else() -> None:
    each = letter("audit-seal", SEALING)

    said = judged(NOWHERE, each)

    assert said.code == "SEALED_FROM_STREAM"
    assert said.facts == {"failed with": "RetryAttemptsExhausted", "rows": "2"}
    with pytest.raises(CommandError) as raised:
        refuse([each], poison=True)
    assert raised.value.code == said.code
    assert not redrivable([each], poison=True)


@pytest.mark.parametrize("queue", sorted(BATCHES))
def test_poison_that_came_from_no_queue_is_never_sent_to_one(queue: str) -> None:
    each = letter(queue, "no letter of a stream")

    with pytest.raises(CommandError, match="cannot be read"):
        refuse([each], poison=True)
    assert not redrivable([each], poison=True)


@pytest.fixture
def dropped(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stand in for a stack on which two runs of agent_upkeep have failed."""
    gone: list[str] = []

    @contextmanager
    def held(_: object, queues: Sequence[str]) -> Iterator[list[ReadLetter]]:
        assert queues == ["agent-upkeep"]
        yield [letter("agent-upkeep", RUN, name) for name in ("1", "2")]

    def drop(_record: Any, _letters: Any, each: ReadLetter) -> None:
        gone.append(each.letter.message_id)

    monkeypatch.setattr(dead_letters, "find_place", lambda _: NOWHERE)
    monkeypatch.setattr(Place, "dead_letters", lambda _: None)
    monkeypatch.setattr(dead_letters, "held_letters", held)
    monkeypatch.setattr(dead_letters, "drop_letter", drop)
    monkeypatch.setattr(dead_letters, "_hidden", lambda *_: {"agent-upkeep": 0})
    return gone


def test_a_queue_is_emptied_when_it_is_named_and_confirmed(
    dropped: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["ops", "dead-letters", "drop", "--all", "--queue", "agent-upkeep"]

    assert main(command) == 1
    assert "error NOT_CONFIRMED" in capsys.readouterr().err
    assert not dropped

    assert main([*command, "--yes"]) == 0
    assert dropped == ["1", "2"]
    assert capsys.readouterr().out.endswith("2 letters dropped\n")


def test_all_queues_are_never_emptied_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], ["--all"], ["id", "--all", "--queue", "agent-upkeep"]):
        assert main(["ops", "dead-letters", "drop", *arguments, "--yes"]) == 1
        assert "remedy: understudy ops dead-letters drop --help" in capsys.readouterr().err
