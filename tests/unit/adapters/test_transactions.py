"""Transactions of several threads: what goes together, what alone, and who is told what."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from threading import Event
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError

from tests.fakes.transacting import (
    LONG_SECONDS,
    Table,
    begun,
    cancelled,
    failed,
    failures_of,
    puts,
)
from understudy.adapters.aws import attempts
from understudy.adapters.aws.attempts import MAX_ATTEMPTS
from understudy.adapters.aws.keys import key
from understudy.adapters.aws.operations import check_exists, delete
from understudy.adapters.aws.transactions import MAX_OPERATIONS
from understudy.domain.errors import ConflictError, DependencyError

if TYPE_CHECKING:
    from understudy.adapters.aws.operations import Operation

A_MOMENT = 0.05
UNANSWERED = ReadTimeoutError(endpoint_url="http://127.0.0.1")


@pytest.fixture(autouse=True)
def _unpausing(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = {"pause": lambda _seconds: None, "jitter": float}
    monkeypatch.setattr(attempts.rounds, "__kwdefaults__", quick)


def test_those_that_come_while_one_is_under_way_go_together_after_it(table: Table) -> None:
    with ThreadPoolExecutor(8) as pool:
        written, running = begun(table, pool, puts("a"), puts("b", "c"), puts("d"))
        table.goes_on.set()

        assert failures_of(running) == [None] * 4
        assert table.calls == [["first"], ["a", "b", "c", "d"]]
        assert len(set(table.tokens)) == 2
        assert failures_of([pool.submit(written.write, puts("later"))]) == [None]

    assert table.calls[2:] == [["later"]], "nobody is waited for once all are done"


def test_nobody_is_told_before_the_call_has_ended(table: Table) -> None:
    ends = table.held[2] = Event()

    with ThreadPoolExecutor(8) as pool:
        _, running = begun(table, pool, puts("a"), puts("b"))
        table.called.clear()
        table.goes_on.set()
        assert table.called.wait(LONG_SECONDS)
        told_early = wait(running[1:], A_MOMENT).done
        ends.set()

        assert not told_early
        assert failures_of(running) == [None] * 3


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


def test_throttling_says_that_nothing_was_written(table: Table) -> None:
    table.failures = [failed("ThrottlingException")]
    table.refused = {"b"}

    with ThreadPoolExecutor(8) as pool:
        _, running = begun(table, pool, puts("a"), puts("b"), puts("c"))
        table.goes_on.set()

        assert failures_of(running) == [None, None, ConflictError, None]
    assert table.tokens[1] == table.tokens[2]


@pytest.mark.parametrize("code", ["InternalServerError", "TransactionInProgressException"])
def test_what_says_nothing_of_the_writing_is_no_refusal(table: Table, code: str) -> None:
    table.failures = [failed(code)] * MAX_ATTEMPTS

    with ThreadPoolExecutor(8) as pool:
        _, running = begun(table, pool, puts("a"), puts("b"))
        table.goes_on.set()

        assert failures_of(running) == [None, DependencyError, DependencyError]
    assert table.calls[1:] == [["a", "b"]] * MAX_ATTEMPTS


@pytest.mark.parametrize(
    "failure",
    [
        failed("AccessDeniedException"),
        failed("ValidationException"),
        ConnectTimeoutError(endpoint_url="http://127.0.0.1"),
    ],
)
def test_what_was_not_even_tried_is_written_alone(table: Table, failure: Exception) -> None:
    table.failures = [failure]

    with ThreadPoolExecutor(8) as pool:
        _, running = begun(table, pool, puts("a"), puts("b"))
        table.goes_on.set()

        assert failures_of(running) == [None] * 3
    assert sorted(table.calls[2:]) == [["a"], ["b"]]


def test_nobody_waits_while_one_pauses_before_its_repetition(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    others_are_done, rests = Event(), Event()

    def pause(_seconds: float) -> None:
        rests.set()
        assert others_are_done.wait(LONG_SECONDS / 2), "the others wait for a pause"

    monkeypatch.setattr(attempts.rounds, "__kwdefaults__", {"pause": pause, "jitter": float})
    table.failures = [UNANSWERED]

    with ThreadPoolExecutor(8) as pool:
        written, running = begun(table, pool, puts("rests"))
        table.goes_on.set()
        assert rests.wait(LONG_SECONDS)
        written.write(puts("a"))
        written.write(puts("b"))
        others_are_done.set()

        assert failures_of(running) == [None, None]
    assert table.calls == [["first"], ["rests"], ["a"], ["b"], ["rests"]]


def test_who_names_no_item_keeps_nobody_waiting(table: Table) -> None:
    nameless: list[Operation] = [{"Put": {"TableName": "table", "Item": {}}}]

    with ThreadPoolExecutor(8) as pool:
        written, running = begun(table, pool, puts("a"))
        running.append(pool.submit(written.write, nameless))
        running.append(pool.submit(written.write, puts("b")))
        table.waits.until_one_more()
        table.goes_on.set()

        assert failures_of(running) == [None, None, KeyError, None]
    assert table.calls == [["first"], ["a", "b"]]


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


def test_nor_is_that_of_one_that_was_not_the_first(table: Table) -> None:
    with ThreadPoolExecutor(8) as pool:
        _, running = begun(table, pool, puts("a"), puts("b"), puts("b"))
        table.goes_on.set()

        assert failures_of(running) == [None] * 4
    assert table.calls[1:] == [["a", "b"], ["b"]]


def test_no_call_is_larger_than_may_be(table: Table) -> None:
    half = [f"half {number}" for number in range(MAX_OPERATIONS // 2)]
    more = [f"more {number}" for number in range(MAX_OPERATIONS // 2 + 1)]

    with ThreadPoolExecutor(8) as pool:
        _, running = begun(table, pool, puts("a"), puts(*half), puts(*more), puts("last"))
        table.goes_on.set()

        assert failures_of(running) == [None] * 5
    assert table.calls[1:] == [["a", *half, "last"], more]
