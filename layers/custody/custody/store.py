"""What the signer remembers: agents, kill switches, what was signed for an intent, spending a day.

Reads are one batch; a first signature is recorded in one transaction together with its audit entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple, Protocol

from custody.agents import Agent, Bounds, Policy
from custody.policy import Killed, Mark
from understudy.domain.audit import AuditEntry
from understudy.domain.ids import IntentId
from understudy.domain.markets import Market
from understudy.domain.money import ZERO

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.domain.intents import Intent
    from understudy.ports.switches import Switch


class Readings(NamedTuple):
    """Everything stored that a batch of intents is judged by, read at once.

    `contents` names what was signed for an intent before, `spent` each wallet's entry notional of
    the day, by its mark; `markets` and `marks` go by symbol, `bounds` and `killed` by agent.
    """

    agents: Mapping[str, Agent]
    bounds: Mapping[str, Bounds]
    killed: Mapping[str, Killed]
    contents: Mapping[IntentId, str]
    spent: Mapping[str, Decimal]
    markets: Mapping[str, Market]
    marks: Mapping[str, Mark]


class Approval(NamedTuple):
    """A first signature to be: written whole or not at all.

    `notional` counts against the wallet's day, which may already hold `room` at most.
    """

    intent_id: IntentId
    content: str
    agent_id: str
    wallet_mark: str
    day: str
    at_ms: int
    audit: AuditEntry
    notional: Decimal = ZERO
    room: Decimal = ZERO


class Recorded(Enum):
    """What became of an approval: written now, there before, another content, or no room."""

    NEW = auto()
    REPEATED = auto()
    CHANGED = auto()
    NO_ROOM = auto()


class SigningStore(Protocol):
    """What signing reads and writes. Everything raises DependencyError when the store is away."""

    def read(self, intents: Sequence[Intent], day: str) -> Readings:
        """Read what the batch is judged by; what custody keeps consistently."""
        ...

    def record(self, approval: Approval) -> Recorded:
        """Store an intent's content, count its notional once and audit it, all or nothing."""
        ...

    def audit(self, entries: Sequence[AuditEntry]) -> None:
        """Write audit entries that no other write carries, any number; all are kept on return."""
        ...


class AgentStore(Protocol):
    """What enrolment reads and writes. Everything raises DependencyError when the store is away."""

    def create(self, agent: Agent, first: Policy, audit: AuditEntry) -> None:
        """Store a new agent; `first` bounds its wallet where nothing bounds that yet.

        Raises ConflictError when the id is taken.
        """
        ...

    def agent(self, agent_id: str) -> Agent | None:
        """Read an agent consistently."""
        ...

    def bounds(self, agent: Agent) -> Bounds | None:
        """Read the bounds of an agent's wallet consistently."""
        ...

    def activate(self, agent: Agent, audit: AuditEntry) -> None:
        """Make a pending agent active; raises ConflictError when it is not pending any more."""
        ...

    def revoke(self, agent: Agent, audit: AuditEntry) -> None:
        """Leave of an agent what `tombstone_of` gives; raises ConflictError if it is gone."""
        ...

    def set_policy(self, agent: Agent, before: Bounds, policy: Policy, audit: AuditEntry) -> None:
        """Change the bounds of an agent's wallet, under the version that was read.

        Raises ConflictError when they have changed since, or the agent is revoked or gone.
        """
        ...

    def turn(
        self, switch: Switch, subject: str, *, on: bool, at_ms: int, audit: AuditEntry
    ) -> None:
        """Turn a kill switch on or off, as was decided at `at_ms`; a user's goes by their mark.

        On always takes effect. Off raises ConflictError (NEWER_DECISION) and writes nothing
        unless every on of this switch was decided longer ago than clocks differ.
        """
        ...
