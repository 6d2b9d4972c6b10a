"""`understudy doctor`: looks for what would keep the system from running here."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli.checkup import Finding, findings

UNWELL = 1


def command(
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="A port you mean to use.")
    ] = None,
) -> int:
    """Check this machine and say how to put right what is wrong; exit 1 on a problem."""
    found = list(findings(port))
    Console().print(_table(found))
    return UNWELL if any(each.remedy for each in found) else 0


def _table(found: list[Finding]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("check", "", "found", "remedy"):
        table.add_column(heading, overflow="fold")
    for each in found:
        verdict = "[bold red]problem[/]" if each.remedy else "[green]ok[/]"
        table.add_row(each.name, verdict, each.text, each.remedy)
    return table
