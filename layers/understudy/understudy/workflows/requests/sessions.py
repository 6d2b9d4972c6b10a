"""Keeps people signed in: opens, refreshes and ends sessions, and notices stolen refresh tokens.

Every refresh token works once. One presented again is a sign of theft and ends its session, but
for the moment in which an answer may simply have been lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from understudy.domain.audit import AuditEntry
from understudy.domain.errors import ConflictError, ForbiddenError, NotAllowedError
from understudy.domain.identity import SECOND_MS, AuthMethod, Session, Standing, User, Wallet
from understudy.domain.replacing import replace
from understudy.ports.audit import AuditTrail
from understudy.ports.clock import Clock
from understudy.ports.identity import (
    AccessClaims,
    AccessTokens,
    Ids,
    RefreshToken,
    RefreshTokens,
)
from understudy.ports.sessions import SessionStore
from understudy.workflows.requests.standings import Standings

DAY_MS = 86_400_000
REFRESH_LIFETIME_MS = 30 * DAY_MS
SESSION_LIFETIME_MS = 90 * DAY_MS
# Who stands behind a contract can change, and is asked at a sign-in only: that comes every day.
CONTRACT_SESSION_LIFETIME_MS = DAY_MS
LOST_ANSWER_MS = 10_000
# A token that was stolen longer ago than this after its sign-in takes no account over.
FRESH_FOR_MS = 600_000


class SessionEvent(StrEnum):
    """What the audit keeps of sessions."""

    SIGNED_IN = "SIGNED_IN"
    SIGNED_OUT = "SIGNED_OUT"
    REFRESH_TOKEN_REUSED = "REFRESH_TOKEN_REUSED"


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a client keeps of a session."""

    access_token: str
    expires_in: int
    refresh_token: str
    refresh_expires_at_ms: int
    token_type: str = "Bearer"


