"""Who may operate: wallets that the deployment names. Nobody can name themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from understudy.domain.audit import AuditEntry
from understudy.domain.errors import ForbiddenError
from understudy.ports.audit import AuditTrail
from understudy.ports.clock import Clock
from understudy.ports.identity import AccessClaims

LOOKING = "looked"  # the reason of who only looks


@dataclass(frozen=True, slots=True)
class Deed:
    """Who does something as an operator, why, and when it was decided.

    An operator is named by the wallet that signed in, or as the cloud knows them.
    """

    operator: str
    reason: str
    at_ms: int

    @property
    def facts(self) -> Mapping[str, object]:
        """Say what the audit keeps of every deed."""
        return {"operator": self.operator, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Operators:
    """The operators' wallets, in lower case."""

    addresses: frozenset[str] = frozenset()

    def require(self, address: str) -> None:
        """Raise ForbiddenError for a wallet that is not an operator's."""
        if address.lower() not in self.addresses:
            raise ForbiddenError("this is for operators", code="OPERATORS_ONLY")


@dataclass(frozen=True, slots=True)
class OperatorRecord:
    """What operators do, in the audit."""

    audit: AuditTrail
    clock: Clock

    def note(self, event: str, subject: str, deed: Deed, **facts: object) -> None:
        """Write a deed down; raises DependencyError when it is not kept."""
        told = {**deed.facts, **facts}
        self.audit.append(AuditEntry(event, subject, self.clock.now_ms(), told))

    def note_refusal(self, claims: AccessClaims, route: str) -> None:
        """Write down who was signed in, called what is for operators, and is none."""
        facts = {"route": route, "session_id": claims.session_id}
        now_ms = self.clock.now_ms()
        self.audit.append(AuditEntry("OPERATION_REFUSED", claims.app_user_id, now_ms, facts))
