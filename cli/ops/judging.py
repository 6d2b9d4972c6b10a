"""What is said of one letter: what it would have done, what holds now, what redriving would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cli.ops.streams import EventsThere, events_there
from understudy.adapters.aws.letter_bodies import FailedBatch, FailedRun, Poison
from understudy.domain.errors import NotFoundError
from understudy.messages import (
    CheckLeader,
    Command,
    Converge,
    FillFanOut,
    FollowerExecute,
    LeaderFills,
    LearnLeverage,
    ReconcileWallet,
    ResolveIntent,
    WakeLane,
)
from understudy.workflows.requests.outlooks import explain

if TYPE_CHECKING:
    from cli.ops.letters import ReadLetter
    from cli.ops.place import Place

PURPOSES: Mapping[type, str] = {
    LeaderFills: "store a leader's fills, number their trades and send these on",
    FillFanOut: "send a trade to the lanes of one shard of follows",
    FollowerExecute: "copy a trade for one follow",
    Converge: "bring what a follow holds of a symbol to its target",
    ReconcileWallet: "compare a wallet's records with the venue",
    ResolveIntent: "ask the venue what became of an order",
    WakeLane: "have a lane converge later",
    LearnLeverage: "ask for a leader's leverage",
    CheckLeader: "compare a leader's book with the venue",
}
RUN = "run as the schedule says, once a minute"
BATCH = "publish the events among some changes of the copying table"
UNKNOWN = "unknown: nothing here can read it"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is said of a letter; `code` is stable."""

    purpose: str
    code: str
    redriving: str
    facts: Mapping[str, str] = field(default_factory=dict)


def judged(place: Place, each: ReadLetter) -> Judgement:
    """Look the letter's records up and say what redriving it would come to."""
    match each.content:
        case Poison():
            redriving = "it fails again, unless the version that wrote it is deployed"
            return Judgement(UNKNOWN, "POISON", redriving, {"begins": each.letter.body[:80]})
        case FailedRun():
            return Judgement(RUN, "RUN_OVER", "not possible, and not needed: later runs made up")
        case FailedBatch():
            return _of_batch(place, each.content)
        case _:
            return _of_command(place, each.content)


def _of_command(place: Place, message: Command) -> Judgement:
    outlook = explain(place.ports(), message)
    return Judgement(PURPOSES[type(message)], outlook.code, outlook.words, outlook.facts)


def _of_batch(place: Place, batch: FailedBatch) -> Judgement:
    try:
        found = events_there(place, batch)
    except NotFoundError as error:
        return Judgement(BATCH, error.code, "not possible: the stream keeps its records for a day")
    return Judgement(BATCH, "EVENTS_THERE", _words(found), {"records": f"{batch.size}"})


def _words(found: EventsThere) -> str:
    words = f"publishes {len(found.events)} events under the ids that they always have"
    if found.unreadable:
        words += f"; {found.unreadable} records cannot be read, so the letter stays"
    return words
