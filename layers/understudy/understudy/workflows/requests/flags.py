"""Flags users for operators: a flagged one enters nothing, and sees why; exits go on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.domain.audit import AuditEntry
from understudy.domain.errors import InvalidInputError, NotFoundError
from understudy.ports.accounts import AccountStore
from understudy.ports.audit import AuditTrail
from understudy.ports.clock import Clock
from understudy.ports.identity import IdentityStore
from understudy.ports.switches import Switch, SwitchBoard

if TYPE_CHECKING:
    from understudy.domain.ids import UserId

FLAGGED, UNFLAGGED = "USER_FLAGGED", "USER_UNFLAGGED"


@dataclass(frozen=True, slots=True)
class Flags:
    """Turns the switch that copying asks, and tells the user; `by` is an operator's name."""

    identity: IdentityStore
    accounts: AccountStore
    switches: SwitchBoard
    audit: AuditTrail
    clock: Clock

    def flag(self, user_id: UserId, reason: str, by: str) -> None:
        """Let a user enter nothing; the switch comes first, so that nothing slips through.

        Raises InvalidInputError without a reason, NotFoundError.
        """
        if not reason:
            raise InvalidInputError("say why: the user reads it", code="REASON_MISSING")
        self._require(user_id)
        self.switches.turn(Switch.FLAGGED, user_id, on=True, at_ms=self.clock.now_ms())
        self.accounts.flag(user_id, reason)
        self._note(FLAGGED, user_id, {"by": by, "reason": reason})

    def unflag(self, user_id: UserId, by: str) -> None:
        """Let a user enter again.

        Raises NotFoundError, ConflictError (NEWER_DECISION) when they were flagged just now.
        """
        self._require(user_id)
        self.switches.turn(Switch.FLAGGED, user_id, on=False, at_ms=self.clock.now_ms())
        self.accounts.flag(user_id, "")
        self._note(UNFLAGGED, user_id, {"by": by})

    def _require(self, user_id: UserId) -> None:
        if self.identity.user(user_id) is None:
            raise NotFoundError("there is no such user", code="USER_NOT_FOUND")

    def _note(self, event: str, user_id: UserId, facts: dict[str, str]) -> None:
        self.audit.append(AuditEntry(event, user_id, self.clock.now_ms(), facts))
