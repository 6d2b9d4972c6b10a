"""Tables are printed whole on every console, without blanks at the ends of lines."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from rich.console import Console
from rich.table import Table

from cli.latencies import summary
from cli.printing import print_table

LONG = "not_released_when_the_venue_answers_late"


@pytest.mark.parametrize("width", [30, 80, 150])
def test_nothing_is_cut_and_no_line_ends_in_blanks(width: int) -> None:
    table = Table("mutant", "told by", box=None, pad_edge=False)
    table.add_row(LONG, "two words")
    table.add_row("short", "")
    said = io.StringIO()

    print_table(Console(file=said, width=width), "\na title wider than thirty columns", table)

    lines = said.getvalue().split("\n")
    assert lines[1] == "a title wider than thirty columns"
    assert lines[2] == "mutant".ljust(len(LONG)) + "  told by"
    assert lines[3] == f"{LONG}  two words"
    assert [line for line in lines if line != line.rstrip()] == []


def test_a_hair_below_zero_is_shown_as_zero() -> None:
    assert str(summary([Decimal("-0.02")])["p50"]) == "0.0"
