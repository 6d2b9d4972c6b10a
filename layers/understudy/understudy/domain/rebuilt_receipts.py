"""Receipts of trades that were copied before our record of it was lost, from the venue's. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from understudy.domain.follows import Follow, Ledger
from understudy.domain.ids import client_order_id
from understudy.domain.intents import IntentKind, IntentState
from understudy.domain.lost_orders import LostOrder
from understudy.domain.money import ZERO, divide, multiply, toward_zero
from understudy.domain.plans import Decision
from understudy.domain.reasons import Reason
from understudy.domain.receipting import receipt_of
from understudy.domain.receipts import CopyStatus, LegResult, Receipt
from understudy.domain.replacing import replace
from understudy.domain.settlement import MONEY_DECIMALS
from understudy.domain.trades import Fill, Trade, TradeKind

TEXT = "written anew from the venue's own record, after ours was lost"


def rebuilt_receipt(
    follow: Follow, trade: Trade, ledger: Ledger, orders: Sequence[LostOrder]
) -> Receipt:
    """Write the receipt of a trade from the orders that were filled for it, if any."""
    missed = trade.kind in (TradeKind.OPEN, TradeKind.ADD)
    reason = Reason.STALE if missed else Reason.NOTHING_TO_CLOSE
    stages = {"executed": trade.time_ms, "seen": trade.seen_at_ms, "stored": trade.stored_at_ms}
    receipt = receipt_of(trade, follow, Decision(ledger, reason=reason), stages)
    return with_lost_orders(receipt, ledger, orders)


def with_lost_orders(receipt: Receipt, ledger: Ledger, orders: Sequence[LostOrder]) -> Receipt:
    """Bring a receipt to the orders that were filled for it beyond those it has; it is over."""
    legs = (*receipt.legs, *map(_leg_of, orders))
    filled = any(leg.filled_size for leg in legs)
    status = receipt.status if receipt.status.is_terminal else CopyStatus.EXPIRED
    reason = receipt.reason if receipt.status.is_terminal else Reason.EXPIRED
    return replace(
        receipt,
        status=CopyStatus.DONE if filled else status,
        reason=None if filled else reason,
        reason_text=TEXT,
        legs=legs,
        target=ledger.target,
        held=ledger.held,
    )


def _leg_of(order: LostOrder) -> LegResult:
    """Write an order as a leg; what it asked for is lost, so it asked for what it got."""
    fills = [own.fill for own in order.fills]
    size = sum((fill.size for fill in fills), ZERO)
    notional = sum((multiply(fill.size, fill.price) for fill in fills), ZERO)
    exits = _reduces(fills[0])
    return LegResult(
        leg=order.leg,
        attempt=order.attempt,
        intent_id=order.intent_id,
        client_order_id=client_order_id(order.intent_id),
        kind=(IntentKind.EXIT if exits else IntentKind.ENTRY).value,
        side=fills[0].side.value,
        size=size,
        limit_price=fills[-1].price,
        reduce_only=exits,
        state=IntentState.FILLED.value,
        filled_size=size,
        average_price=toward_zero(divide(notional, size), MONEY_DECIMALS),
        fee=sum((own.fee for own in order.fills), ZERO),
        closed_pnl=sum((own.closed_pnl for own in order.fills), ZERO),
        fee_is_final=True,
        builder_fee=sum((own.builder_fee for own in order.fills), ZERO),
        order_id=order.fills[0].order_id,
    )


def _reduces(fill: Fill) -> bool:
    return fill.start_position is not None and fill.start_position * fill.side.sign < ZERO
