"""Who may sign for whom: slots, validity, rotation and revocation of agent wallets."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from simulators.hyperliquid import texts
from simulators.hyperliquid.addresses import ZERO_ADDRESS
from simulators.hyperliquid.engine.nonces import DAY_MS
from simulators.hyperliquid.refusal import ActionRefusedError

MAX_NAME = 16
MAX_NAMED = 3
DEFAULT_VALIDITY_MS = 90 * DAY_MS
LONGEST_VALIDITY_MS = 180 * DAY_MS
PENDING_REMOVAL_MS = 5_000
# Expiry was seen to be enforced lazily: still accepted 15 minutes later on testnet (2026).
EXPIRY_GRACE_MS = 15 * 60_000
_NAME = re.compile(r"(?P<name>.*?)(?: valid_until (?P<until>\d{1,18}))?")


@dataclass(frozen=True, slots=True)
class Agent:
    """One approved agent; the empty name is the one unnamed slot."""

    master: str
    name: str
    address: str
    approved_ms: int
    valid_until_ms: int


@dataclass(slots=True)
class AgentRegistry:
    """All approvals. An address once used is never accepted again."""

    by_address: dict[str, Agent] = field(default_factory=dict)
    slots: dict[str, dict[str, Agent]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    pending_until_ms: dict[str, int] = field(default_factory=dict)

    def approve(self, master: str, address: str, signed_name: str, now_ms: int) -> None:
        """Fill, rotate or (zero address) empty the slot that ``signed_name`` names."""
        name, until_ms = _split(signed_name, now_ms)
        if self.pending_until_ms.get(master, 0) > now_ms:
            raise ActionRefusedError(texts.AGENT_PENDING_REMOVAL)
        if address == ZERO_ADDRESS:
            self._revoke(master, name, now_ms)
            return
        if address in self.used:
            raise ActionRefusedError(texts.AGENT_USED)
        slots = self.slots.setdefault(master, {})
        self._prune(master, now_ms)
        if name and name not in slots and len([n for n in slots if n]) >= MAX_NAMED:
            raise ActionRefusedError(texts.AGENT_LIMIT)
        self._remove(master, name)
        self.restore(Agent(master, name, address, now_ms, until_ms))

    def restore(self, agent: Agent) -> None:
        """Put an approval in place."""
        self.slots.setdefault(agent.master, {})[agent.name] = agent
        self.by_address[agent.address] = agent
        self.used.add(agent.address)

    def master_of(self, address: str, now_ms: int) -> str | None:
        """Return whom ``address`` may sign for."""
        agent = self.by_address.get(address)
        if agent is None or now_ms > agent.valid_until_ms + EXPIRY_GRACE_MS:
            return None
        return agent.master

    def named(self, master: str) -> list[Agent]:
        """Return the named agents, oldest approval first."""
        return [agent for name, agent in self.slots.get(master, {}).items() if name]

    def _revoke(self, master: str, name: str, now_ms: int) -> None:
        if name in self.slots.get(master, {}):
            self._remove(master, name)
            self.pending_until_ms[master] = now_ms + PENDING_REMOVAL_MS

    def _remove(self, master: str, name: str) -> None:
        agent = self.slots.get(master, {}).pop(name, None)
        if agent is not None:
            del self.by_address[agent.address]

    def _prune(self, master: str, now_ms: int) -> None:
        for name, agent in tuple(self.slots[master].items()):
            if now_ms > agent.valid_until_ms + EXPIRY_GRACE_MS:
                self._remove(master, name)


def _split(signed_name: str, now_ms: int) -> tuple[str, int]:
    match = _NAME.fullmatch(signed_name)
    name = match["name"] if match else signed_name
    until = match["until"] if match else None
    if len(name) > MAX_NAME:
        raise ActionRefusedError(texts.AGENT_NAME_LENGTH)
    if until is None:
        return name, now_ms + DEFAULT_VALIDITY_MS
    if not now_ms < int(until) <= now_ms + LONGEST_VALIDITY_MS:
        raise ActionRefusedError(texts.AGENT_EXPIRED)
    return name, int(until)
