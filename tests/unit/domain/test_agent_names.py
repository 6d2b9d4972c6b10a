"""A successor's name says whose place it takes, and nobody had it before."""

from __future__ import annotations

import pytest

from understudy.domain.agents import LONGEST_NAME, next_name


@pytest.mark.parametrize(
    ("name", "taken", "expected"),
    [
        ("main", set(), "main-2"),
        ("main", {"main-2"}, "main-3"),
        ("main-2", {"main", "main-2"}, "main-3"),
        ("a-2b", set(), "a-2b-2"),
        ("sixteen-letters1", set(), "sixteen-letter-2"),
        ("sixteen-letters1", {f"sixteen-letter-{n}" for n in range(2, 10)}, "sixteen-lette-10"),
    ],
)
def test_a_successor_has_the_name_with_a_number_that_none_had(
    name: str, taken: set[str], expected: str
) -> None:
    made = next_name(name, taken)

    assert made == expected
    assert len(made) <= LONGEST_NAME
