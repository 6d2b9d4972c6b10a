"""How receipts are written: from a decision at first, then order by order. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from understudy.domain import retrying
from understudy.domain.follows import Follow, Ledger
from understudy.domain.ids import copy_id
from understudy.domain.intents import Accepted, Intent, IntentState, Rejected
from understudy.domain.money import BASIS_POINT, ZERO, divide, multiply, toward_zero
from understudy.domain.plans import Decision
from understudy.domain.reasons import Reason
from understudy.domain.receipts import CopyStatus, LegResult, Receipt
from understudy.domain.refusals import ACCOUNT_ACTIONS, NO_DEPOSIT, WORDS, rule_of
from understudy.domain.replacing import replace
from understudy.domain.trades import Side, Trade, TradeKind

# What a venue's refusal of an order is called on a receipt; everything else is VENUE_REJECTED.
REASON_OF_REJECTION = {
    "NO_MATCH": Reason.PRICE_OUT_OF_BAND,
    "NO_LIQUIDITY": Reason.PRICE_OUT_OF_BAND,
    "REDUCE_ONLY_FLAT": Reason.NOTHING_TO_CLOSE,
    "MIN_NOTIONAL": Reason.BELOW_MIN_NOTIONAL,
    "INSUFFICIENT_MARGIN": Reason.INSUFFICIENT_MARGIN,
    retrying.RATE_LIMITED: Reason.RATE_LIMITED,
    retrying.ACCOUNT_EMPTY: Reason.ACCOUNT_NOT_FUNDED,
    retrying.SIGNING_REFUSED: Reason.SIGNING_REFUSED,
    retrying.SIGNING_UNAVAILABLE: Reason.SIGNING_UNAVAILABLE,
    retrying.AGENT_GONE: Reason.SIGNING_UNAVAILABLE,
}
# The rule behind a venue's refusal, where the reason has others too.
RULE_OF_REJECTION = {
    Reason.RATE_LIMITED: ACCOUNT_ACTIONS,
    Reason.ACCOUNT_NOT_FUNDED: NO_DEPOSIT,
}
SLIPPAGE_DECIMALS = 4
ORDER_STAGES = ("signed", "sent", "answered")
SKIPPING = frozenset({Reason.PRICE_OUT_OF_BAND, Reason.NOTHING_TO_CLOSE})
LEFT_TO_ITS_OWNER = (
    "what is left is worth less than the venue's minimum and lies in a position that is not the"
    " follow's alone: it is left to you"
)
STOPPED = frozenset({Reason.FOLLOW_PAUSED, Reason.COPY_DISABLED, Reason.DRAWDOWN_STOP})
_ENTERING = frozenset({TradeKind.OPEN, TradeKind.ADD, TradeKind.FLIP})
# Where a flip's receipt stands when its open was refused: before its close, and while that goes on.
_OPEN_REFUSED = frozenset({CopyStatus.SKIPPED, CopyStatus.CLAIMED})


def receipt_of(
    trade: Trade, follow: Follow, decision: Decision, stages: Mapping[str, int]
) -> Receipt:
    """Write the receipt of a decision, before anything is sent."""
    rule = rule_of(decision.reason, decision.bound_by)
    return Receipt(
        copy_id=copy_id(follow.follow_id, trade.trade_id),
        follow_id=follow.follow_id,
        user_id=follow.user_id,
        trade_id=trade.trade_id,
        seq=trade.seq,
        symbol=trade.symbol,
        leader_side=str(trade.side),
        leader_size=trade.size,
        leader_price=trade.last_price,
        leader_time_ms=trade.time_ms,
        kind=str(trade.kind),
        status=_status_of(decision),
        target=decision.ledger.target,
        held=decision.ledger.held,
        reason=decision.reason,
        reason_text=WORDS.get(rule, ""),
        bound_by=rule,
        numbers=dict(decision.numbers),
        stages=dict(stages),
        correction=trade.correction,
    )


def trade_of(receipt: Receipt, follow: Follow) -> Trade:
    """Give the trade that a receipt is about, as far as a later order for it needs it."""
    return Trade(
        venue=follow.venue,
        leader=follow.leader,
        symbol=receipt.symbol,
        side=Side(receipt.leader_side),
        time_ms=receipt.leader_time_ms,
        n=0,
        seq=receipt.seq,
        size=receipt.leader_size,
        notional=receipt.leader_size * receipt.leader_price,
        last_price=receipt.leader_price,
        start_position=ZERO,
        fill_count=1,
        seen_at_ms=receipt.stages.get("seen", receipt.leader_time_ms),
        stored_at_ms=receipt.stages.get("stored", receipt.leader_time_ms),
        correction=receipt.correction,
    )


def with_intent(receipt: Receipt, intent: Intent) -> Receipt:
    """Add an intent's leg to a receipt, or bring the leg it has up to date in its place."""
    leg = LegResult(
        leg=intent.leg,
        attempt=intent.attempt,
        intent_id=intent.intent_id,
        client_order_id=intent.client_order_id,
        kind=str(intent.kind),
        side=str(intent.side),
        size=intent.size,
        limit_price=intent.limit_price,
        reduce_only=intent.reduce_only,
        state=str(intent.state),
        filled_size=intent.filled_size,
        average_price=intent.average_price,
        reference_price=intent.reference_price,
        slippage_bps=_slippage_bps(intent),
        fee=intent.fee,
        closed_pnl=intent.closed_pnl,
        fee_is_final=intent.fee_is_final,
        builder_fee=intent.builder_fee,
        order_id=intent.order_id,
        answer=intent.answer,
    )
    legs = {known.intent_id: known for known in receipt.legs} | {leg.intent_id: leg}
    return replace(receipt, legs=tuple(legs.values()))


