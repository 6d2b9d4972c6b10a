"""Prints tables as they are read later, in logs and pages: whole titles, no blanks at line ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


WIDEST = 1000


def print_table(console: Console, title: str, table: Table) -> None:
    """Print a title and a table, neither cut at the console's width."""
    console.print(Text(title, style="bold"), soft_wrap=True)
    print_rows(console, table)


def print_rows(console: Console, table: Table) -> None:
    """Print a table alone, not cut either."""
    options = console.options
    widest = console.measure(table, options=options.update(max_width=WIDEST)).maximum
    for segments in console.render_lines(table, options.update(width=widest), pad=False):
        line = Text.assemble(*((each.text, each.style or "") for each in segments))
        line.rstrip()
        console.print(line, soft_wrap=True)
