"""Transactions of a worker's threads: those that come while one is under way go together after it.

Each is all or nothing by itself, as if it had been alone: going together only saves calls.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event, Lock
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError

from understudy.adapters.aws.attempts import attempt, code_of
from understudy.adapters.aws.operations import Operation
from understudy.adapters.aws.table import transact
from understudy.domain.errors import DependencyError, UnderstudyError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

# AWS: TransactWriteItems takes up to 100 actions, each on an item of its own.
MAX_OPERATIONS = 100
# How long one that hangs is waited for; a call usually takes 10 to 30 ms.
PATIENCE_SECONDS = 0.1
# With these nothing was written. Whose operations were refused, each finds out alone; so does each
# whether it has a connection, which a call that cannot connect is not repeated for.
_REFUSED = frozenset(
    {
        "AccessDeniedException",
        "ConnectTimeoutError",
        "EndpointConnectionError",
        "TransactionCanceledException",
        "TransactionConflictException",
        "ValidationException",
    }
)
# Nor was it with these, but they say the same to all of a group: it is repeated together. What is
# named neither here nor above may have been written.
_NOT_TAKEN = frozenset(
    {"ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException"}
)


class Transactions:
    """Writes transactions by one client, for any number of threads at once."""

    def __init__(self, client: DynamoDBClient) -> None:
        self._client = client
        self._lock = Lock()
        self._under_way = 0
        self._waiting: list[_Wanted] = []

    def write(self, operations: Sequence[Operation]) -> None:
        """Write all or nothing; raises what `transact` raises.

        When a call is refused that others went with, these are tried once more without them. When
        it was not answered they may have been written, like all that it had: DependencyError.
        """
        mine = _Wanted(operations)
        group = self._group_of(mine)
        if group:
            turn = _Turn(self._pass_on)
            try:
                self._write(group, turn)
            finally:
                for each in group[1:]:
                    each.moved.set()
                turn.end()
        if mine.failure is not None:
            cause = mine.failure.facts.get("cause", mine.failure.code)
            raise DependencyError(mine.failure.message, cause=cause) from mine.failure
        if mine.goes_alone:
            transact(self._client, operations)

    def _group_of(self, mine: _Wanted) -> Sequence[_Wanted]:
        """Wait for a turn, give what this thread has to write; nothing when another has done it."""
        with self._lock:
            if not self._under_way:
                self._under_way += 1
                return [mine]
            self._waiting.append(mine)
        if not mine.moved.wait(PATIENCE_SECONDS):
            with self._lock:
                if mine in self._waiting:
                    self._under_way += 1
                    self._waiting.remove(mine)
                    return self._taken_with(mine)
            mine.moved.wait()
        return mine.group

    def _taken_with(self, first: _Wanted) -> list[_Wanted]:
        """Take out of those that wait all that can go with the first."""
        group, left = [first], []
        room, items = MAX_OPERATIONS - len(first.operations), set(first.items)
        for each in self._waiting:
            if len(each.operations) <= room and items.isdisjoint(each.items):
                group.append(each)
                room -= len(each.operations)
                items |= each.items
            else:
                left.append(each)
        self._waiting = left
        return group

    def _write(self, group: Sequence[_Wanted], turn: _Turn) -> None:
        call = _Call(self._client, group, turn)
        if len(group) == 1:
            attempt(call)
            return
        failure: UnderstudyError | None = _BROKEN_OFF
        goes_alone = False
        try:
            attempt(call)
            failure = None
        except _RefusedError:
            failure, goes_alone = None, True
        except UnderstudyError as error:
            failure = error
        finally:
            for each in group:
                each.failure, each.goes_alone = failure, goes_alone

    def _pass_on(self) -> None:
        """Give a turn to those that came meanwhile."""
        with self._lock:
            if not self._waiting:
                self._under_way -= 1
                return
            first = self._waiting.pop(0)
            first.group = self._taken_with(first)
        first.moved.set()


class _RefusedError(Exception):
    """A call that several went with was refused: nothing was written."""


class _Turn:
    """What one that writes has of its turn: it ends with its first answer, whatever that is."""

    def __init__(self, pass_on: Callable[[], None]) -> None:
        self._pass_on: Callable[[], None] | None = pass_on

    def end(self) -> None:
        """Give the turn on, once."""
        pass_on, self._pass_on = self._pass_on, None
        if pass_on is not None:
            pass_on()


class _Call:
    """One call for a group; a repetition of it carries the same token."""

    def __init__(self, client: DynamoDBClient, group: Sequence[_Wanted], turn: _Turn) -> None:
        self._client = client
        self._turn = turn
        self._is_shared = len(group) > 1
        self._operations: Any = [operation for each in group for operation in each.operations]
        self._token = str(uuid4())
        self._is_unknown = False

    def __call__(self) -> None:
        """Write them; a refusal says that nothing is written while no answer was lost before.

        Who repeats it, with pauses, has no turn any more: nobody waits for that.
        """
        try:
            self._client.transact_write_items(
                TransactItems=self._operations, ClientRequestToken=self._token
            )
        except (ClientError, BotoCoreError) as error:
            self._turn.end()
            code = code_of(error)
            if self._is_shared and code in _REFUSED and not self._is_unknown:
                raise _RefusedError from error
            self._is_unknown |= code not in _NOT_TAKEN
            raise


_BROKEN_OFF = DependencyError("the thread that wrote for others broke off")


class _Wanted:
    """A transaction that a thread waits for, and what has become of it."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations
        # Named here and not where they are compared: an error in it is this thread's own.
        self.items = frozenset(_item(action) for each in operations for action in each.values())
        self.moved = Event()
        self.group: Sequence[_Wanted] = ()
        self.failure: UnderstudyError | None = None
        self.goes_alone = False


def _item(action: dict[str, Any]) -> tuple[str, str, str]:
    """Name the item that an operation is about, by table and key."""
    key = action["Item"] if "Item" in action else action["Key"]
    return action["TableName"], key["pk"]["S"], key["sk"]["S"]
