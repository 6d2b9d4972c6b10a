"""Pinning: a decision and its order become one transaction before anything is signed or sent."""

from __future__ import annotations

from understudy.domain.exits import exit_size
from understudy.domain.follows import Ledger, Pending
from understudy.domain.ids import client_order_id, intent_id, order_cause
from understudy.domain.intents import Intent, IntentKind
from understudy.domain.limits import MarginMode
from understudy.domain.money import ZERO
from understudy.domain.ownership import SymbolOwner
from understudy.domain.plans import Decision, OrderPlan
from understudy.domain.reasons import Reason
from understudy.domain.receipting import (
    closed_receipt,
    expired_entry,
    finished_receipt,
    kept_reason,
    next_attempt,
    receipt_of,
    with_intent,
)
from understudy.domain.receipts import CopyStatus, Receipt
from understudy.domain.replacing import replace
from understudy.domain.trades import Trade
from understudy.ports.copying import Changes
from understudy.workflows.copying.views import CopyPorts, View

ENTRY_LIFETIME_MS = 8_000
EXIT_LIFETIME_MS = 15_000


def claim(
    ports: CopyPorts, view: View, trade: Trade, decision: Decision, *, leg: int, queued_at_ms: int
) -> View:
    """Store a decision: receipt, ledger and, with an order, its intent, reserve, nonce and owner.

    Raises ConflictError when anything that the decision read has changed.
    """
    now_ms = ports.clock.now_ms()
    receipt = view.receipt or receipt_of(
        trade, view.state.follow, decision, _stages(trade, queued_at_ms, now_ms)
    )
    if decision.order is None:
        changes = _without_order(view, decision, receipt)
    else:
        intent = pin(view, trade, decision.order, receipt, leg=leg, now_ms=now_ms)
        changes = _with_order(view, decision, receipt, intent)
    if view.is_deleted or (view.is_kept and decision.order is None):
        # Of a follow that is over nothing is written once its user's records are erased. And
        # nothing is kept for good by a switch and by limits that never held together.
        changes = replace(changes, unchanged=view.state.follow)
    if superseded := _superseded(ports, view, decision):
        changes = replace(changes, receipts=(*changes.receipts, *superseded))
    committed = ports.store.commit(changes)
    return replace(view.after(committed), intent=committed.intent, first=True)


def pin(
    view: View, trade: Trade, order: OrderPlan, receipt: Receipt, *, leg: int, now_ms: int
) -> Intent:
    """Fix every byte of an order: identity, nonce, expiry and content."""
    follow = view.state.follow
    attempt = next_attempt(receipt, leg)
    cause = order_cause(receipt.trade_id, follow.epoch)
    name = intent_id(follow.follow_id, cause, leg, attempt)
    lifetime = EXIT_LIFETIME_MS if order.reduce_only else ENTRY_LIFETIME_MS
    return Intent(
        intent_id=name,
        follow_id=follow.follow_id,
        copy_id=receipt.copy_id,
        wallet_id=follow.wallet_id,
        wallet_address=follow.wallet_address,
        agent_id=follow.agent_id,
        venue=follow.venue,
        kind=order.kind,
        symbol=trade.symbol,
        asset=view.market.asset,
        side=order.side,
        size=order.size,
        limit_price=order.limit_price,
        reduce_only=order.reduce_only,
        leverage=order.leverage,
        isolated=is_isolated(view),
        client_order_id=client_order_id(name),
        nonce=view.around.lane.next_nonce(now_ms),
        expires_at_ms=now_ms + lifetime,
        margin=order.margin,
        leg=leg,
        attempt=attempt,
        seq=receipt.seq,
        created_at_ms=now_ms,
        reference_price=order.reference_price,
    )


def is_isolated(view: View) -> bool:
    """Say whether the follow's position on this market holds its margin apart."""
    isolated = view.state.follow.limits.margin_mode is MarginMode.ISOLATED
    return isolated or view.market.only_isolated


