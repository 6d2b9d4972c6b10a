"""What the log says of an answer that gave nothing; alarms count it. The audit has the whole of it.

An answer is looked at as its caller gets it: a result of signing, or what an operation gave.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from custody.refusals import Refusal
from understudy.domain.errors import NotAllowedError

NOT_OPENED = NotAllowedError.code
# What our own callers meet too: bounds, states and lateness. Any other reason is for a request that
# none of them makes, another content for what was signed too, since a retry sends what is pinned:
# its caller is broken, or somebody else.
_HONEST = frozenset(
    {
        Refusal.AGENT_NOT_ACTIVE,
        Refusal.KILL_SWITCH,
        Refusal.EXPIRED,
        Refusal.MARKET_UNKNOWN,
        Refusal.ASSET_MISMATCH,
        Refusal.SYMBOL_NOT_ALLOWED,
        Refusal.LEVERAGE_NOT_ALLOWED,
        Refusal.MARGIN_MODE_NOT_ALLOWED,
        Refusal.MARK_STALE,
        Refusal.PRICE_OUT_OF_BAND,
        Refusal.ORDER_NOTIONAL_EXCEEDED,
        Refusal.DAILY_NOTIONAL_EXCEEDED,
        Refusal.KEY_UNUSABLE,
    }
)


class Signal(StrEnum):
    """What the log says of an answer; alarms count these."""

    INTENT_REFUSED = "INTENT_REFUSED"
    INTENT_UNAVAILABLE = "INTENT_UNAVAILABLE"
    SIGNER_MISUSED = "SIGNER_MISUSED"


def signal_of(answer: Mapping[str, object]) -> Mapping[str, object] | None:
    """Say what to log of one answer as callers get it, None of one that gave what was asked for."""
    if "reason" in answer:
        code = Signal.INTENT_REFUSED if answer["reason"] in _HONEST else Signal.SIGNER_MISUSED
        return {"code": code, "intent_id": answer["intent_id"], "reason": answer["reason"]}
    if "cause" in answer:
        return {"code": Signal.INTENT_UNAVAILABLE, "intent_id": answer["intent_id"]}
    error = answer.get("error")
    if isinstance(error, Mapping) and error["code"] == NOT_OPENED:
        return {"code": Signal.SIGNER_MISUSED, "reason": NOT_OPENED}
    return None
