"""A successor's name says whose place it takes, and nobody had it before."""

from __future__ import annotations

import pytest

from understudy.domain.agents import LONGEST_NAME, is_agent_name, next_name


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
    assert is_agent_name(made)


@pytest.mark.parametrize("name", ["a", "0", "main-2", "two words", "A.b_c-d.", "x" * 16])
def test_an_agent_can_have_this_name(name: str) -> None:
    assert is_agent_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        " a",
        "a ",
        "-a",
        "x" * 17,
        "a\n",
        "\u00e4",
        "valid_until",
        "a valid_until 1",
        "VALID_UNTIL",
    ],
)
def test_no_agent_can_have_this_name(name: str) -> None:
    assert not is_agent_name(name)