def owner_released(view: View, ledger: Ledger) -> SymbolOwner | None:
    """Give the symbol back once the follow holds and awaits nothing of it, whatever it carries."""
    follow = view.state.follow
    if ledger.needs_symbol or view.around.owner != follow.follow_id:
        return None
    return SymbolOwner(follow.wallet_id, view.symbol, follow.follow_id)


def _superseded(ports: CopyPorts, view: View, decision: Decision) -> tuple[Receipt, ...]:
    """Finish the receipt of the trade before, if this one takes over what it left open.

    While orders are under way it may be open with nothing left to close: one of them closed it all.
    """
    before, follow_id = view.ledger, view.state.follow.follow_id
    left_open = before.waiting or before.pending or exit_size(before, view.market)
    if not left_open or decision.ledger.last_seq == before.last_seq:
        return ()
    earlier = ports.store.receipt(follow_id, before.last_seq)
    if earlier is None:
        return ()
    finished = finished_receipt(earlier, decision.ledger, Reason.SUPERSEDED)
    return () if finished is None else (finished,)


def _without_order(view: View, decision: Decision, receipt: Receipt) -> Changes:
    changed = decision.ledger != view.ledger
    return Changes(
        ledger=decision.ledger if changed else None,
        receipts=(receipt,) if view.receipt is None else _closed(view, receipt, decision),
        owner_released=owner_released(view, decision.ledger) if changed else None,
    )


def _closed(view: View, receipt: Receipt, decision: Decision) -> tuple[Receipt, ...]:
    """Finish a receipt; what was carried too long says nothing of a trade that did not carry it.

    A trade that was skipped keeps its own reason, whatever becomes of what was carried before it.
    So does every trade that is over, whatever stops an exit now.
    """
    if receipt.status is CopyStatus.SKIPPED or _is_over_before_an_exit(view, receipt, decision):
        return ()
    if decision.reason is not Reason.EXPIRED:
        return (closed_receipt(receipt, decision),)
    expired = expired_entry(receipt, decision.ledger)
    return () if expired is None else (expired,)


def _is_over_before_an_exit(view: View, receipt: Receipt, decision: Decision) -> bool:
    """Say whether a receipt was final when an exit of what is still held could not be made."""
    is_over = receipt.status.is_terminal and receipt.status is not CopyStatus.CARRIED
    return is_over and bool(exit_size(decision.ledger, view.market))


def _with_order(view: View, decision: Decision, receipt: Receipt, intent: Intent) -> Changes:
    follow, budget = view.state.follow, view.state.budget
    pending = Pending(
        intent_id=intent.intent_id,
        signed_size=intent.signed_size,
        reduce_only=intent.reduce_only,
        margin=intent.margin,
        notional=ZERO if intent.reduce_only else intent.notional,
    )
    ledger = replace(decision.ledger, pending=(*decision.ledger.pending, pending))
    entry = intent.kind is IntentKind.ENTRY
    if entry:
        budget = replace(
            budget,
            reserved=budget.reserved + intent.margin,
            recent_entries_ms=decision.recent_entries_ms or budget.recent_entries_ms,
        )
    receipt = replace(
        receipt,
        status=CopyStatus.CLAIMED,
        reason=kept_reason(receipt, intent, ledger),
        target=ledger.target,
        numbers={**receipt.numbers, **decision.numbers},
        bound_by=decision.bound_by or receipt.bound_by,
    )
    return Changes(
        unchanged=follow if entry else None,
        budget=budget if entry else None,
        ledger=ledger,
        lane=replace(view.around.lane, nonce=intent.nonce),
        intent=intent,
        receipts=(with_intent(receipt, intent),),
        owner_taken=SymbolOwner(follow.wallet_id, view.symbol, follow.follow_id) if entry else None,
    )


def _stages(trade: Trade, queued_at_ms: int, now_ms: int) -> dict[str, int]:
    return {
        "executed": trade.time_ms,
        "seen": trade.seen_at_ms,
        "stored": trade.stored_at_ms,
        "queued": queued_at_ms,
        "decided": now_ms,
    }
