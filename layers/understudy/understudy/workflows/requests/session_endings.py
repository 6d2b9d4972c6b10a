"""The kill switch of sessions: one, all of a user, everybody's; access tokens die with them.

Whoever asks has been let in before; this refuses nothing but what is not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from understudy.domain.audit import AuditEntry
from understudy.domain.errors import NotFoundError
from understudy.domain.identity import AuthMethod, Session
from understudy.domain.ids import UserId
from understudy.domain.replacing import replace
from understudy.ports.audit import AuditTrail
from understudy.ports.clock import Clock
from understudy.ports.sessions import SessionStore
from understudy.workflows.requests.operators import Deed
from understudy.workflows.requests.sessions import revoke
from understudy.workflows.requests.standings import Standings

if TYPE_CHECKING:
    from collections.abc import Sequence

EVERYBODY = "everybody"
OPERATORS = "operators"
BY_ITS_USER: Mapping[str, object] = {"by": "user"}


class EndingEvent(StrEnum):
    """What the audit keeps of ended sessions; its subject is their user."""

    SESSION_ENDED = "SESSION_ENDED"
    SESSIONS_ENDED = "SESSIONS_ENDED"
    ALL_SESSIONS_ENDED = "ALL_SESSIONS_ENDED"


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session as its user sees it."""

    session_id: str
    auth_method: AuthMethod
    wallet_address: str
    created_at_ms: int
    refreshed_at_ms: int
    expires_at_ms: int
    is_current: bool
    revoked_at_ms: int = 0


@dataclass(frozen=True, slots=True)
class SessionEndings:
    """Ends sessions, for their user or, with a deed, in an operator's name.

    `everybody` is how the audit names those whose sessions these are.
    """

    store: SessionStore
    standings: Standings
    audit: AuditTrail
    clock: Clock
    everybody: str = EVERYBODY

    def living(self, user_id: UserId, current_id: str = "") -> Sequence[SessionView]:
        """List the sessions that still let a user in, oldest first."""
        return [session_view(each, current_id) for each in self._alive(user_id, current_id)]

    def one_of(self, user_id: UserId, session_id: str, current_id: str = "") -> None:
        """End one session of this user, again if need be; raises NotFoundError.

        The one in which it is asked for is written down first: it cannot ask again. An audit that
        is away keeps nobody in it, who signs out.
        """
        session = self.store.session(session_id)
        if session is None or session.user_id != user_id:
            raise _unknown()
        if session_id == current_id:
            self._note_one(session)
            self._revoke(session)
        else:
            self._end(session)

    def one(self, deed: Deed, session_id: str) -> None:
        """End one session, whoever's it is, again if need be; raises NotFoundError."""
        session = self.store.session(session_id)
        if session is None:
            raise _unknown()
        self._end(session, deed)

    def everywhere(self, user_id: UserId, current_id: str) -> None:
        """End every session of who asks, last the one in which they ask; raises NotFoundError.

        Until all of it is done and written down, that one can ask again.
        """
        for session in self._alive(user_id, current_id):
            if session.session_id != current_id:
                self._revoke(session)
        self._note(EndingEvent.SESSIONS_ENDED, user_id, None)
        self._end_until_now(user_id)

    def all_of(self, user_id: UserId, deed: Deed) -> None:
        """End every session that this user has opened until now; raises NotFoundError."""
        self._end_until_now(user_id)
        self._note(EndingEvent.SESSIONS_ENDED, user_id, deed)

    def everybodys(self, deed: Deed) -> None:
        """End every session that is kept here and was opened until now."""
        self.store.end_all_sessions(self.clock.now_ms())
        self.standings.forget_all()
        self._note(EndingEvent.ALL_SESSIONS_ENDED, self.everybody, deed)

    def _alive(self, user_id: UserId, current_id: str) -> Sequence[Session]:
        found, now = self.store.sessions(user_id), self.clock.now_ms()
        around = self.store.standing(current_id, user_id)
        return [each for each in found if replace(around, session=each).admitted(now) is not None]

    def _end_until_now(self, user_id: UserId) -> None:
        self.store.end_sessions(user_id, self.clock.now_ms())
        self.standings.forget_all()

    def _end(self, session: Session, deed: Deed | None = None) -> None:
        self._revoke(session)
        self._note_one(session, deed)

    def _revoke(self, session: Session) -> None:
        revoke(self.store, session, self.clock.now_ms())
        self.standings.forget(session.session_id)

    def _note_one(self, session: Session, deed: Deed | None = None) -> None:
        facts = {"session_id": session.session_id}
        self._note(EndingEvent.SESSION_ENDED, session.user_id, deed, **facts)

    def _note(self, event: EndingEvent, subject: str, deed: Deed | None, **facts: object) -> None:
        told = {**(BY_ITS_USER if deed is None else deed.facts), **facts}
        self.audit.append(AuditEntry(event, subject, self.clock.now_ms(), told))


@dataclass(frozen=True, slots=True)
class EverySession:
    """Ends sessions of users and of operators, which are kept apart, in an operator's name."""

    users: SessionEndings
    operators: SessionEndings

    def one(self, deed: Deed, session_id: str) -> None:
        """End one session, whoever's it is, again if need be; raises NotFoundError."""
        # Who writes users' sessions could give one the name of an operator's, never the reverse.
        try:
            self.operators.one(deed, session_id)
        except NotFoundError:
            self.users.one(deed, session_id)

    def everybodys(self, deed: Deed) -> None:
        """End every session that anybody has opened until now, the operator's own too.

        Either kind ends although the other one cannot be reached.
        """
        try:
            self.users.everybodys(deed)
        finally:
            self.operators.everybodys(deed)


def session_view(session: Session, current_id: str = "") -> SessionView:
    """Show a session without what its tokens are recognised by."""
    return SessionView(
        session_id=session.session_id,
        auth_method=session.auth_method,
        wallet_address=session.wallet_address,
        created_at_ms=session.created_at_ms,
        refreshed_at_ms=session.rotated_at_ms,
        expires_at_ms=min(session.idle_expires_at_ms, session.expires_at_ms),
        is_current=session.session_id == current_id,
        revoked_at_ms=session.revoked_at_ms,
    )


def _unknown() -> NotFoundError:
    return NotFoundError("there is no session with this id", code="SESSION_NOT_FOUND")
