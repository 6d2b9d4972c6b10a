"""Mutants of lanes and records: order, owners, versions, exits, and what is asked again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.simulation.mutants.mutant import HEAVY, Mutant, Seam, answering
from understudy.domain.announcements import EVENT_OF_STATUS
from understudy.domain.follows import Switches
from understudy.domain.gates import standing

COPYING = "understudy.workflows.copying"
TABLE = "understudy.adapters.memory.copying_table:CopyingTable"
COPIES = "understudy.adapters.memory.copy_store:InMemoryCopyStore"
FOR_EVER_SECONDS = 1_000_000
RECONCILE = "understudy.workflows.follow_reconcile"


def _acknowledged(run_lanes: Any) -> Any:
    def run(*around: Any) -> dict[Any, BaseException]:
        run_lanes(*around)
        return {}

    return run


def _anyones(situation_gate: Any) -> Any:
    def gate(situation: Any, side: Any) -> Any:
        return situation_gate(replace(situation, owner=None), side)

    return gate


def _gated(blocked: Any) -> Any:
    def stopped(situation: Any) -> Any:
        return standing(situation) or blocked(situation)

    return stopped


def _unswitched(standing_gate: Any) -> Any:
    def gate(situation: Any) -> Any:
        return standing_gate(replace(situation, switches=Switches()))

    return gate


def _ageless(timing: Any) -> Any:
    def gate(situation: Any, side: Any) -> Any:
        limits = replace(situation.follow.limits, max_copy_age_seconds=FOR_EVER_SECONDS)
        follow = replace(situation.follow, limits=limits)
        return timing(replace(situation, follow=follow), side)

    return gate


def _by_message(of_lane_command: Any) -> Any:
    def sent(message: Any) -> Any:
        sending = of_lane_command(message)
        return replace(sending, group=sending.deduplication_id)

    return sent


def _quiet(of_receipt: Any) -> Any:
    silent = {EVENT_OF_STATUS[status] for status in EVENT_OF_STATUS if status != "DONE"}

    def announced(before: Any, after: Any) -> Any:
        made = of_receipt(before, after)
        return None if made is not None and made.event in silent else made

    return announced


LANES = (
    Mutant(
        "group_key_wrong",
        "The commands of one wallet go through one lane, in order.",
        (Seam("understudy.adapters.sending:of_lane_command", _by_message),),
        alone="the records' versions keep every effect single: so the groups are counted",
    ),
    Mutant(
        "ack_before_settle",
        "A message is done when its order is settled; the sweep finds what was forgotten.",
        (
            Seam("understudy.workflows.follower_execute:run_lanes", _acknowledged),
            Seam(f"{COPIES}.due_intents", answering(())),
        ),
        alone="the sweep of each minute finds a pinned order when it is due: it is blinded too",
    ),
    Mutant(
        "two_follows_on_one_symbol",
        "One follow of a wallet owns a symbol.",
        (
            Seam("understudy.domain.gates:_symbol", _anyones),
            Seam(f"{COPIES}._refuse_owned", answering(None)),
        ),
        alone="the decision asks for the owner and the commit does again: both are broken",
    ),
    Mutant(
        "hand_ignored",
        "Nothing is entered beside what its owner took by hand.",
        (Seam(f"{COPYING}.accounts:_shows_the_hand", answering(None)),),
    ),
    Mutant(
        "versions_ignored",
        "A record is replaced only while it is what was read.",
        (Seam(f"{TABLE}.refuse_stale", answering(None)),),
    ),
    Mutant(
        "exit_gated",
        "Exits pass every gate: what is stopped or switched off still closes.",
        (Seam("understudy.domain.exits:_blocked", _gated),),
    ),
    Mutant(
        "switches_ignored",
        "Whoever switches copying off sees no entry after it.",
        (Seam("understudy.domain.gates:standing", _unswitched),),
    ),
    Mutant(
        "age_ignored",
        "What happened too long ago is not entered.",
        (Seam("understudy.domain.gates:_timing", _ageless),),
    ),
    Mutant(
        "never_converged",
        "An exit goes on until nothing is held too much.",
        (
            Seam(f"{COPYING}.orders:converge_later", answering(None)),
            Seam(f"{COPYING}.converging:converge_later", answering(None)),
            Seam(f"{RECONCILE}:converge_if_open", answering(None)),
            Seam("understudy.workflows.reconciling.resolving:converge_if_open", answering(None)),
        ),
        alone="the order's end, the venue's answer and the sweep each wake an exit: all are broken",
    ),
    Mutant(
        "superseded_left_open",
        "Who takes over what an earlier trade left open ends that one's receipt.",
        (Seam(f"{COPYING}.claims:_superseded", answering(())),),
        HEAVY,
    ),
    Mutant(
        "endings_unannounced",
        "Every ending of a copy reaches the bus.",
        (Seam("understudy.workflows.copy_events:of_receipt", _quiet),),
    ),
)
