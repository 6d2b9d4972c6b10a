"""The terms of a deployment and who has accepted them; without a version nobody is asked.

They stand before what begins something. Whoever stops, closes, leaves or looks is never kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.domain.audit import AuditEntry
from understudy.domain.errors import ConflictError, LimitExceededError
from understudy.ports.accounts import AccountStore
from understudy.ports.audit import AuditTrail
from understudy.ports.clock import Clock
from understudy.ports.identity import IdentityStore
from understudy.workflows.requests.wallets import Person, person, refuse_closing

if TYPE_CHECKING:
    from understudy.domain.identity import User
    from understudy.domain.ids import UserId

ACCEPTED = "TERMS_ACCEPTED"


@dataclass(frozen=True, slots=True)
class CurrentTerms:
    """What is to be accepted, and where it is to be read; '' for nothing."""

    version: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """Asks for acceptance, and takes it."""

    identity: IdentityStore
    accounts: AccountStore
    audit: AuditTrail
    clock: Clock
    current: CurrentTerms

    def require_beginner(self, user: User) -> None:
        """Raise for whoever begins nothing: who is being deleted, or has not accepted the terms."""
        refuse_closing(user)
        self.require_accepted(user)

    def require_accepted(self, user: User) -> None:
        """Raise LimitExceededError unless the user has accepted the terms as they are now."""
        if self.current.version and user.terms_version != self.current.version:
            raise LimitExceededError(
                "accept the terms first: GET /v1/terms names them, POST /v1/terms/accept accepts",
                code="TERMS_NOT_ACCEPTED",
            )

    def accept(self, user_id: UserId, version: str) -> Person:
        """Note the acceptance of the current terms; accepting again keeps the first time.

        Raises ConflictError for other terms than the current ones.
        """
        if not version or version != self.current.version:
            raise ConflictError(
                "these are not the terms as they are now: read those that GET /v1/terms names",
                code="TERMS_CHANGED",
            )
        if person(self.identity, user_id).user.terms_version != version:
            now_ms = self.clock.now_ms()
            # First, for accepting again does nothing: it may be there twice, never not.
            self.audit.append(AuditEntry(ACCEPTED, user_id, now_ms, {"version": version}))
            self.accounts.accept_terms(user_id, version, now_ms)
        return person(self.identity, user_id)
