"""A table that several threads write to by `Transactions`, and what it takes to have them wait."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from understudy.adapters.aws.keys import key
from understudy.adapters.aws.operations import put
from understudy.adapters.aws.transactions import Transactions

if TYPE_CHECKING:
    from understudy.adapters.aws.operations import Operation

LONG_SECONDS = 20


class Table:
    """A client that keeps what it is given, holds calls by number, and refuses named items."""

    def __init__(self) -> None:
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
    for number, operations in enumerate(others, start=1):
        begun.append(pool.submit(written.write, operations))
        until_waiting(written, number)
    return written, begun


def until_waiting(written: Transactions, count: int) -> None:
    ends = monotonic() + LONG_SECONDS
    while written.waiting < count and monotonic() < ends:
        sleep(0.001)
    assert written.waiting == count


def failures_of(begun: list[Future[None]]) -> list[type[BaseException] | None]:
    errors = [each.exception(LONG_SECONDS) for each in begun]
    return [None if error is None else type(error) for error in errors]
