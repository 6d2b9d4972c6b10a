"""The signer's store and vault in memory; the store refuses what the table refuses."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from threading import Lock
from typing import TYPE_CHECKING, NoReturn, Protocol

from custody.agents import Agent, AgentStatus, Bounds, Policy, owner_mark_of, tombstone_of
from custody.keys import KeyUnusableError, Sealed
from custody.policy import Killed, Mark
from custody.store import Approval, Readings, Recorded
from understudy.adapters.aws.audit_stamps import KmsStamps
from understudy.adapters.memory.switch_board import InMemorySwitchBoard
from understudy.domain.audit import Actor
from understudy.domain.errors import ConflictError, DependencyError
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.money import ZERO
from understudy.ports.switches import Switch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from understudy.domain.audit import AuditEntry
    from understudy.domain.errors import ConfigurationError
    from understudy.domain.follows import Marks
    from understudy.domain.ids import IntentId
    from understudy.domain.intents import Intent
    from understudy.domain.markets import Market

# How long the table keeps what it throws away by itself.
_DAY_MS = 86_400_000
_PENDING_KEPT_MS = _DAY_MS
_CONTENT_KEPT_MS = 60 * _DAY_MS
_SPENT_KEPT_MS = 8 * _DAY_MS


def untold(part: str, error: ConfigurationError) -> NoReturn:
    """Hear of nothing: where each part is set up well, a part that is not fails the test."""
    raise AssertionError(f"{part} is set up well, but: {error.message}")


class MarketTable(Protocol):
    """Where the listener's markets and marks are."""

    def markets(self, venue: str) -> Mapping[str, Market]:
        """Give every market by symbol."""
        ...

    def marks(self, venue: str) -> Marks:
        """Give the newest mark of every symbol that has one."""
        ...


class InMemoryCustodyStore:
    """Implements `SigningStore` and `AgentStore`; what was audited stands in `audited`."""

    def __init__(self, markets: MarketTable) -> None:
        self._markets = markets
        self._lock = Lock()
        self._agents: dict[str, Agent] = {}
        self._bounds: dict[str, Bounds] = {}
        self._switches = InMemorySwitchBoard()
        self._contents: dict[IntentId, str] = {}
        self._signed_at: dict[IntentId, int] = {}
        self.spent: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
        self._spent_at: dict[tuple[str, str], int] = {}
        self.audited: list[AuditEntry] = []

    def read(self, intents: Sequence[Intent], day: str) -> Readings:
        with self._lock:
            agents = {i.agent_id: self._agents.get(i.agent_id) for i in intents}
            known = {name: agent for name, agent in agents.items() if agent is not None}
            marks = {name: agent.wallet_mark for name, agent in known.items()}
            return Readings(
                agents=known,
                bounds={
                    name: self._bounds[mark] for name, mark in marks.items() if mark in self._bounds
                },
                killed={name: self._killed(agent) for name, agent in known.items()},
                contents={
                    i.intent_id: self._contents[i.intent_id]
                    for i in intents
                    if i.intent_id in self._contents
                },
                spent={mark: self.spent[(mark, day)] for mark in marks.values()},
                markets=self._markets.markets(HYPERLIQUID),
                marks=self._read_marks({i.symbol for i in intents}),
            )

    def record(self, approval: Approval) -> Recorded:
        with self._lock:
            known = self._contents.get(approval.intent_id)
            if known is not None:
                return Recorded.REPEATED if known == approval.content else Recorded.CHANGED
            spent = (approval.wallet_mark, approval.day)
            if approval.notional and self.spent[spent] > approval.room:
                return Recorded.NO_ROOM
            self._contents[approval.intent_id] = approval.content
            self._signed_at[approval.intent_id] = approval.at_ms
            if approval.notional:
                self.spent[spent] += approval.notional
                self._spent_at[spent] = approval.at_ms
            self.audited.append(approval.audit)
            return Recorded.NEW

    def audit(self, entries: Sequence[AuditEntry]) -> None:
        with self._lock:
            self.audited.extend(entries)

    def create(self, agent: Agent, first: Policy, audit: AuditEntry) -> None:
        with self._lock:
            if agent.agent_id in self._agents:
                raise ConflictError("there is an agent of this id: make another one")
            self._agents[agent.agent_id] = agent
            self._bounds.setdefault(agent.wallet_mark, Bounds(first))
            self.audited.append(audit)

    def agent(self, agent_id: str) -> Agent | None:
        return self._agents.get(agent_id)

    def bounds(self, agent: Agent) -> Bounds | None:
        return self._bounds.get(agent.wallet_mark)

    def activate(self, agent: Agent, audit: AuditEntry) -> None:
        with self._lock:
            if self._agents[agent.agent_id].status is not AgentStatus.PENDING:
                raise ConflictError("the agent is not pending any more: read it again")
            self._agents[agent.agent_id] = replace(agent, status=AgentStatus.ACTIVE)
            self.audited.append(audit)

    def revoke(self, agent: Agent, audit: AuditEntry) -> None:
        with self._lock:
            if agent.agent_id not in self._agents:
                raise ConflictError("the agent is gone: read it again")
            self._agents[agent.agent_id] = tombstone_of(agent)
            self.audited.append(audit)

    def set_policy(self, agent: Agent, before: Bounds, policy: Policy, audit: AuditEntry) -> None:
        with self._lock:
            known = self._agents.get(agent.agent_id)
            bounds = self._bounds.get(agent.wallet_mark)
            if known is None or bounds != before or known.status is AgentStatus.REVOKED:
                raise ConflictError("the bounds have changed since they were read: read them again")
            self._bounds[agent.wallet_mark] = Bounds(policy, before.version + 1)
            self.audited.append(audit)

    def turn(
        self, switch: Switch, subject: str, *, on: bool, at_ms: int, audit: AuditEntry
    ) -> None:
        with self._lock:
            self._switches.turn(switch, subject, on=on, at_ms=at_ms)
            self.audited.append(audit)

    def throw_away(self, at_ms: int) -> None:
        """Drop what the table has thrown away by then."""
        with self._lock:
            for agent in list(self._agents.values()):
                is_over = agent.created_at_ms + _PENDING_KEPT_MS <= at_ms
                if agent.status is AgentStatus.PENDING and is_over:
                    del self._agents[agent.agent_id]
            for intent, signed_at in list(self._signed_at.items()):
                if signed_at + _CONTENT_KEPT_MS <= at_ms:
                    del self._contents[intent], self._signed_at[intent]
            for day, spent_at in list(self._spent_at.items()):
                if spent_at + _SPENT_KEPT_MS <= at_ms:
                    del self.spent[day], self._spent_at[day]

    def _killed(self, agent: Agent) -> Killed:
        return Killed(
            globally=self._switches.is_on(Switch.KILL_GLOBAL, ""),
            venue=self._switches.is_on(Switch.KILL_VENUE, agent.venue),
            user=self._switches.is_on(Switch.KILL_USER, owner_mark_of(agent.agent_id)),
        )

    def _read_marks(self, symbols: set[str]) -> dict[str, Mark]:
        marks = self._markets.marks(HYPERLIQUID)
        return {
            symbol: Mark(marks.prices[symbol], marks.at_ms[symbol])
            for symbol in symbols
            if symbol in marks.prices
        }


