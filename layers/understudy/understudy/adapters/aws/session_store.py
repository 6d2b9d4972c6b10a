"""Sessions on DynamoDB (table `identity`), and the times up to which all of them are over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.adapters.aws import identity_keys as keys
from understudy.adapters.aws.attempts import attempt
from understudy.adapters.aws.attributes import number, record_of, text
from understudy.adapters.aws.operations import check_active, check_exists, put_record
from understudy.adapters.aws.table import Table, transact
from understudy.domain.errors import ConflictError, NotFoundError
from understudy.domain.identity import Session, Standing, User
from understudy.domain.replacing import replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.adapters.aws.attributes import Item
    from understudy.domain.ids import UserId, WalletId

_NOT_LATER = "(attribute_not_exists({0}) OR {0} < :at)"
_OF_A_USER, _OF_ALL = "sessions_ended_at_ms", "ended_at_ms"


class DynamoSessionStore:
    """Implements `SessionStore`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def open_session(self, session: Session, wallet_id: WalletId) -> Session:
        """Store a new session, its name among the user's, while its wallet stays bound."""
        name, until = self._table.name, keys.ending(session.expires_at_ms)
        pointer = keys.session_of_user(session.user_id, session.session_id)
        pointer |= {"session_id": text(session.session_id), **until}
        transact(
            self._table.client,
            [
                check_exists(name, keys.user(session.user_id)),
                check_active(name, keys.wallet(session.user_id, wallet_id)),
                put_record(name, keys.session(session.session_id), session, until),
                {"Put": {"TableName": name, "Item": pointer}},
            ],
        )
        return replace(session, version=session.version + 1)

    def put_session(self, session: Session) -> Session:
        """Replace a session while its version is the one read."""
        until, key = keys.ending(session.expires_at_ms), keys.session(session.session_id)
        self._table.put_when(put_record(self._table.name, key, session, until))
        return replace(session, version=session.version + 1)

    def session(self, session_id: str) -> Session | None:
        """Read a session as it is now."""
        item = self._table.get(keys.session(session_id))
        return None if item is None else record_of(Session, item)

    def sessions(self, user_id: UserId) -> Sequence[Session]:
        """List what is kept of a user's sessions, oldest first, ended ones too."""
        named = self._table.partition(keys.user_partition(user_id), keys.SESSION)
        wanted = [keys.session(item["session_id"]["S"]) for item in named]
        found = [record_of(Session, item) for item in self._table.get_many(wanted)]
        return sorted(found, key=lambda session: (session.created_at_ms, session.session_id))

    def standing(self, session_id: str, user_id: UserId) -> Standing:
        """Read a session with everything that may have ended it, in one call."""
        wanted = [keys.session(session_id), keys.user(user_id), keys.everybody()]
        found = {item["pk"]["S"]: item for item in self._table.get_many(wanted)}
        session, user, everybody = (found.get(key["pk"]["S"]) for key in wanted)
        return Standing(
            session=record_of(Session, session) if session else None,
            user=record_of(User, user) if user else None,
            all_ended_at_ms=int(everybody[_OF_ALL]["N"]) if everybody else 0,
        )

    def end_sessions(self, user_id: UserId, at_ms: int) -> None:
        """End every session that a user opened up to this time."""
        key = keys.user(user_id)
        try:
            self._end(key, _OF_A_USER, at_ms, f"attribute_exists(pk) AND {_NOT_LATER}")
        except ConflictError as error:
            if self._table.get(key) is None:
                raise NotFoundError("there is no such user", code="USER_NOT_FOUND") from error

    def end_all_sessions(self, at_ms: int) -> None:
        """End every session that anybody opened up to this time."""
        try:
            self._end(keys.everybody(), _OF_ALL, at_ms, _NOT_LATER)
        except ConflictError:  # a later ending stands there: these sessions are over as well
            return

    def _end(self, key: Item, attribute: str, at_ms: int, condition: str) -> None:
        attempt(
            lambda: self._table.client.update_item(
                TableName=self._table.name,
                Key=key,
                UpdateExpression=f"SET {attribute} = :at",
                ConditionExpression=condition.format(attribute),
                ExpressionAttributeValues={":at": number(at_ms)},
            )
        )
