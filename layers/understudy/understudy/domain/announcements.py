"""Which changes are events: copies ended, follows changed, phantoms, drift, odd refusals. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from understudy.domain.follows import Follow, FollowStatus, Ledger, PauseReason
from understudy.domain.ids import digest_of
from understudy.domain.intents import Intent
from understudy.domain.receipts import CopyStatus, Receipt
from understudy.domain.retrying import RATE_LIMITED

EVENT_OF_STATUS = {
    CopyStatus.DONE: "COPY_DONE",
    CopyStatus.SKIPPED: "COPY_SKIPPED",
    CopyStatus.CARRIED: "COPY_CARRIED",
    CopyStatus.EXPIRED: "COPY_EXPIRED",
    CopyStatus.REJECTED: "COPY_REJECTED",
    CopyStatus.NEEDS_OPERATOR: "COPY_NEEDS_OPERATOR",
}
POSITION_DRIFT = "POSITION_DRIFT"
REFUSED_UNEXPECTEDLY = "REFUSED_UNEXPECTEDLY"
ACTIONS_USED_UP = "ACTIONS_USED_UP"
# Of an account that may act no more for now; of numbers or bytes of ours that the venue does not
# take; and of texts that nobody has given a meaning yet.
EVENT_OF_REFUSAL = {
    RATE_LIMITED: ACTIONS_USED_UP,
    "TICK": REFUSED_UNEXPECTEDLY,
    "SIGNATURE": REFUSED_UNEXPECTEDLY,
    "OTHER": REFUSED_UNEXPECTEDLY,
}
NEEDS_A_LOOK = frozenset(
    {EVENT_OF_STATUS[CopyStatus.NEEDS_OPERATOR], POSITION_DRIFT, *EVENT_OF_REFUSAL.values()}
)
"""Events that somebody should look at: each has an alarm."""

# The venue's texts are a line; whatever else it may answer is not carried on whole.
MOST_TEXT = 200


@dataclass(frozen=True, slots=True)
class Announcement:
    """An event before it has a time; `event_id` is the same for every announcement of a change."""

    event: str
    event_id: str
    user_id: str
    follow_id: str
    facts: Mapping[str, str] = field(default_factory=dict)
    amounts: Mapping[str, Decimal] = field(default_factory=dict)


def of_receipt(before: Receipt | None, after: Receipt) -> Announcement | None:
    """Announce a copy when it ends, and again when it ends otherwise than it had."""
    if not after.status.is_terminal or (before is not None and before.status is after.status):
        return None
    event = EVENT_OF_STATUS[after.status]
    return Announcement(
        event=event,
        event_id=digest_of(event, after.copy_id, str(after.version)),
        user_id=after.user_id,
        follow_id=after.follow_id,
        facts={
            "copy_id": after.copy_id,
            "trade_id": after.trade_id,
            "symbol": after.symbol,
            "reason": "" if after.reason is None else after.reason.value,
        },
        amounts={"target": after.target, "held": after.held},
    )


def of_follow(before: Follow | None, after: Follow) -> Announcement | None:
    """Announce that a follow changed its status; a drawdown stop has a name of its own."""
    old = None if before is None else before.status
    if old is after.status:
        return None
    stopped = after.pause_reason is PauseReason.DRAWDOWN_STOP
    drawdown = stopped and after.status is FollowStatus.PAUSED
    event = "COPY_DRAWDOWN_STOP" if drawdown else f"FOLLOW_{after.status.value}"
    amounts = {}
    if drawdown:
        floor = after.limits.drawdown_floor_usdc
        amounts = {"realized_pnl": after.realized_at_stop, "threshold": floor}
    return Announcement(
        event=event,
        event_id=digest_of(event, after.follow_id, str(after.version)),
        user_id=after.user_id,
        follow_id=after.follow_id,
        facts={"reason": "" if after.pause_reason is None else after.pause_reason.value},
        amounts=amounts,
    )


def of_ledger(before: Ledger | None, after: Ledger) -> Announcement | None:
    """Announce a position that was cleared, being gone at the venue, or that differs from it."""
    thought = after.held if before is None else before.held
    if after.phantoms > (0 if before is None else before.phantoms):
        return _about_position("PHANTOM_POSITION_CLEANUP", after, {"size": thought})
    if after.entries_paused and not (before is not None and before.entries_paused):
        return _about_position(POSITION_DRIFT, after, {"held": after.held})
    return None


def of_intent(before: Intent | None, after: Intent) -> Announcement | None:
    """Announce that an action ended in a refusal that somebody should look at."""
    refusal = after.refusal or ""
    event = EVENT_OF_REFUSAL.get(refusal)
    if event is None or (before is not None and before.refusal):
        return None
    return Announcement(
        event=event,
        event_id=digest_of(event, after.intent_id),
        user_id="",
        follow_id=after.follow_id,
        facts={
            "copy_id": after.copy_id,
            "intent_id": after.intent_id,
            "symbol": after.symbol,
            "action": after.kind.value,
            "refusal": refusal,
            "answer": after.answer[:MOST_TEXT],
        },
    )


def _about_position(event: str, ledger: Ledger, amounts: Mapping[str, Decimal]) -> Announcement:
    return Announcement(
        event=event,
        event_id=digest_of(event, ledger.follow_id, ledger.symbol, str(ledger.version)),
        user_id="",
        follow_id=ledger.follow_id,
        facts={"symbol": ledger.symbol},
        amounts=amounts,
    )
