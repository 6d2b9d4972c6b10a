"""How long the judge lets entries rest after failures in a row: until an entry fills."""

from __future__ import annotations

import pytest

from simulators.judge.ledger import FollowBook


def _after_five_failures() -> FollowBook:
    book = FollowBook()
    for _ in range(5):
        book.note_outcome(is_failure=True, filled=set())
    return book


@pytest.mark.parametrize(
    ("filled", "is_failing"),
    [({"exit"}, True), (set(), True), ({"entry"}, False), ({"exit", "entry"}, False)],
)
def test_an_exit_that_fills_ends_no_rest_of_entries(filled: set[str], *, is_failing: bool) -> None:
    book = _after_five_failures()

    book.note_outcome(is_failure=False, filled=filled)

    assert book.is_failing is is_failing


def test_an_exit_that_fills_ends_a_row_of_fewer() -> None:
    book = FollowBook()
    for filled in ({"exit"}, set()):
        for _ in range(4):
            book.note_outcome(is_failure=True, filled=set())
        assert not book.is_failing
        book.note_outcome(is_failure=False, filled=filled)

    assert book.failures_in_row == 4
