"""Before an order is pinned: the venue's request budget, and the symbol's leverage."""

from __future__ import annotations

from collections.abc import Generator

from understudy.domain.carrying import without_carry
from understudy.domain.errors import RequestBudgetError
from understudy.domain.follows import Ledger
from understudy.domain.intents import Intent
from understudy.domain.plans import Decision
from understudy.domain.reasons import Reason
from understudy.domain.replacing import replace
from understudy.domain.trades import Trade
from understudy.ports.delivery import Purpose, seconds_left
from understudy.workflows.copying.lanes import Answer
from understudy.workflows.copying.leverage import needs_leverage, set_leverage
from understudy.workflows.copying.views import CopyPorts, View

ORDER_WEIGHT = 1


def prepare(
    ports: CopyPorts, view: View, trade: Trade, decision: Decision
) -> Generator[Intent, Answer, tuple[View, Decision]]:
    """Make sure that an order can leave; an entry that cannot is skipped, an exit is tried again.

    Raises RequestBudgetError for an exit while the venue's budget is used up.
    """
    order = decision.order
    if order is None:
        return view, decision
    purpose = Purpose.EXIT if order.reduce_only else Purpose.ENTRY
    weight = 2 * ORDER_WEIGHT if needs_leverage(view, order) else ORDER_WEIGHT
    allowed = ports.budget.take(trade.venue, purpose, weight)
    if order.reduce_only and not allowed:
        raise RequestBudgetError(trade.venue, seconds_left(ports.clock.now_ms()))
    if not allowed:
        return view, _skip(view, trade, decision, Reason.RATE_LIMITED)
    if not needs_leverage(view, order):
        return view, decision
    view, refused = yield from set_leverage(ports, view, trade, order.leverage)
    if refused is not None:
        return view, _skip(view, trade, decision, refused)
    return view, replace(decision, ledger=_with_leverage(decision.ledger, view.ledger))


def _with_leverage(ledger: Ledger, stored: Ledger) -> Ledger:
    return replace(
        ledger,
        leverage=stored.leverage,
        leverage_set_ms=stored.leverage_set_ms,
        isolated=stored.isolated,
        version=stored.version,
    )


def _skip(view: View, trade: Trade, decision: Decision, reason: Reason) -> Decision:
    """Give an entry and what was carried up before it was pinned; the trade counts as seen."""
    last_seq = max(view.ledger.last_seq, trade.seq)
    ledger = replace(without_carry(view.ledger), last_seq=last_seq, waiting=None)
    return replace(decision, ledger=ledger, order=None, reason=reason, recent_entries_ms=None)
