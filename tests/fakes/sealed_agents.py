"""Agents by what seals their keys, in memory; it refuses what the table refuses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from custody.agents import Agent, AuthorityKind
from custody.rewrapping import Page
from understudy.domain.errors import ConflictError

if TYPE_CHECKING:
    from custody.keys import Sealed
    from tests.fakes.custody import InMemoryCustodyStore
    from understudy.domain.audit import AuditEntry


class InMemorySealedAgents:
    """Implements `SealedAgents` over the store's agents, a few to the page."""

    def __init__(self, store: InMemoryCustodyStore, page_items: int = 2) -> None:
        self._store = store
        self._page_items = page_items

    def sealed_otherwise(self, key_id: str, page: str) -> Page:
        ids = sorted(each for each in self._store._agents if each > page)
        shown = ids[: self._page_items]
        agents = [self._store._agents[each] for each in shown]
        wanted = [each for each in agents if _is_wrapped(each) and each.key_id != key_id]
        return Page(wanted, shown[-1] if len(ids) > len(shown) else "")

    def reseal(self, agent: Agent, sealed: Sealed, audit: AuditEntry) -> None:
        known = self._store.agent(agent.agent_id)
        if known is None or known.ciphertext != agent.ciphertext:
            raise ConflictError("the ciphertext is not what was read: read again")
        moved = replace(known, ciphertext=sealed.ciphertext, key_id=sealed.key_id)
        self._store._agents[agent.agent_id] = moved
        self._store.audited.append(audit)


def _is_wrapped(agent: Agent) -> bool:
    return agent.authority is AuthorityKind.KMS_WRAPPED and bool(agent.ciphertext)
