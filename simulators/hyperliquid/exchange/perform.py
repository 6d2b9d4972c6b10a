"""Takes a signed action through expiry, signer, nonce and limits to the handler of its type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.hyperliquid import texts
from simulators.hyperliquid.clock import to_ms_text
from simulators.hyperliquid.engine.action_limits import EXPIRED_WEIGHT
from simulators.hyperliquid.exchange import account_actions, order_actions
from simulators.hyperliquid.exchange.authentication import authenticate
from simulators.hyperliquid.exchange.call import Call
from simulators.hyperliquid.refusal import ActionRefusedError, OrderRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulators.hyperliquid.engine.venue import Venue
    from simulators.hyperliquid.wire.envelope import SignedAction

HANDLERS: dict[str, Callable[[Call], dict[str, Any]]] = {
    "order": order_actions.place_orders,
    "cancel": order_actions.cancel_orders,
    "cancelByCloid": order_actions.cancel_by_cloid,
    "modify": order_actions.modify_order,
    "batchModify": order_actions.modify_orders,
    "scheduleCancel": order_actions.schedule_cancel,
    "updateLeverage": account_actions.update_leverage,
    "updateIsolatedMargin": account_actions.update_isolated_margin,
    "noop": account_actions.do_nothing,
    "setReferrer": account_actions.set_referrer,
    "approveAgent": account_actions.approve_agent,
    "approveBuilderFee": account_actions.approve_builder_fee,
    "usdSend": account_actions.send_usd,
    "withdraw3": account_actions.withdraw,
    "usdClassTransfer": account_actions.transfer_between_classes,
    "userSetAbstraction": account_actions.set_abstraction,
}
_BATCH_KEYS = ("orders", "cancels", "modifies")


def batch_size(action: dict[str, Any]) -> int:
    """Return how many actions a batch counts for."""
    batches = (action.get(key) for key in _BATCH_KEYS)
    return next((len(batch) for batch in batches if isinstance(batch, list)), 1)


def only_reduces(action: dict[str, Any]) -> bool:
    """Tell whether all that an action would do is to close."""
    orders = action.get("orders", ())
    return bool(orders) and all(order["r"] for order in orders)


def perform(venue: Venue, signed: SignedAction, chain: str, received_ns: int) -> dict[str, Any]:
    """Perform the action and return the venue's answer, refusals included."""
    try:
        response = _perform(venue, signed, chain, received_ns)
    except (ActionRefusedError, OrderRefusedError) as refusal:
        return {"status": "err", "response": str(refusal)}
    return {"status": "ok", "response": response}


def _perform(venue: Venue, signed: SignedAction, chain: str, received_ns: int) -> dict[str, Any]:
    account = authenticate(venue, signed, chain)
    now_ms = venue.now_ms()
    count, kind = batch_size(signed.action), signed.kind
    venue.journal.is_dirty = True
    reduces = only_reduces(signed.action)
    if signed.expires_after is not None and signed.expires_after < now_ms:
        venue.limits.take(account, EXPIRED_WEIGHT * count, now_ms, reduces=reduces)
        raise ActionRefusedError(texts.ACTION_EXPIRED)
    venue.limits.take(account, count, now_ms, cancels="cancel" in kind, reduces=reduces)
    venue.nonces.take(signed.signer, signed.nonce, now_ms)
    return HANDLERS[kind](Call(venue, account, signed, to_ms_text(received_ns)))