def _slippage_bps(intent: Intent) -> Decimal:
    """Give how much worse than its reference price an order filled; better is below zero."""
    if not (intent.filled_size and intent.reference_price):
        return ZERO
    lost = (intent.average_price - intent.reference_price) * intent.side.sign
    share = divide(lost, multiply(intent.reference_price, BASIS_POINT))
    return toward_zero(share, SLIPPAGE_DECIMALS)


def with_order_times(receipt: Receipt, times_ms: Mapping[str, int]) -> Receipt:
    """Put an order's times in place of those of the order before: both together mean nothing."""
    kept = {name: at_ms for name, at_ms in receipt.stages.items() if name not in ORDER_STAGES}
    return replace(receipt, stages={**kept, **times_ms})


def next_attempt(receipt: Receipt, leg: int) -> int:
    """Give the number of a leg's next order: the same for everyone who reads the same receipt."""
    return 1 + sum(1 for known in receipt.legs if known.leg == leg)


def settled_receipt(
    receipt: Receipt,
    intent: Intent,
    outcome: Accepted | Rejected | None,
    ledger: Ledger,
    *,
    open_exit: Decimal,
) -> Receipt:
    """Bring a receipt to what an outcome says; `open_exit` is what is still held too much.

    What is still open belongs to the receipt of the newest trade: an earlier one is over.
    """
    receipt = with_intent(receipt, intent)
    status, reason, text = _result(intent, outcome)
    is_over = not (ledger.held or ledger.pending)
    if reason is Reason.BELOW_MIN_NOTIONAL and intent.reduce_only and is_over:
        text = LEFT_TO_ITS_OWNER
    if any(leg.filled_size for leg in receipt.legs) and status is not CopyStatus.DONE:
        status = CopyStatus.DONE
    if receipt.seq >= ledger.last_seq:
        status, reason = _with_what_is_open(status, reason, ledger, open_exit)
    if reason is Reason.PRICE_OUT_OF_BAND:
        receipt = _with_band(receipt, intent)
    if reason is Reason.SIGNING_REFUSED:
        receipt = replace(receipt, bound_by=f"signer:{text.lower()}")
    if reason in RULE_OF_REJECTION:
        receipt = replace(receipt, bound_by=RULE_OF_REJECTION[reason])
    kept = kept_reason(receipt, intent, ledger) if reason is None else None
    return replace(
        receipt,
        status=status,
        reason=reason or kept,
        reason_text=receipt.reason_text if kept else text,
        target=ledger.target,
        held=ledger.held,
    )


