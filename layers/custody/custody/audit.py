"""What the signer writes about itself: who asked for what and what came of it, never a payload."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from custody.agents import address_mark
from understudy.domain.audit import AuditEntry
from understudy.domain.codec import to_plain

if TYPE_CHECKING:
    from custody.agents import Agent, Bounds, Policy
    from custody.authorities import HeldKey
    from custody.hyperliquid import Draft
    from custody.refusals import Refusal
    from custody.secp256k1 import Signature
    from understudy.domain.intents import Intent

_REQUESTED = (
    "intent_id",
    "follow_id",
    "wallet_id",
    "venue",
    "kind",
    "symbol",
    "asset",
    "side",
    "size",
    "limit_price",
    "reduce_only",
    "leverage",
    "isolated",
    "nonce",
    "expires_at_ms",
)


class AuditEvent(StrEnum):
    """What happened."""

    INTENT_APPROVED = "INTENT_APPROVED"
    INTENT_REPEATED = "INTENT_REPEATED"
    INTENT_REFUSED = "INTENT_REFUSED"
    INTENT_UNAVAILABLE = "INTENT_UNAVAILABLE"
    INTENT_SIGNED = "INTENT_SIGNED"
    AGENT_CREATED = "AGENT_CREATED"
    AGENT_ACTIVATED = "AGENT_ACTIVATED"
    AGENT_REVOKED = "AGENT_REVOKED"
    SWITCH_SET = "SWITCH_SET"
    KEY_REWRAPPED = "KEY_REWRAPPED"
    POLICY_CHANGED = "POLICY_CHANGED"


def approved(drafted: Draft, at_ms: int) -> AuditEntry:
    """Say that a content was allowed for the first time.

    It is written before the signature is made, so that none is ever without it. What came of it has
    an entry of its own.
    """
    facts = {**_request(drafted.intent), "content": drafted.content}
    return _about(AuditEvent.INTENT_APPROVED, drafted.intent, at_ms, facts)


def repeated(drafted: Draft, at_ms: int) -> AuditEntry:
    """Say that a content allowed earlier was asked for again."""
    facts = {"intent_id": drafted.intent.intent_id, "content": drafted.content}
    return _about(AuditEvent.INTENT_REPEATED, drafted.intent, at_ms, facts)


def signed(drafted: Draft, signature: Signature, at_ms: int) -> AuditEntry:
    """Say that a signature was made; it is given out once this is written, and never without."""
    facts = {
        "intent_id": drafted.intent.intent_id,
        "content": drafted.content,
        "signature_mark": signature.mark,
    }
    return _about(AuditEvent.INTENT_SIGNED, drafted.intent, at_ms, facts)


def refused(intent: Intent, reason: Refusal, at_ms: int) -> AuditEntry:
    """Say that an intent was refused."""
    facts = {**_request(intent), "reason": reason.value}
    return _about(AuditEvent.INTENT_REFUSED, intent, at_ms, facts)


def unavailable(intent: Intent, at_ms: int) -> AuditEntry:
    """Say that nobody could be asked for an intent's signature, and none was given out."""
    facts = {"intent_id": intent.intent_id}
    return _about(AuditEvent.INTENT_UNAVAILABLE, intent, at_ms, facts)


def of_agent(event: AuditEvent, agent: Agent, at_ms: int) -> AuditEntry:
    """Say what became of an agent. Rows outlive accounts: no name, and a mark for the address."""
    names = ("user_id", "wallet_id", "venue", "key_version", "authority")
    facts = {name: getattr(agent, name) for name in names}
    facts["address_mark"] = address_mark(agent.agent_id, agent.address)
    return AuditEntry(event, agent.agent_id, at_ms, facts)


def rewrapped(held: HeldKey, key_id: str, at_ms: int) -> AuditEntry:
    """Say that a key is sealed by another key of KMS now."""
    mark = address_mark(held.agent_id, held.address)
    facts = {"address_mark": mark, "from_key_id": held.key_id or "-", "to_key_id": key_id}
    return AuditEntry(AuditEvent.KEY_REWRAPPED, held.agent_id, at_ms, facts)


def of_policy(
    agent: Agent, before: Bounds, after: Policy, at_ms: int, *, is_wider: bool
) -> AuditEntry:
    """Say what bounds an agent's wallet from now on, and whether its owner had to agree."""
    facts = {**to_plain(after), "widened": is_wider, "change": before.version + 1}
    return AuditEntry(AuditEvent.POLICY_CHANGED, agent.agent_id, at_ms, facts)


def _about(event: AuditEvent, intent: Intent, at_ms: int, facts: dict[str, Any]) -> AuditEntry:
    return AuditEntry(event, intent.agent_id, at_ms, facts, correlation_id=intent.copy_id)


def _request(intent: Intent) -> dict[str, Any]:
    return {name: str(getattr(intent, name)) for name in _REQUESTED}
