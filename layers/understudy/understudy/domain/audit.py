"""What is kept of every sensitive operation: who did what to whom, when, and for which request.

An entry names facts and never holds a key, a signature, a token or a payload.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Actor(StrEnum):
    """Which part of the system wrote an entry; each can write under its own name only."""

    SIGNER = "signer"
    API = "api"
    OPERATOR = "operator"
    ERASURE = "account_erasure"

    def partition_of(self, subject: str) -> str:
        """Name the partition of this actor's rows about a subject, where nobody else writes."""
        return f"{self.value.upper()}#{subject}"

    def subject_in(self, partition: str) -> str | None:
        """Give the subject of a partition of this actor, None for anybody else's."""
        own = self.partition_of("")
        return partition.removeprefix(own) if partition.startswith(own) else None


class AuditEntry(NamedTuple):
    """One thing that happened to a subject: an agent, a switch, a user.

    `correlation_id` names the request or the copy for which it happened; where it is empty, the
    request that is being answered counts.
    """

    event: str
    subject: str
    at_ms: int
    facts: Mapping[str, object]
    correlation_id: str = ""


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """An entry as it is shown to whom it is about: without its key and its stamp."""

    actor: Actor
    event: str
    subject: str
    at_ms: int
    facts: Mapping[str, object]
    correlation_id: str


@dataclass(frozen=True, slots=True)
class AboutUser:
    """Whom an extract is about: a user, and the agents that are theirs."""

    user_id: str
    agent_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AuditExtract:
    """What the audit has of a user, oldest first."""

    records: tuple[AuditRecord, ...] = ()
