"""Agents by what seals their keys, in memory; it refuses what the table refuses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from custody.agents import Agent, AuthorityKind
from custody.migration.legacy import NewKey
from custody.rewrapping import Page
from understudy.domain.errors import ConflictError

if TYPE_CHECKING:
    from custody.authorities import HeldKey
    from custody.keys import Sealed
    from tests.fakes.custody import InMemoryCustodyStore
    from tests.fakes.legacy import InMemoryLegacyStore
    from understudy.domain.audit import AuditEntry


class InMemorySealedAgents:
    """Implements `SealedAgents` over the store's agents and legacy users, a few to the page."""

    def __init__(
        self,
        store: InMemoryCustodyStore,
        legacy: InMemoryLegacyStore | None = None,
        page_items: int = 2,
    ) -> None:
        self._store = store
        self._legacy = legacy
        self._page_items = page_items

    def sealed_otherwise(self, key_id: str, page: str) -> Page:
        held = self._held()
        ids = sorted(each for each in held if each > page)
        shown = ids[: self._page_items]
        wanted = [held[each] for each in shown]
        wanted = [each for each in wanted if _is_wrapped(each) and each.key_id != key_id]
        return Page(wanted, shown[-1] if len(ids) > len(shown) else "")

    def reseal(self, held: HeldKey, sealed: Sealed, audit: AuditEntry) -> None:
        known = self._held().get(held.agent_id)
        if known is None or known.ciphertext != held.ciphertext:
            raise ConflictError("the ciphertext is not what was read: read again")
        if isinstance(known, Agent):
            moved = replace(known, ciphertext=sealed.ciphertext, key_id=sealed.key_id)
            self._store._agents[held.agent_id] = moved
        elif isinstance(known, NewKey) and self._legacy is not None:
            user = self._legacy.users[known.user_id]
            self._legacy.users[known.user_id] = replace(
                user, new_ciphertext=sealed.ciphertext, new_key_id=sealed.key_id
            )
        self._store.audited.append(audit)

    def _held(self) -> dict[str, HeldKey]:
        users = self._legacy.users.values() if self._legacy else ()
        return {**self._store._agents, **{each.new_key.agent_id: each.new_key for each in users}}


def _is_wrapped(held: HeldKey) -> bool:
    is_elsewhere = isinstance(held, Agent) and held.authority is not AuthorityKind.KMS_WRAPPED
    return bool(held.ciphertext) and not is_elsewhere