def kept_reason(receipt: Receipt, intent: Intent, ledger: Ledger) -> Reason | None:
    """Give why a trade was not followed on whose receipt an older exit is still carried out.

    An entry was refused. A flip has its own: in a slower mode its open may be refused before it has
    closed. A close or a reduction met a stopped follow, whose owner keeps what the target leaves.
    """
    if not intent.reduce_only:
        return None
    if receipt.reason in STOPPED and ledger.target:
        return receipt.reason
    is_flips = receipt.kind == TradeKind.FLIP and receipt.status in _OPEN_REFUSED
    is_entrys = is_flips or receipt.kind in (TradeKind.OPEN, TradeKind.ADD)
    return receipt.reason if is_entrys else None


def _with_band(receipt: Receipt, intent: Intent) -> Receipt:
    """Show the price that an order started from and the worst that it would take."""
    rule = "close_slippage_bps" if intent.reduce_only else "slippage_bps"
    band = {"reference_price": intent.reference_price, "limit_price": intent.limit_price}
    return replace(receipt, bound_by=rule, numbers={**receipt.numbers, **band})


def _with_what_is_open(
    status: CopyStatus, reason: Reason | None, ledger: Ledger, open_exit: Decimal
) -> tuple[CopyStatus, Reason | None]:
    if open_exit and reason is Reason.BELOW_MIN_NOTIONAL and ledger.target:
        return CopyStatus.CARRIED, Reason.CARRIED
    if open_exit and reason is not Reason.NOTHING_TO_CLOSE:
        return CopyStatus.CLAIMED, None
    return (status if ledger.waiting is None else CopyStatus.WAITING), reason


def closed_receipt(receipt: Receipt, decision: Decision) -> Receipt:
    """Finish a receipt for which nothing more is ordered; what was filled before stays done."""
    filled = any(leg.filled_size for leg in receipt.legs)
    rule = rule_of(decision.reason, decision.bound_by)
    return replace(
        receipt,
        status=CopyStatus.DONE if filled else _status_of(decision),
        reason=decision.reason,
        reason_text=WORDS.get(rule, receipt.reason_text),
        bound_by=rule or receipt.bound_by,
        numbers={**receipt.numbers, **decision.numbers},
        target=decision.ledger.target,
        held=decision.ledger.held,
    )


def given_up_receipt(receipt: Receipt, reason: Reason | None, text: str) -> Receipt:
    """Say on the receipt of an open exit that somebody must look at it, and why."""
    return replace(receipt, status=CopyStatus.NEEDS_OPERATOR, reason=reason, reason_text=text)


def finished_receipt(receipt: Receipt, ledger: Ledger, reason: Reason) -> Receipt | None:
    """Finish a receipt whose open rest another trade takes over; None when that needs nothing."""
    under_way = any(leg.state == IntentState.PENDING for leg in receipt.legs)
    if receipt.status.is_terminal or under_way:
        return None
    return closed_receipt(receipt, Decision(ledger, reason=reason))


def expired_entry(receipt: Receipt, ledger: Ledger) -> Receipt | None:
    """Say that a carried entry was never ordered; None for a receipt of anything else."""
    if receipt.status is not CopyStatus.CARRIED or receipt.kind not in _ENTERING:
        return None
    return closed_receipt(receipt, Decision(ledger, reason=Reason.EXPIRED))


def _status_of(decision: Decision) -> CopyStatus:
    if decision.order is not None:
        return CopyStatus.CLAIMED
    if decision.is_put_off:
        return CopyStatus.WAITING
    return CopyStatus.CARRIED if decision.reason is Reason.CARRIED else CopyStatus.SKIPPED


def _result(
    intent: Intent, outcome: Accepted | Rejected | None
) -> tuple[CopyStatus, Reason | None, str]:
    if intent.state is IntentState.FILLED:
        return CopyStatus.DONE, None, ""
    if outcome is None:
        return CopyStatus.EXPIRED, Reason.EXPIRED, ""
    if isinstance(outcome, Accepted):
        return CopyStatus.SKIPPED, Reason.PRICE_OUT_OF_BAND, ""
    reason = REASON_OF_REJECTION.get(outcome.kind, Reason.VENUE_REJECTED)
    status = CopyStatus.SKIPPED if reason in SKIPPING else CopyStatus.REJECTED
    return status, reason, outcome.text
