"""After a restore: finds who was erased and is back, and has them erased once more.

The audit knows who was erased, and no other table's restore takes that away. What it says counts
only where the row is genuine: nobody is erased for what somebody put into the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from understudy.domain.audit import Actor
from understudy.domain.ids import UserId
from understudy.ports.accounts import ClosingAccounts
from understudy.ports.audit import AuditRows
from understudy.ports.directory import FollowDirectory
from understudy.ports.identity import IdentityStore
from understudy.workflows.requests.account_deletion import DeletionEvent
from understudy.workflows.requests.operators import Deed, OperatorRecord

ERASED_AGAIN = "ACCOUNT_ERASED_AGAIN"
# Who erases users writes under one of these names.
_ERASING = (Actor.API, Actor.ERASURE)


@dataclass(frozen=True, slots=True)
class Returned:
    """Somebody who was erased, and what is there of them all the same."""

    user_id: UserId
    has_account: bool
    follows: int


@dataclass(frozen=True, slots=True)
class ErasingAgain:
    """Compares the audit with what is there."""

    rows: AuditRows
    identity: IdentityStore
    directory: FollowDirectory
    closings: ClosingAccounts
    record: OperatorRecord

    def found(self) -> list[Returned]:
        """Name who is back, in the order of their ids."""
        looked_at = (self._look(user_id) for user_id in sorted(set(self._erased())))
        return [each for each in looked_at if each.has_account or each.follows]

    def erase(self, deed: Deed, returned: Returned) -> None:
        """Put somebody on the list of those who are erased; what is held stays its owner's."""
        self.record.note(ERASED_AGAIN, returned.user_id, deed)
        self.closings.close_again(returned.user_id, deed.at_ms)

    def _erased(self) -> Iterator[UserId]:
        for row in self.rows.rows():
            if row.fields.get("event") == DeletionEvent.ACCOUNT_DELETED:
                subjects = (each.subject_in(row.partition) for each in _ERASING)
                subject = next(filter(None, subjects), "")
                if subject and self.rows.is_genuine(row):
                    yield UserId(subject)

    def _look(self, user_id: UserId) -> Returned:
        return Returned(
            user_id,
            has_account=self.identity.user(user_id) is not None,
            follows=len(self.directory.ever_of_user(user_id)),
        )
