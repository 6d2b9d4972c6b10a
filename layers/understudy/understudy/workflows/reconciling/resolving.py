"""Unknown orders: asked for once they can no longer take effect, settled on what the venue says."""

from __future__ import annotations

from understudy.domain.errors import ConflictError
from understudy.domain.intents import Intent, IntentKind, IntentState
from understudy.domain.replacing import replace
from understudy.messages import ResolveIntent
from understudy.ports.copying import Changes
from understudy.ports.venue import NotFound, StillOpen
from understudy.workflows.copying.converging import (
    SETTLED,
    SWEEP_MS,
    converge_if_open,
    order_what_waited,
)
from understudy.workflows.copying.orders import RESOLVE_MARGIN_MS, resolve_later
from understudy.workflows.copying.settling import settle_by_reconcile
from understudy.workflows.copying.views import CopyPorts, View, read_view

STILL_OPEN_SECONDS = 5
# A list of fills is whole within seconds. But a venue that cuts a closing order down to the
# position may speak for ever of the size that was asked for; what left the account flat is all.
WHOLE_AFTER_MS = 120_000


def resolve(ports: CopyPorts, command: ResolveIntent) -> None:
    """Settle a pinned order by the venue's own record, and have its lane go on.

    Raises VenueUnreachableError: the question is asked again, nothing is guessed.
    """
    intent = ports.store.intent(command.follow_id, command.intent_id)
    if intent is None:
        return
    if intent.state is not IntentState.PENDING:
        # Whoever settled it may have died before asking for what comes after.
        view = read_view(ports.store, intent.follow_id, intent.symbol, intent.seq)
        _go_on(ports, view)
    elif intent.kind is IntentKind.LEVERAGE:
        _give_up(ports, intent)
    elif ports.clock.now_ms() < intent.expires_at_ms + RESOLVE_MARGIN_MS:
        resolve_later(ports, intent, command.stages)
    else:
        _ask(ports, intent, command)


def _ask(ports: CopyPorts, intent: Intent, command: ResolveIntent) -> None:
    report = ports.venues[intent.venue].order_report(intent.wallet_address, intent.client_order_id)
    if isinstance(report, StillOpen):
        listed = report.listed if _is_old_exit(ports, intent) else None
        if listed is None:
            _ask_again(ports, intent, command)
            return
        report = listed
    evidence = None if isinstance(report, NotFound) else report
    stages = {**command.stages, "answered": ports.clock.now_ms()}
    _go_on(ports, settle_by_reconcile(ports, intent, evidence, stages))


def _go_on(ports: CopyPorts, view: View | None) -> None:
    if view is not None:
        converge_if_open(ports, view.state.follow, view.ledger, view.market, SETTLED)
        order_what_waited(ports, view.state.follow, view.ledger, view.market)


def _is_old_exit(ports: CopyPorts, intent: Intent) -> bool:
    age_ms = ports.clock.now_ms() - intent.expires_at_ms
    return intent.reduce_only and age_ms > WHOLE_AFTER_MS


def _ask_again(ports: CopyPorts, intent: Intent, command: ResolveIntent) -> None:
    """Ask again soon; after a minute every sweep asks, and more would only add to it."""
    asked_for_ms = ports.clock.now_ms() - intent.expires_at_ms - RESOLVE_MARGIN_MS
    if asked_for_ms < SWEEP_MS:
        ports.queues.to_reconcile(command, delay_seconds=STILL_OPEN_SECONDS)


def _give_up(ports: CopyPorts, intent: Intent) -> None:
    """Close a leverage change without an answer: it says an absolute value and may be repeated."""
    try:
        ports.store.commit(Changes(intent=replace(intent, state=IntentState.EXPIRED)))
    except ConflictError:
        return  # settled meanwhile
