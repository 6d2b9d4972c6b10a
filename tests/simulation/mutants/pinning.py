"""Mutants of the claim: what is fixed, and stored, before anything is signed or sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from custody.hyperliquid import Draft
from tests.simulation.mutants.mutant import HEAVY, Mutant, Seam, always
from understudy.domain.ids import digest_of
from understudy.domain.intents import Intent
from understudy.ports.copying import Changes

DAY_MS = 86_400_000
COPYING = "understudy.workflows.copying"


class _Unwritten:
    """A store that takes no commit and says that it did."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def commit(self, changes: Changes) -> Changes:
        return changes


def _unclaimed(claim: Any) -> Any:
    def sent_first(ports: Any, view: Any, trade: Any, decision: Any, **more: Any) -> Any:
        if decision.order is not None:
            ports = replace(ports, store=_Unwritten(ports.store))
        return claim(ports, view, trade, decision, **more)

    return sent_first


def _with_fresh_nonces(draft: Any) -> Any:
    signed = 0

    def drafted(intent: Intent, terms: Any) -> Draft:
        nonlocal signed
        signed += 1
        made: Draft = draft(replace(intent, nonce=intent.nonce + signed * 1_000), terms)
        return made._replace(content=digest_of("content", intent.intent_id))

    return drafted


def _without_expiry(draft: Any) -> Any:
    def drafted(intent: Intent, terms: Any) -> Draft:
        made: Draft = draft(replace(intent, expires_at_ms=intent.expires_at_ms + DAY_MS), terms)
        return made

    return drafted


def _unseen(decide: Any) -> Any:
    def decided(situation: Any) -> Any:
        ledger = situation.ledger
        before = min(ledger.last_seq, situation.trade.seq - 1)
        return decide(replace(situation, ledger=replace(ledger, last_seq=before)))

    return decided


def _may_increase(order_action: Any) -> Any:
    return lambda **wire: order_action(**{**wire, "reduce_only": False})


def _without_pending(view: Any) -> Any:
    return view.with_ledger(replace(view.ledger, pending=()))


def _impatient(perform: Any) -> Any:
    def performed(ports: Any, view: Any) -> Any:
        after = yield from perform(ports, view)
        if after is not None or not view.intent.reduce_only:
            return after
        return replace(view, intent=None)

    return performed


def _next_at_once(next_exit: Any) -> Any:
    """Pin the next attempt whatever is under way, and leave the orders under way in the ledger."""

    def pinned(ports: Any, view: Any, trade: Any, attempt: int) -> Any:
        return next_exit(ports, _without_pending(view), trade, attempt)

    return pinned


def _entering(enter: Any) -> Any:
    def entered(situation: Any, *rest: Any) -> Any:
        pending = situation.ledger.pending
        decision = enter(replace(situation, ledger=replace(situation.ledger, pending=())), *rest)
        return replace(decision, ledger=replace(decision.ledger, pending=pending))

    return entered


PINNING = (
    Mutant(
        "no_claim",
        "An order is stored before it is signed and sent.",
        (
            Seam("understudy.workflows.follower_execute:claim", _unclaimed),
            Seam(f"{COPYING}.orders:claim", _unclaimed),
        ),
    ),
    Mutant(
        "fresh_nonce_on_retry",
        "A retry sends the same bytes, and the signer signs no others.",
        (Seam("custody.signer:draft", _with_fresh_nonces),),
        alone="the signer keeps one content per order and refuses another: it is blinded too",
    ),
    Mutant(
        "no_expiry",
        "What is signed cannot take effect after the time that the record has of it.",
        (Seam("custody.signer:draft", _without_expiry),),
        HEAVY,
    ),
    Mutant(
        "attempts_share_a_name",
        "Every attempt of a leg is an order of its own.",
        (Seam(f"{COPYING}.claims:next_attempt", always(lambda _receipt, _leg: 1)),),
        HEAVY,
    ),
    Mutant(
        "last_seq_ignored",
        "A trade that comes after a newer one of its symbol is superseded.",
        (Seam("understudy.workflows.follower_execute:decide", _unseen),),
        HEAVY,
    ),
    Mutant(
        "exit_may_increase",
        "An exit only reduces.",
        (Seam("custody.hyperliquid:order_action", _may_increase),),
        HEAVY,
    ),
    Mutant(
        "next_attempt_before_the_last_is_terminal",
        "Attempt n + 1 is pinned only after attempt n is over.",
        (
            Seam(f"{COPYING}.orders:_perform", _impatient),
            Seam(f"{COPYING}.orders:_next_exit", _next_at_once),
        ),
        HEAVY,
        alone="the ledger's orders under way hold the next attempt back: they are hidden too",
    ),
    Mutant(
        "entry_beside_an_unknown_order",
        "While an order of a symbol is unknown, its entries wait.",
        (Seam("understudy.domain.decisions:_enter", _entering),),
        HEAVY,
    ),
)
