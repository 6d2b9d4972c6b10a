"""Mutants of settling: what counts as evidence about an order, and what it does to the records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.simulation.mutants.mutant import HEAVY, Mutant, Seam, always, answering
from understudy.adapters.venues.hyperliquid.errors import kind_of_text
from understudy.domain.intents import Accepted, Intent, IntentState, Outcome, Rejected, Unknown
from understudy.ports.venue import NotFound, StillOpen

COPYING = "understudy.workflows.copying"


def _answered(answer: Callable[[Intent | None, Unknown], Outcome]) -> Callable[[Any], Any]:
    def breaking(send: Any) -> Any:
        def sent(ports: Any, intent: Intent, signing: Any, *, first: bool) -> Any:
            outcome, stages = send(ports, intent, signing, first=first)
            if isinstance(outcome, Unknown):
                outcome = answer(intent, outcome)
            return outcome, stages

        return sent

    return breaking


def _refused(_intent: Any, outcome: Unknown) -> Rejected:
    return Rejected("OTHER", outcome.cause)


def _filled(intent: Any, _outcome: Unknown) -> Accepted:
    return Accepted(intent.size, intent.limit_price, order_id="")


def _any_error_is_final(_: Any) -> Any:
    def classified(text: str, *, first: bool, signer: Any, account: str) -> Rejected:
        del first, signer, account
        return Rejected(kind_of_text(text), text)

    return classified


def _as_asked(settle: Any) -> Any:
    def settled(intent: Intent, outcome: Any, *rest: Any, **more: Any) -> Any:
        if isinstance(outcome, Accepted) and outcome.filled_size:
            outcome = replace(outcome, filled_size=intent.size)
        return settle(intent, outcome, *rest, **more)

    return settled


def _still_pending(read_again: Any) -> Any:
    def read(ports: Any, intent: Intent) -> Any:
        view, fresh = read_again(ports, intent)
        return view, replace(fresh, state=IntentState.PENDING)

    return read


def _first_always(submit: Any) -> Any:
    def sent(ports: Any, intent: str, signed: Any, *, first: bool) -> Any:
        del first
        return submit(ports, intent, signed, first=True)

    return sent


class _NoSuchReport:
    """What no venue ever reports."""


EVIDENCE = (
    Mutant(
        "unknown_taken_as_rejected",
        "Without an answer an order is unknown, not refused.",
        (Seam(f"{COPYING}.orders:_send", _answered(_refused)),),
    ),
    Mutant(
        "unknown_taken_as_filled",
        "Without an answer an order is unknown, not filled.",
        (Seam(f"{COPYING}.orders:_send", _answered(_filled)),),
    ),
    Mutant(
        "whole_action_error_on_retry_taken_as_rejected",
        "An error of the whole action is no evidence when the bytes were sent before.",
        (
            Seam(
                "understudy.adapters.venues.hyperliquid.outcomes:_whole_action", _any_error_is_final
            ),
        ),
    ),
    Mutant(
        "retry_taken_as_first",
        "Who sends again says so.",
        (Seam(f"{COPYING}.views:CopyPorts.submit", _first_always),),
        HEAVY,
    ),
    Mutant(
        "taken_up_unmarked",
        "Who takes up another's order marks it before anything else.",
        (Seam(f"{COPYING}.orders:_marked", always(lambda _ports, intent: intent)),),
    ),
    Mutant(
        "margin_0",
        "The venue is asked what became of an order 5 s after it expired, not before.",
        (
            Seam(f"{COPYING}.orders:RESOLVE_MARGIN_MS", always(0)),
            Seam("understudy.workflows.reconciling.resolving:RESOLVE_MARGIN_MS", always(0)),
        ),
        HEAVY,
    ),
    Mutant(
        "settled_as_asked",
        "What is held moves by what was filled, not by what was asked for.",
        (Seam(f"{COPYING}.settling:settle", _as_asked),),
        HEAVY,
    ),
    Mutant(
        "settled_twice",
        "Another worker's settlement is taken over as it is.",
        (Seam(f"{COPYING}.settling:_read_again", _still_pending),),
    ),
    Mutant(
        "outcome_never_looked_up",
        "An unknown order is asked for until it is known.",
        (
            Seam(f"{COPYING}.orders:resolve_later", answering(None)),
            Seam(
                "understudy.adapters.memory.copy_store:InMemoryCopyStore.due_intents", answering(())
            ),
        ),
        alone="the sweep of each minute asks for what nobody asked for: it is blinded too",
    ),
    Mutant(
        "half_listed_taken_as_unfilled",
        "What the venue does not list whole yet is unknown, not unfilled.",
        (
            Seam("understudy.workflows.reconciling.resolving:StillOpen", always(_NoSuchReport)),
            Seam(
                "understudy.workflows.reconciling.resolving:NotFound", always((NotFound, StillOpen))
            ),
        ),
    ),
)
