"""Who is still let in: asked anew wherever something changes, remembered for seconds elsewhere.

A session that was ended reads for as long as it is remembered by another worker, and changes
nothing from the moment on at which it was ended.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from understudy.domain.identity import Standing
from understudy.domain.ids import UserId
from understudy.ports.clock import Clock
from understudy.ports.sessions import SessionStore

REMEMBERED_MS = 5_000
MOST_REMEMBERED = 1_000


@dataclass(frozen=True, slots=True)
class Standings:
    """Reads how sessions stand; `known` is what was read lately, with the time of the reading."""

    store: SessionStore
    clock: Clock
    known: dict[tuple[str, UserId], tuple[Standing, int]] = field(default_factory=dict)

    def now(self, session_id: str, user_id: UserId) -> Standing:
        """Ask how a session stands; raises DependencyError when nobody can say."""
        standing, now_ms = self.store.standing(session_id, user_id), self.clock.now_ms()
        self.known.pop((session_id, user_id), None)
        if standing.admitted(now_ms) is not None:
            self._make_room()
            self.known[(session_id, user_id)] = (standing, now_ms)
        return standing

    def lately(self, session_id: str, user_id: UserId) -> Standing:
        """Say how a session stood some seconds ago at most; raises DependencyError."""
        standing, read_at_ms = self.known.get((session_id, user_id), (None, 0))
        if standing is None or self.clock.now_ms() - read_at_ms >= REMEMBERED_MS:
            return self.now(session_id, user_id)
        return standing

    def forget(self, session_id: str) -> None:
        """Ask about a session the next time: this worker has just ended it."""
        for name in [name for name in list(self.known) if name[0] == session_id]:
            self.known.pop(name, None)

    def forget_all(self) -> None:
        """Ask about every session the next time: this worker has just ended many."""
        self.known.clear()

    def _make_room(self) -> None:
        while len(self.known) >= MOST_REMEMBERED:
            self.known.pop(next(iter(self.known)), None)
