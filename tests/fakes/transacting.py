"""A table that several threads write to by `Transactions`, and what it takes to have them wait."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Condition, Event, Semaphore
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from understudy.adapters.aws.keys import key
from understudy.adapters.aws.operations import put
from understudy.adapters.aws.transactions import Transactions

if TYPE_CHECKING:
    from understudy.adapters.aws.operations import Operation

LONG_SECONDS = 20


class Wait:
    """Stands in for a waiting thread's event: it loses patience when it is told to, at no time."""

    def __init__(self, is_waited_for: Callable[[float | None], None]) -> None:
        self._is_waited_for = is_waited_for
        self._changed = Condition()
        self._is_set = self._is_impatient = False

    def set(self) -> None:
        with self._changed:
            self._is_set = True
            self._changed.notify_all()

    def lose_patience(self) -> None:
        with self._changed:
            self._is_impatient = True
            self._changed.notify_all()

    def wait(self, seconds: float | None = None) -> bool:
        self._is_waited_for(seconds)
        with self._changed:
            ended = self._changed.wait_for(lambda: self._ends(seconds), LONG_SECONDS)
            assert ended, "nobody ends this wait"
            return self._is_set

    def _ends(self, seconds: float | None) -> bool:
        return self._is_set or (self._is_impatient and seconds is not None)


class Waits:
    """The waits of all threads, in the order of their transactions; the first one's is unused."""

    def __init__(self) -> None:
        self.made: list[Wait] = []
        self.patience: list[float | None] = []
        self._begun = Semaphore(0)

    def event(self) -> Wait:
        """Make what a transaction waits with."""
        self.made.append(Wait(self._note))
        return self.made[-1]

    def until_one_more(self) -> None:
        """Return when one more thread waits than when this was last asked."""
        assert self._begun.acquire(timeout=LONG_SECONDS), "it does not wait"

    def _note(self, seconds: float | None) -> None:
        self.patience.append(seconds)
        self._begun.release()


class Table:
    """A client that keeps what it is given, holds calls by number, and refuses named items.

    `waits` are those of the threads that write to it, once they are made by them.
    """

    def __init__(self) -> None:
        self.waits = Waits()
        self.calls: list[list[str]] = []
        self.tokens: list[str] = []
        self.kept: set[str] = set()
        self.refused: set[str] = set()
        self.failures: list[Exception] = []
        self.called, self.goes_on = Event(), Event()
        self.held = {1: self.goes_on}

    def transact_write_items(self, **request: Any) -> dict[str, Any]:
        names = [name_of(each) for each in request["TransactItems"]]
        self.calls.append(names)
        self.tokens.append(request["ClientRequestToken"])
        if held := self.held.get(len(self.calls)):
            self.called.set()
            assert held.wait(LONG_SECONDS)
        elif self.failures:
            raise self.failures.pop(0)
        if not self.refused.isdisjoint(names):
            raise cancelled(names, self.refused)
        self.kept.update(names)
        return {}


def name_of(operation: Operation) -> str:
    [action] = operation.values()
    return str((action.get("Item") or action["Key"])["pk"]["S"])


def cancelled(names: list[str], refused: set[str]) -> ClientError:
    codes = ["ConditionalCheckFailed" if name in refused else "None" for name in names]
    response: Any = {
        "Error": {"Code": "TransactionCanceledException"},
        "CancellationReasons": [{"Code": code} for code in codes],
    }
    return ClientError(response, "TransactWriteItems")


def failed(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code}}, "TransactWriteItems")


def puts(*names: str) -> list[Operation]:
    return [put("table", key(name, "item")) for name in names]


def begun(
    table: Table, pool: ThreadPoolExecutor, *others: list[Operation]
) -> tuple[Transactions, list[Future[None]]]:
    """Have one call under way, and each of the others wait for it, in their order."""
    written = Transactions(table)  # type: ignore[arg-type]  # a fake of boto3's client
    begun = [pool.submit(written.write, puts("first"))]
    assert table.called.wait(LONG_SECONDS)
    for operations in others:
        begun.append(pool.submit(written.write, operations))
        table.waits.until_one_more()
    return written, begun


def failures_of(begun: list[Future[None]]) -> list[type[BaseException] | None]:
    errors = [each.exception(LONG_SECONDS) for each in begun]
    return [None if error is None else type(error) for error in errors]
