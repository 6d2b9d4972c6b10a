"""Transactions of several threads: what goes together, what alone, and who is told what."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from understudy.adapters.aws import attempts, transactions
from understudy.adapters.aws.attempts import MAX_ATTEMPTS
from understudy.adapters.aws.keys import key
from understudy.adapters.aws.operations import check_exists, delete, put
from understudy.adapters.aws.transactions import MAX_OPERATIONS, Transactions
from understudy.domain.errors import ConflictError, DependencyError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.adapters.aws.operations import Operation

LONG_SECONDS = 20
UNANSWERED = ReadTimeoutError(endpoint_url="http://127.0.0.1")


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = {"pause": lambda _seconds: None, "jitter": float}
    monkeypatch.setattr(attempts.rounds, "__kwdefaults__", quick)
    monkeypatch.setattr(transactions, "PATIENCE_SECONDS", LONG_SECONDS)


class Table:
    """A client that keeps what it is given, holds its first call, and refuses named items."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.tokens: list[str] = []
        self.kept: set[str] = set()
        self.refused: set[str] = set()
        self.failures: list[Exception] = []
        self.called, self.goes_on = Event(), Event()

    def transact_write_items(self, **request: Any) -> dict[str, Any]:
        names = [name_of(each) for each in request["TransactItems"]]
        self.calls.append(names)
        self.tokens.append(request["ClientRequestToken"])
        if len(self.calls) == 1:
            self.called.set()
            assert self.goes_on.wait(LONG_SECONDS)
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


@pytest.fixture
def table() -> Iterator[Table]:
    made = Table()
    yield made
    made.goes_on.set()


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


def test_those_that_come_while_one_is_under_way_go_together_after_it(table: Table) -> None:
    with ThreadPoolExecutor(8) as pool:
        written, running = begun(table, pool, puts("a"), puts("b", "c"), puts("d"))
        table.goes_on.set()

        assert failures_of(running) == [None] * 4
        assert table.calls == [["first"], ["a", "b", "c", "d"]]
        assert len(set(table.tokens)) == 2
        written.write(puts("later"))

    assert table.calls[2:] == [["later"]], "nobody is waited for once all are done"


def test_whose_condition_fails_is_told_so_and_the_others_are_written(table: Table) -> None:
    table.refused = {"b"}

    with ThreadPoolExecutor(8) as pool:
        _, running = begun(table, pool, puts("a"), puts("b", "c"), puts("d"))
        table.goes_on.set()

        assert failures_of(running) == [None, None, ConflictError, None]
    assert table.kept == {"first", "a", "d"}
    assert sorted(table.calls[2:]) == [["a"], ["b", "c"], ["d"]]


def test_an_answer_that_is_lost_is_asked_for_by_the_same_token(table: Table) -> None:
    table.failures = [UNANSWERED]

    with ThreadPoolExecutor(8) as pool:
        _, running = begun(table, pool, puts("a"), puts("b"))
        table.goes_on.set()

        assert failures_of(running) == [None] * 3
    assert table.calls[1:] == [["a", "b"]] * 2
    assert table.tokens[1] == table.tokens[2]


def test_without_an_answer_nobody_knows_and_nobody_writes_alone(table: Table) -> None:
    table.failures = [UNANSWERED] * MAX_ATTEMPTS

    with ThreadPoolExecutor(8) as pool:
        _, running = begun(table, pool, puts("a"), puts("b"))
        table.goes_on.set()

        assert failures_of(running) == [None, DependencyError, DependencyError]
    assert table.calls[1:] == [["a", "b"]] * MAX_ATTEMPTS


def test_a_refusal_after_a_lost_answer_tells_nobody_that_nothing_was_written(table: Table) -> None:
    table.failures = [UNANSWERED, cancelled(["a", "b"], {"b"})]

    with ThreadPoolExecutor(8) as pool:
        _, running = begun(table, pool, puts("a"), puts("b"))
        table.goes_on.set()

        assert failures_of(running) == [None, DependencyError, DependencyError]
    assert table.calls[1:] == [["a", "b"]] * 2


def test_a_thread_that_breaks_off_leaves_no_other_waiting(table: Table) -> None:
    table.failures = [ZeroDivisionError()]

    with ThreadPoolExecutor(8) as pool:
        _, running = begun(table, pool, puts("a"), puts("b"), puts("c"))
        table.goes_on.set()

        assert failures_of(running) == [None, ZeroDivisionError, DependencyError, DependencyError]


def test_the_next_go_on_after_one_that_failed_alone(table: Table) -> None:
    table.refused = {"first"}

    with ThreadPoolExecutor(8) as pool:
        _, running = begun(table, pool, puts("a"))
        table.goes_on.set()

        assert failures_of(running) == [ConflictError, None]


def test_no_item_is_in_a_call_twice(table: Table) -> None:
    same = [[check_exists("table", key("a", "item"))], [delete("table", key("a", "item"))]]

    with ThreadPoolExecutor(8) as pool:
        _, running = begun(table, pool, puts("a"), *same, puts("b"))
        table.goes_on.set()

        assert failures_of(running) == [None] * 5
    assert table.calls[1:] == [["a", "b"], ["a"], ["a"]]


def test_no_call_is_larger_than_may_be(table: Table) -> None:
    half = [f"half {number}" for number in range(MAX_OPERATIONS // 2)]
    more = [f"more {number}" for number in range(MAX_OPERATIONS // 2 + 1)]

    with ThreadPoolExecutor(8) as pool:
        _, running = begun(table, pool, puts(*half), puts(*more), puts("last"))
        table.goes_on.set()

        assert failures_of(running) == [None] * 4
    assert table.calls[1:] == [[*half, "last"], more]


def test_one_that_hangs_is_not_waited_for(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transactions, "PATIENCE_SECONDS", 0.01)

    with ThreadPoolExecutor(8) as pool:
        written = Transactions(table)  # type: ignore[arg-type]  # a fake of boto3's client
        hanging = pool.submit(written.write, puts("first"))
        assert table.called.wait(LONG_SECONDS)
        written.write(puts("a"))
        written.write(puts("b"))

        assert table.calls == [["first"], ["a"], ["b"]]
        assert not hanging.done()
        table.goes_on.set()
        assert failures_of([hanging]) == [None]
