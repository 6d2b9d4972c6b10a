"""Moves wrapped keys under the KMS key that seals now, page by page; may stop and go on anywhere.

What was moved is told by the record itself, so a run that broke off is simply run again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from custody.audit import rewrapped
from custody.keys import KeyUnusableError, KeyVault, Sealed, signing_context
from custody.migration.legacy import NewKey
from understudy.domain.errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custody.authorities import HeldKey
    from understudy.domain.audit import AuditEntry
    from understudy.ports.clock import Clock

# A page takes a few seconds at most; with this the function ends long before its time is over.
_NO_NEW_PAGE_AFTER_MS = 3_000


class Page(NamedTuple):
    """Keys of one page, and where the next begins ('' when there is none)."""

    keys: Sequence[HeldKey]
    next_page: str


class SealedAgents(Protocol):
    """Agents by what their keys are sealed by, migrated users of an older system among them.

    Raises DependencyError when the store is away.
    """

    def sealed_otherwise(self, key_id: str, page: str) -> Page:
        """Read a page of keys whose ciphertext names another key of KMS; '' is the first page."""
        ...

    def reseal(self, held: HeldKey, sealed: Sealed, audit: AuditEntry) -> None:
        """Replace a ciphertext; raises ConflictError when it is not what was read any more."""
        ...


class Progress(NamedTuple):
    """How many keys were moved, whose could not be, and where to go on ('' at the end).

    `unusable` are agents; `unusable_users` came from an older system and can make no other agent.
    """

    moved: int
    unusable: tuple[str, ...]
    unusable_users: tuple[str, ...]
    next_page: str


class Rewrapping:
    """Moves keys from whatever sealed them to the vault's sealing key."""

    def __init__(self, agents: SealedAgents, vault: KeyVault, clock: Clock) -> None:
        self._agents = agents
        self._vault = vault
        self._clock = clock

    def go_on(self, page: str) -> Progress:
        """Move the keys of this page and those after it, for a few seconds.

        Raises DependencyError: what was moved is moved, and the same page may be asked again.
        """
        started_ms, moved = self._clock.now_ms(), 0
        unusable, unusable_users = list[str](), list[str]()
        while True:
            read = self._agents.sealed_otherwise(self._vault.sealing_key_id, page)
            for held in read.keys:
                try:
                    moved += self._move(held)
                except KeyUnusableError:
                    if isinstance(held, NewKey):
                        unusable_users.append(held.user_id)
                    else:
                        unusable.append(held.agent_id)
            page = read.next_page
            if not page or self._clock.now_ms() - started_ms > _NO_NEW_PAGE_AFTER_MS:
                return Progress(moved, tuple(unusable), tuple(unusable_users), page)

    def _move(self, held: HeldKey) -> bool:
        context = signing_context(held.agent_id, held.key_version)
        sealed = self._vault.rewrap(Sealed(held.ciphertext, held.key_id), context)
        entry = rewrapped(held, sealed.key_id, self._clock.now_ms())
        try:
            self._agents.reseal(held, sealed, entry)
        except ConflictError:
            return False  # revoked or moved by another run meanwhile: there is nothing left to do
        return True
