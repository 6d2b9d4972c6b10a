"""What is said of one letter: what it would have done, what holds now, what redriving would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cli.counting import counted
from cli.ops.streams import EventsThere, events_there
from understudy.adapters.aws.letter_bodies import AUDIT_SEAL, FailedBatch, FailedRun, Poison
from understudy.domain.errors import NotFoundError
from understudy.messages import (
    CheckLeader,
    CloseGaps,
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
    CloseGaps: "have an ended follow get the receipts that it lacks",
    ReconcileWallet: "compare a wallet's records with the venue",
    ResolveIntent: "ask the venue what became of an order",
    WakeLane: "have a lane converge later",
    LearnLeverage: "ask for a leader's leverage",
    CheckLeader: "compare a leader's book with the venue",
}
RUNS: Mapping[str, tuple[str, str]] = {
    "leader-listener": (
        "listen to the venue, as the schedule says once a minute",
        "the next run has every leader's book compared with the venue",
    ),
    "follow-reconcile": (
        "look at wallets and orders, as the schedule says once a minute",
        "the next run asks for the same",
    ),
    "account-erasure": (
        "go on with deletions that users asked for, as the schedule says every five minutes",
        "who is due stays due, and the next run goes on with them",
    ),
    "agent-upkeep": (
        "end, rotate and compare agents, as the schedule says every five minutes",
        "what is due stays due, and the next run does it",
    ),
    "audit-checkpoint": (
        "sign the ends of the audit's chains, as the schedule says every five minutes",
        "the next run signs them as they are then",
    ),
}
"""What a scheduled run is for, and what makes up for one that failed, by its queue."""
BATCH = "publish the events among some changes of the copying table"
SEALING = "seal some rows of the audit into its chains"
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
            return _of_run(each, each.content)
        case FailedBatch() if each.letter.queue == AUDIT_SEAL:
            return _of_sealing(each.content)
        case FailedBatch():
            return _of_batch(place, each.content)
        case _:
            return _of_command(place, each.content)


def _of_command(place: Place, message: Command) -> Judgement:
    outlook = explain(place.ports(), message)
    return Judgement(PURPOSES[type(message)], outlook.code, outlook.words, outlook.facts)


def _of_run(each: ReadLetter, run: FailedRun) -> Judgement:
    purpose, makes_up = RUNS[each.letter.queue]
    facts = {"failed with": run.error} if run.error else {}
    return Judgement(purpose, "RUN_OVER", f"not possible, and not needed: {makes_up}", facts)


def _of_sealing(batch: FailedBatch) -> Judgement:
    """Only audit_seal writes the chains: what it gave up it must read itself."""
    redriving = (
        "not possible here: have audit_seal read its stream again within a day (docs/runbook.md);"
        " `understudy audit verify` names the rows that are not sealed"
    )
    facts = {"failed with": batch.error} if batch.error else {}
    return Judgement(SEALING, "SEALED_FROM_STREAM", redriving, {**facts, "rows": f"{batch.size}"})


def _of_batch(place: Place, batch: FailedBatch) -> Judgement:
    try:
        found = events_there(place, batch)
    except NotFoundError as error:
        return Judgement(BATCH, error.code, "not possible: the stream keeps its records for a day")
    return Judgement(BATCH, "EVENTS_THERE", _words(found), {"records": f"{batch.size}"})


def _words(found: EventsThere) -> str:
    words = f"publishes {counted(len(found.events), 'event')} under the ids that they always have"
    if found.unreadable:
        words += (
            f"; of {counted(found.unreadable, 'record')} nothing can be read, so the letter stays"
        )
    return words
