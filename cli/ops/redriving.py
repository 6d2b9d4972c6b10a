"""Sending letters back, and dropping them: refusals come before anything is done."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING

from cli.counting import counted
from cli.errors import CommandError
from cli.ops.streams import publish_again
from understudy.adapters.aws.letter_bodies import (
    AUDIT_SEAL,
    COMMANDS,
    FailedBatch,
    FailedRun,
    Poison,
)
from understudy.adapters.clock import SystemClock
from understudy.domain.audit import AuditEntry
from understudy.workflows.requests.dead_letters import redrive

if TYPE_CHECKING:
    from cli.ops.letters import ReadLetter
    from cli.ops.place import Place
    from understudy.adapters.aws.audit_trail import DynamoAuditTrail
    from understudy.adapters.aws.dead_letters import SqsDeadLetters

SUBJECT = "dead-letters"
DROPPED = "DEAD_LETTER_DROPPED"
REDRIVEN = "DEAD_LETTER_REDRIVEN"


class LetterRecord:
    """Writes down who does what to letters; nobody is asked before there is something to write."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def note(self, event: str, each: ReadLetter, **facts: str) -> None:
        """Write one deed down; raises DependencyError when it is not kept."""
        letter = each.letter
        told = {
            "operator": self._operator,
            "message_id": letter.message_id,
            "queue": letter.queue,
            "group": letter.group or "-",
            "sent_at_ms": json.dumps(letter.sent_at_ms),
            **facts,
        }
        self._trail.append(AuditEntry(event, SUBJECT, SystemClock().now_ms(), told))

    @cached_property
    def _operator(self) -> str:
        return str(self._place.client("sts").get_caller_identity()["Arn"])

    @cached_property
    def _trail(self) -> DynamoAuditTrail:
        return self._place.audit_trail()


def refuse(letters: Sequence[ReadLetter], *, poison: bool) -> None:
    """Raise CommandError for the first letter that is not to be sent back."""
    for each in letters:
        refusal = _refusal(each, poison=poison)
        if refusal is not None:
            raise refusal


def redrivable(letters: Sequence[ReadLetter], *, poison: bool) -> list[ReadLetter]:
    """Leave out what is not to be sent back."""
    return [each for each in letters if _refusal(each, poison=poison) is None]


def _refusal(each: ReadLetter, *, poison: bool) -> CommandError | None:
    """Say why a letter is not to be sent back, if it is not."""
    name, queue = each.letter.message_id, each.letter.queue
    if isinstance(each.content, FailedRun):
        return CommandError(
            "RUN_OVER",
            f"{name} is a scheduled run that failed: there is nothing to send back",
            f"later runs made up for it: understudy ops dead-letters drop {name} --yes",
        )
    if isinstance(each.content, FailedBatch) and queue == AUDIT_SEAL:
        return CommandError(
            "SEALED_FROM_STREAM",
            f"{name} names rows of the audit that only audit_seal can seal",
            "have it read its stream again within a day, as docs/runbook.md says, then drop this",
        )
    if isinstance(each.content, Poison) and not (poison and queue in COMMANDS):
        return CommandError(
            "POISON_MESSAGE",
            f"{name} cannot be read: it would fail again",
            "deploy the version that wrote it and add --poison, or drop it",
        )
    return None


def redriven(
    place: Place, record: LetterRecord, dead_letters: SqsDeadLetters, letters: Sequence[ReadLetter]
) -> Iterator[str]:
    """Write down who sends letters back, and send each; says of each what was done.

    A letter's body goes on and is not kept.
    """
    for each in letters:
        note = partial(record.note, REDRIVEN, each)
        if isinstance(each.content, FailedBatch):
            events = publish_again(place, each.content, note)
            dead_letters.remove(each.letter)
            yield f"{each.letter.message_id}  published {counted(len(events), 'event')}"
        else:
            note()
            redrive(dead_letters, each.letter)
            yield f"{each.letter.message_id}  sent back to {each.letter.queue}"


def drop(record: LetterRecord, dead_letters: SqsDeadLetters, each: ReadLetter) -> None:
    """Write down who drops what, whole, and only then remove it."""
    record.note(DROPPED, each, body=each.letter.body)
    dead_letters.remove(each.letter)
