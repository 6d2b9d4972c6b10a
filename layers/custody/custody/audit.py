"""What the signer writes about itself: who asked for what and what came of it, never a payload."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from understudy.domain.audit import AuditEntry
from understudy.domain.codec import to_plain

if TYPE_CHECKING:
    from custody.agents import Agent, Bounds, Policy
    from custody.hyperliquid import Draft
    from custody.refusals import Refusal
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
    AGENT_CREATED = "AGENT_CREATED"
    AGENT_ACTIVATED = "AGENT_ACTIVATED"
    AGENT_REVOKED = "AGENT_REVOKED"
    SWITCH_SET = "SWITCH_SET"
    KEY_REWRAPPED = "KEY_REWRAPPED"
    POLICY_CHANGED = "POLICY_CHANGED"


def approved(drafted: Draft, at_ms: int) -> AuditEntry:
    """Say that a content was allowed for the first time."""
    facts = {**_request(drafted.intent), "content": drafted.content}
    return _about(AuditEvent.INTENT_APPROVED, drafted.intent, at_ms, facts)


def repeated(drafted: Draft, at_ms: int) -> AuditEntry:
    """Say that a content allowed earlier was signed again."""
    facts = {"intent_id": drafted.intent.intent_id, "content": drafted.content}
    return _about(AuditEvent.INTENT_REPEATED, drafted.intent, at_ms, facts)


def refused(intent: Intent, reason: Refusal, at_ms: int) -> AuditEntry:
    """Say that an intent was refused."""
    facts = {**_request(intent), "reason": reason.value}
    return _about(AuditEvent.INTENT_REFUSED, intent, at_ms, facts)


def unavailable(intent: Intent, at_ms: int) -> AuditEntry:
    """Say that nobody could be asked for an intent's signature, and none was given out."""
    facts = {"intent_id": intent.intent_id}
    return _about(AuditEvent.INTENT_UNAVAILABLE, intent, at_ms, facts)


def of_agent(event: AuditEvent, agent: Agent, at_ms: int) -> AuditEntry:
    """Say what became of an agent."""
    names = ("user_id", "wallet_id", "venue", "agent_name", "address", "key_version", "authority")
    return AuditEntry(event, agent.agent_id, at_ms, {name: getattr(agent, name) for name in names})


def rewrapped(agent: Agent, key_id: str, at_ms: int) -> AuditEntry:
    """Say that an agent's key is sealed by another key of KMS now."""
    facts = {"address": agent.address, "from_key_id": agent.key_id or "-", "to_key_id": key_id}
    return AuditEntry(AuditEvent.KEY_REWRAPPED, agent.agent_id, at_ms, facts)


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
