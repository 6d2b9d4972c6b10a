"""Before an order is pinned: the venue's request budget, and the symbol's leverage."""

from __future__ import annotations

from collections.abc import Generator

from understudy.domain.carrying import without_carry
from understudy.domain.intents import Intent
from understudy.domain.plans import Decision
from understudy.domain.reasons import Reason
from understudy.domain.reducing import after_missed, having_passed
from understudy.domain.refusals import VENUE_REQUESTS
from understudy.domain.replacing import replace
from understudy.domain.trades import Trade
from understudy.ports.delivery import Purpose
from understudy.workflows.copying.lanes import Answer
from understudy.workflows.copying.leverage import needs_leverage, set_leverage
from understudy.workflows.copying.views import CopyPorts, View

ORDER_WEIGHT = 1


def prepare(
    ports: CopyPorts, view: View, trade: Trade, decision: Decision
) -> Generator[Intent, Answer, tuple[View, Decision]]:
    """Make sure that an order can leave; an entry that cannot is skipped, an exit is put off."""
    order = decision.order
    if order is None:
        return view, decision
    purpose = Purpose.EXIT if order.reduce_only else Purpose.ENTRY
    sets_leverage = needs_leverage(view, order)
    weight = 2 * ORDER_WEIGHT if sets_leverage else ORDER_WEIGHT
    if not ports.budget.take(trade.venue, purpose, weight):
        return view, _without_budget(view, trade, decision, purpose)
    if not sets_leverage:
        return view, decision
    view, refused = yield from set_leverage(ports, view, trade, order.leverage)
    if refused is not None:
        return view, _skip(view, trade, decision, *refused)
    return view, decision


def _without_budget(view: View, trade: Trade, decision: Decision, purpose: Purpose) -> Decision:
    """Skip an entry; of an exit move the target alone: its lane goes on and asks for it later."""
    if purpose is Purpose.ENTRY:
        return _skip(view, trade, decision, Reason.RATE_LIMITED)
    return replace(decision, order=None, reason=None, bound_by=VENUE_REQUESTS)


def _skip(view: View, trade: Trade, decision: Decision, reason: Reason, rule: str = "") -> Decision:
    """Give an entry and what was carried up before it was pinned; the trade counts as seen."""
    ledger = without_carry(view.ledger)
    if trade.seq > ledger.last_seq:
        ledger = after_missed(ledger, trade, view.market, view.state.follow)
        ledger = having_passed(ledger, trade)
    ledger = replace(ledger, waiting=None)
    return replace(
        decision,
        ledger=ledger,
        order=None,
        reason=reason,
        bound_by=rule or decision.bound_by,
        recent_entries_ms=None,
    )
