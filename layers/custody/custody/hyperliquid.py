"""An intent as the one action it stands for at Hyperliquid, its digest, and its signed body.

Pure; no key comes here. No caller's bytes are ever signed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from understudy.adapters.venues.hyperliquid.constants import Chain
from understudy.adapters.venues.hyperliquid.digests import (
    l1_digest,
)
from understudy.adapters.venues.hyperliquid.wire import (
    Builder,
    exchange_body,
    leverage_action,
    order_action,
)
from understudy.domain.ids import digest_of
from understudy.domain.intents import Intent, IntentKind, Signed
from understudy.domain.trades import Side

if TYPE_CHECKING:
    from custody.agents import Agent
    from custody.secp256k1 import Signature


class Terms(NamedTuple):
    """What a deployment fixes for everything it signs: the network, and a builder fee or none."""

    chain: Chain
    builder: Builder | None = None


class Draft(NamedTuple):
    """An intent's action and digest, not yet signed.

    `content` says what would be signed, by which agent and as what, so that nothing else can ever
    be signed for the same intent.
    """

    intent: Intent
    action: dict[str, Any]
    digest: bytes
    content: str


def agreed_terms(terms: Terms, agent: Agent) -> Terms:
    """Give the terms of one agent's orders: no fee but one that its wallet was asked to approve.

    The venue refuses any other with the whole order, an exit too. A fee that the deployment has
    lowered since is the lower one: by then the wallet may have approved no more than that.
    """
    builder = terms.builder
    if builder is None or builder.address != agent.builder_address:
        return Terms(terms.chain)
    fee = min(builder.fee_tenths_bps, agent.builder_fee_tenths_bps)
    return Terms(terms.chain, Builder(builder.address, fee))


def draft(intent: Intent, terms: Terms) -> Draft:
    """Build what the intent stands for; raises InvalidInputError where the wire cannot carry it."""
    action = _action(intent, terms.builder)
    digest = l1_digest(action, intent.nonce, intent.expires_at_ms, terms.chain)
    content = digest_of("content", intent.venue, intent.agent_id, intent.kind, digest.hex())
    return Draft(intent, action, digest, content)


def signed(drafted: Draft, signature: Signature) -> Signed:
    """Write the exact body to send of a draft and the signature over its digest."""
    intent = drafted.intent
    body = exchange_body(
        drafted.action,
        intent.nonce,
        signature.r,
        signature.s,
        signature.v,
        intent.expires_at_ms,
    )
    return Signed(intent.intent_id, body)


def _action(intent: Intent, builder: Builder | None) -> dict[str, Any]:
    if intent.kind is IntentKind.LEVERAGE:
        return leverage_action(
            asset=intent.asset, leverage=intent.leverage, isolated=intent.isolated
        )
    return order_action(
        asset=intent.asset,
        is_buy=intent.side is Side.BUY,
        price=intent.limit_price,
        size=intent.size,
        reduce_only=intent.reduce_only,
        client_order_id=intent.client_order_id,
        builder=builder,
    )
