"""Goes through the older system's users page by page; one that fails blocks no other."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from custody.migration.legacy import Stage
from custody.migration.migration import known
from understudy.domain.errors import UnderstudyError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from custody.migration.legacy import LegacyUser
    from custody.migration.ports import LegacyStore
    from understudy.ports.clock import Clock

# A user may take seconds of chain; the function ends long before its time is over.
_NO_NEW_USER_AFTER_MS = 3_000


class Outcome(NamedTuple):
    """Where a user stands now, when a quarantine ends, and the code of what failed ('' if none)."""

    user_id: str
    stage: Stage
    quarantine_ends_ms: int = 0
    failure: str = ""


class Report(NamedTuple):
    """What became of some users, and after whom to go on ('' at the end)."""

    users: Sequence[Outcome]
    next_page: str


class MigrationRun:
    """A run over all users; without steps it only looks (`--dry-run`)."""

    def __init__(
        self,
        store: LegacyStore,
        clock: Clock,
        go_on_with: Callable[[str], LegacyUser] | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._go_on_with = go_on_with or (lambda user_id: known(store, user_id))

    def of_one(self, user_id: str) -> Report:
        """Go on with one user."""
        return Report([self._outcome(user_id)], "")

    def go_on(self, page: str) -> Report:
        """Go on with the users after this one, for a few seconds."""
        started_ms, users = self._clock.now_ms(), list[Outcome]()
        read = self._store.page(page)
        for user_id in read.user_ids:
            users.append(self._outcome(user_id))
            if self._clock.now_ms() - started_ms > _NO_NEW_USER_AFTER_MS:
                is_last = user_id == read.user_ids[-1]
                return Report(users, read.next_page if is_last else user_id)
        return Report(users, read.next_page)

    def _outcome(self, user_id: str) -> Outcome:
        try:
            user = self._go_on_with(user_id)
        except UnderstudyError as error:
            failed = self._store.read(user_id)
            return Outcome(user_id, failed.stage if failed else Stage.LEGACY, failure=error.code)
        return Outcome(user_id, user.stage, user.quarantine_ends_ms)
