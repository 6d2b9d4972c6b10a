"""Where sessions are kept, and what ends many of them at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.domain.identity import Session, Standing
    from understudy.domain.ids import UserId, WalletId


class SessionStore(Protocol):
    """Sessions, and the times up to which those of a user, or of everybody, are over."""

    def open_session(self, session: Session, wallet_id: WalletId) -> Session:
        """Store a new session that was signed in with this wallet of its user.

        Raises ConflictError when the user or the wallet is gone, the wallet is on its way out, or
        the session's id is taken.
        """
        ...

    def put_session(self, session: Session) -> Session:
        """Replace a session while its version is the one read; raises ConflictError."""
        ...

    def session(self, session_id: str) -> Session | None:
        """Read a session as it is now."""
        ...

    def sessions(self, user_id: UserId) -> Sequence[Session]:
        """List what is kept of a user's sessions, oldest first, ended ones too."""
        ...

    def standing(self, session_id: str, user_id: UserId) -> Standing:
        """Read a session with everything that may have ended it, in one call."""
        ...

    def end_sessions(self, user_id: UserId, at_ms: int) -> None:
        """End every session that a user opened up to this time; a later ending stays.

        Raises NotFoundError when there is no such user.
        """
        ...

    def end_all_sessions(self, at_ms: int) -> None:
        """End every session that anybody opened up to this time; a later ending stays."""
        ...
