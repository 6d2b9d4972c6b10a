"""One of a thing is said as one."""

from __future__ import annotations

from cli.counting import counted


def test_one_is_one_and_all_other_numbers_are_many() -> None:
    said = [counted(count, "dead letter") for count in (0, 1, 2, 1_200)]
    assert said == ["0 dead letters", "1 dead letter", "2 dead letters", "1,200 dead letters"]
