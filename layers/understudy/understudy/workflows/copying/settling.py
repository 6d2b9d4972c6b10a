"""Settling: evidence about a pinned order becomes one transaction over all its records."""

from __future__ import annotations

from understudy.domain import retrying
from understudy.domain.errors import ConflictError, DependencyError
from understudy.domain.exits import exit_size
from understudy.domain.follows import Ledger
from understudy.domain.intents import Accepted, Intent, IntentState, Rejected
from understudy.domain.money import ZERO
from understudy.domain.reasons import Reason
from understudy.domain.receipting import (
    expired_entry,
    finished_receipt,
    given_up_receipt,
    settled_receipt,
    with_order_times,
)
from understudy.domain.receipts import Receipt
from understudy.domain.replacing import replace
from understudy.domain.settlement import Settled, paused_by, settle
from understudy.ports.copying import Changes
from understudy.workflows.copying.claims import owner_released
from understudy.workflows.copying.closing_out import close_out_if_stopped
from understudy.workflows.copying.ending import end_if_done
from understudy.workflows.copying.views import CopyPorts, View, read_view

CONFLICT_TRIES = 8
CONFLICT_WAIT_MS = 5
# Each is an item of the transaction, which holds a hundred; an order is unknown for seconds.
MOST_BEHIND = 80
AGENT_IS_GONE = (
    "the agent that signs for this wallet was revoked, replaced or has run out: enable a new one"
    " and start the follow again"
)
Evidence = Accepted | Rejected | None


def settle_order(
    ports: CopyPorts,
    view: View,
    intent: Intent,
    evidence: Evidence,
    stages: dict[str, int],
    *,
    first: bool = False,
) -> View | None:
    """Settle an order exactly once; another worker's settlement is taken over as it is.

    `evidence` None means that the order never took effect. A refusal of the `first` sending is none
    once somebody else has taken the order up, who may have been answered otherwise: then nothing is
    settled, and None is given. Raises DependencyError when the records keep changing under it.
    """
    for tried in range(CONFLICT_TRIES):
        try:
            committed = ports.store.commit(_changes(view, intent, evidence, stages, ports))
        except ConflictError:
            ports.clock.wait_ms(tried * CONFLICT_WAIT_MS)
            view, intent = _read_again(ports, intent)
            if intent.state is not IntentState.PENDING:
                return view
            if first and intent.taken_up and not isinstance(evidence, Accepted):
                return None
        else:
            view = replace(view.after(committed), intent=None)
            if committed.follow is not None:
                close_out_if_stopped(ports.queues, view.state, ports.clock.now_ms())
            now_ms, follow = ports.clock.now_ms(), view.state.follow
            end_if_done(ports.store, ports.queues, follow, now_ms, ports.epoch)
            return view
    raise DependencyError("the records of an order keep changing", follow=intent.follow_id)


def settle_by_reconcile(
    ports: CopyPorts, intent: Intent, evidence: Evidence, stages: dict[str, int]
) -> View | None:
    """Settle an order from outside its lane; None when its follow is gone."""
    view = read_view(ports.store, intent.follow_id, intent.symbol, intent.seq)
    if view is None:
        return None
    return settle_order(ports, view, intent, evidence, stages)


def _changes(
    view: View, intent: Intent, evidence: Evidence, stages: dict[str, int], ports: CopyPorts
) -> Changes:
    now_ms, budget = ports.clock.now_ms(), view.state.budget
    settled = settle(intent, evidence, view.ledger, budget, market=view.market, now_ms=now_ms)
    receipts: tuple[Receipt, ...] = ()
    if view.receipt is not None:
        receipt = _receipt_of(view, view.receipt, settled, evidence)
        receipts = (with_order_times(receipt, stages),)
    cause = retrying.pause_after(evidence, reduce_only=intent.reduce_only)
    rests_ms = settled.ledger.exit_rests_until_ms if intent.reduce_only else 0
    return Changes(
        follow=paused_by(view.state.follow, settled.budget, cause),
        budget=settled.budget if settled.budget != budget else None,
        ledger=settled.ledger,
        lane=retrying.lane_after(view.around.lane, evidence, now_ms, exit_rests_until_ms=rests_ms),
        intent=settled.intent,
        receipts=(
            *receipts,
            *_done_with(ports, view, intent, settled.ledger),
            *_given_up_with(ports, view, intent, settled.ledger),
        ),
        owner_released=owner_released(view, settled.ledger),
    )


def _receipt_of(view: View, receipt: Receipt, settled: Settled, evidence: Evidence) -> Receipt:
    intent, ledger = settled.intent, settled.ledger
    left = exit_size(ledger, view.market) if intent.reduce_only else ZERO
    receipt = settled_receipt(receipt, intent, evidence, ledger, open_exit=left)
    if left and ledger.needs_operator and retrying.is_agent_gone(evidence, reduce_only=True):
        return given_up_receipt(receipt, Reason.SIGNING_UNAVAILABLE, AGENT_IS_GONE)
    return receipt


def _done_with(ports: CopyPorts, view: View, intent: Intent, ledger: Ledger) -> tuple[Receipt, ...]:
    """Finish the newest trade's receipt when an older order turns out to have done its work."""
    is_open = ledger.pending or ledger.waiting or exit_size(ledger, view.market)
    if intent.seq >= ledger.last_seq or is_open:
        return ()
    newest = ports.store.receipt(intent.follow_id, ledger.last_seq)
    if newest is None:
        return ()
    finished = finished_receipt(newest, ledger, Reason.NOTHING_TO_CLOSE)
    return () if finished is None else (finished,)


def _given_up_with(
    ports: CopyPorts, view: View, intent: Intent, ledger: Ledger
) -> tuple[Receipt, ...]:
    """Finish the receipts of entries that waited for this one and were given up with it."""
    before, follow_id = view.ledger, intent.follow_id
    if intent.seq >= before.last_seq or not before.wanted_more or ledger.wanted_more:
        return ()
    behind = range(before.last_seq, intent.seq, -1)[:MOST_BEHIND]
    found = ports.store.receipts(follow_id, behind)
    of_symbol = (expired_entry(each, ledger) for each in found if each.symbol == intent.symbol)
    return tuple(each for each in of_symbol if each is not None)


def _read_again(ports: CopyPorts, intent: Intent) -> tuple[View, Intent]:
    fresh = read_view(ports.store, intent.follow_id, intent.symbol, intent.seq)
    known = ports.store.intent(intent.follow_id, intent.intent_id)
    if fresh is None or known is None:
        raise DependencyError("the records of a pinned order are gone", follow=intent.follow_id)
    return fresh, known
