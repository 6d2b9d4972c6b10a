"""A user's receipts: per follow, all together, and one by its id; each says why in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.domain.errors import NotFoundError
from understudy.domain.explanations import explained, in_a_line
from understudy.domain.receipts import CopyStatus
from understudy.domain.replacing import replace
from understudy.ports.directory import FollowDirectory, Page
from understudy.workflows.requests.follow_changes import OwnFollows
from understudy.workflows.requests.wanted import EVERYTHING, Wanted

if TYPE_CHECKING:
    from understudy.domain.ids import CopyId, FollowId, UserId
    from understudy.domain.receipts import Receipt


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the copy log."""

    copy_id: str
    follow_id: str
    at_ms: int
    symbol: str
    kind: str
    status: CopyStatus
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Copies:
    """Lists receipts, newest first.

    What is wanted is picked from the page that was read: it may hold fewer than `limit`, even none,
    and the listing goes on as long as there is a cursor.
    """

    directory: FollowDirectory
    own: OwnFollows

    def of_follow(
        self,
        user_id: UserId,
        follow_id: FollowId,
        limit: int,
        cursor: str,
        wanted: Wanted = EVERYTHING,
    ) -> Page[Receipt]:
        """List a follow's receipts, a deleted one's too.

        Raises NotFoundError, InvalidInputError for the cursor.
        """
        self.own.ever(user_id, follow_id)
        return _told(self.directory.receipts(follow_id, limit=limit, cursor=cursor), wanted)

    def of_user(
        self, user_id: UserId, limit: int, cursor: str, wanted: Wanted = EVERYTHING
    ) -> Page[Receipt]:
        """List all of a user's receipts; raises InvalidInputError for the cursor."""
        return _told(self.directory.logs(user_id, limit=limit, cursor=cursor), wanted)

    def log(
        self, user_id: UserId, limit: int, cursor: str, wanted: Wanted = EVERYTHING
    ) -> Page[LogLine]:
        """List the same as lines; raises InvalidInputError for the cursor."""
        page = self.of_user(user_id, limit, cursor, wanted)
        return Page(tuple(map(_line, page.items)), page.cursor)

    def one(self, user_id: UserId, copy_id: CopyId) -> Receipt:
        """Read one receipt; raises NotFoundError."""
        receipt = self.directory.receipt_of(user_id, copy_id)
        if receipt is None:
            raise NotFoundError("you have no copy with this id", code="COPY_NOT_FOUND")
        return _in_words(receipt)


def _told(page: Page[Receipt], wanted: Wanted) -> Page[Receipt]:
    return Page(tuple(_in_words(each) for each in page.items if wanted.takes(each)), page.cursor)


def _in_words(receipt: Receipt) -> Receipt:
    return replace(receipt, reason_text=explained(receipt))


def _line(receipt: Receipt) -> LogLine:
    return LogLine(
        copy_id=receipt.copy_id,
        follow_id=receipt.follow_id,
        at_ms=receipt.leader_time_ms,
        symbol=receipt.symbol,
        kind=receipt.kind,
        status=receipt.status,
        reason=receipt.reason.value if receipt.reason else "",
        text=in_a_line(receipt),
    )