class InMemoryVault:
    """Implements `KeyVault` with KMS's rule: a ciphertext opens under its exact context alone."""

    def __init__(self) -> None:
        self._sealed: dict[Sealed, tuple[bytes, dict[str, str]]] = {}
        self.sealing_key_id = "first-key"
        self.is_away = False
        self.away_for: set[object] = set()
        """Agents whose keys alone it does not answer about."""
        self.opened = 0

    def seal(self, secret: bytes, context: Mapping[str, str]) -> Sealed:
        self._refuse_if_away()
        sealed = Sealed(f"sealed {len(self._sealed)}".encode(), self.sealing_key_id)
        self._sealed[sealed] = (secret, dict(context))
        return sealed

    def open(self, sealed: Sealed, context: Mapping[str, str]) -> bytes:
        self._refuse_if_away()
        if context.get("agent_id") in self.away_for:
            raise DependencyError("the vault is away for this agent")
        secret, sealed_to = self._sealed.get(sealed, (b"", {}))
        if not secret or sealed_to != dict(context):
            raise KeyUnusableError("the stored key belongs to another agent or key")
        self.opened += 1
        return secret

    def switched(self) -> InMemoryVault:
        """Seal by another key from now on; the one before still opens."""
        self.sealing_key_id = "next-key"
        return self

    def rewrap(self, sealed: Sealed, context: Mapping[str, str]) -> Sealed:
        return self.seal(self.open(sealed, context), context)

    def _refuse_if_away(self) -> None:
        if self.is_away:
            raise DependencyError("the vault is away")


class FixedDataKeys:
    """What KMS does for who stamps rows: one key, which is its own sealed form."""

    def __init__(self) -> None:
        self.made = 0

    def generate_data_key(self, **_: object) -> dict[str, bytes]:
        self.made += 1
        return {"Plaintext": b"k" * 32, "CiphertextBlob": b"sealed"}


def fixed_stamps() -> KmsStamps:
    """Give the signer's stamps without KMS."""
    return KmsStamps(FixedDataKeys(), "key", Actor.SIGNER)  # type: ignore[arg-type]  # a fake of boto3's client