@dataclass(frozen=True, slots=True)
class Sessions:
    """Opens, refreshes and ends sessions."""

    store: SessionStore
    standings: Standings
    access: AccessTokens
    refresh_tokens: RefreshTokens
    clock: Clock
    ids: Ids
    audit: AuditTrail

    def open(
        self, wallet: Wallet, method: AuthMethod, lifetime_ms: int = SESSION_LIFETIME_MS
    ) -> TokenPair:
        """Start a session of this wallet's user.

        Raises ConflictError when the user or the wallet is gone, or the wallet on its way out.
        """
        now = self.clock.now_ms()
        token = self.refresh_tokens.make(self.ids.new_id(), 1)
        session = Session(
            session_id=token.session_id,
            user_id=wallet.user_id,
            auth_method=method,
            wallet_address=wallet.address,
            generation=1,
            current_hash=token.hash,
            previous_hash="",
            created_at_ms=now,
            rotated_at_ms=now,
            idle_expires_at_ms=now + REFRESH_LIFETIME_MS,
            expires_at_ms=now + lifetime_ms,
        )
        stored = self.store.open_session(session, wallet.wallet_id)
        self._note(SessionEvent.SIGNED_IN, stored)
        return self._pair(stored, token)

    def refresh(self, text: str) -> TokenPair:
        """Exchange a refresh token for the next pair.

        Raises NotAllowedError for a token that does not work, or no longer; one that was used
        before ends the session.
        """
        presented = self.refresh_tokens.read(text)
        try:
            return self._exchange(presented)
        except ConflictError:  # two requests came with one token: the other one was first
            return self._exchange(presented)

    def end(self, text: str) -> None:
        """Sign out; signing out again is no error, and written down again."""
        presented = self.refresh_tokens.read(text)
        session = self.store.session(presented.session_id)
        if session is not None:
            self._end(session, SessionEvent.SIGNED_OUT)

    def aimed_at(self, text: str) -> str:
        """Name the session of a refresh token that was made here; raises NotAllowedError.

        Asks no store: the session may have ended.
        """
        return self.refresh_tokens.read(text).session_id

    def caller(self, access_token: str) -> AccessClaims:
        """Say who bears this access token; asks no store.

        Raises NotAllowedError, ForbiddenError for a user's where only operators' are taken.
        """
        return self.access.read(access_token, self.clock.now_ms())

    def require_live(self, claims: AccessClaims) -> User:
        """Give the user of a session that nothing has ended; raises NotAllowedError."""
        return self._bearer(self.standings.now(claims.session_id, claims.app_user_id), claims)

    def require_lately_live(self, claims: AccessClaims) -> User:
        """Do the same by what was read in the last seconds, for calls that change nothing."""
        return self._bearer(self.standings.lately(claims.session_id, claims.app_user_id), claims)

    def require_fresh(self, claims: AccessClaims) -> None:
        """Raise ForbiddenError unless the caller signed in within the last ten minutes.

        A refresh is no sign-in. Believed only after the session has confirmed the claims.
        """
        if self.clock.now_ms() - claims.auth_time_seconds * SECOND_MS > FRESH_FOR_MS:
            raise ForbiddenError(
                "you signed in too long ago for this: sign in again, and repeat it with the new"
                " access token within ten minutes",
                code="SIGN_IN_AGAIN",
            )

    def _bearer(self, standing: Standing, claims: AccessClaims) -> User:
        """Believe of a token only what its session says too: a leaked secret writes any claim."""
        user = _admitted(standing, self.clock)
        said = (claims.auth_method, claims.wallet_address, claims.auth_time_seconds)
        if not standing.confirms(*said):
            raise _ended()
        return user

    def _exchange(self, presented: RefreshToken) -> TokenPair:
        session, now = self._stored(presented.session_id), self.clock.now_ms()
        is_current = presented.hash == session.current_hash
        successor = None if is_current else self._successor(session, presented, now)
        is_reused = not is_current and successor is None
        # A theft that has ended the session may not be written down yet: it is told again.
        if not (is_reused and session.revoked_at_ms):
            _admitted(self.standings.now(session.session_id, session.user_id), self.clock)
        if is_current:
            return self._rotate(session, now)
        if successor is None:
            self._end(session, SessionEvent.REFRESH_TOKEN_REUSED)
            raise NotAllowedError(
                "this refresh token was used before, so the session was ended: sign in again",
                code="REFRESH_TOKEN_REUSED",
                session_id=session.session_id,
            )
        return self._pair(session, successor)

    def _stored(self, session_id: str) -> Session:
        """Read a session; only it says whose it is, and so what else may have ended it."""
        session = self.store.session(session_id)
        if session is None:
            raise _ended()
        return session

    def _rotate(self, session: Session, now: int) -> TokenPair:
        token = self.refresh_tokens.make(session.session_id, session.generation + 1)
        rotated = replace(
            session,
            generation=token.generation,
            current_hash=token.hash,
            previous_hash=session.current_hash,
            rotated_at_ms=now,
            idle_expires_at_ms=now + REFRESH_LIFETIME_MS,
        )
        return self._pair(self.store.put_session(rotated), token)

    def _successor(
        self, session: Session, presented: RefreshToken, now: int
    ) -> RefreshToken | None:
        is_previous = presented.hash == session.previous_hash
        if not is_previous or now - session.rotated_at_ms > LOST_ANSWER_MS:
            return None
        return self.refresh_tokens.again(
            session.session_id, session.generation, session.current_hash
        )

    def _end(self, session: Session, event: SessionEvent) -> None:
        """End a session and then write it down, also when it has ended before.

        An audit that is away keeps no session alive, and whoever is told so asks again.
        """
        revoke(self.store, session, self.clock.now_ms())
        self.standings.forget(session.session_id)
        self._note(event, session)

    def _note(self, event: SessionEvent, session: Session) -> None:
        facts = {"session_id": session.session_id, "auth_method": session.auth_method.value}
        self.audit.append(AuditEntry(event, session.user_id, self.clock.now_ms(), facts))

    def _pair(self, session: Session, token: RefreshToken) -> TokenPair:
        claims = AccessClaims(
            session.user_id,
            session.auth_method,
            session.session_id,
            session.wallet_address,
            session.auth_time_seconds,
        )
        return TokenPair(
            access_token=self.access.issue(claims, self.clock.now_ms()),
            expires_in=self.access.lifetime_seconds,
            refresh_token=token.text,
            refresh_expires_at_ms=min(session.idle_expires_at_ms, session.expires_at_ms),
        )


def revoke(store: SessionStore, session: Session, now_ms: int) -> None:
    """End a session whatever else is being done to it; one that is gone has ended."""
    latest: Session | None = session
    while latest is not None and not latest.revoked_at_ms:
        try:
            store.put_session(replace(latest, revoked_at_ms=now_ms))
        except ConflictError:
            latest = store.session(session.session_id)
        else:
            return


def _admitted(standing: Standing, clock: Clock) -> User:
    user = standing.admitted(clock.now_ms())
    if user is None:
        raise _ended()
    return user


def _ended() -> NotAllowedError:
    return NotAllowedError("this session has ended: sign in again", code="SESSION_ENDED")
