"""`understudy doctor`: looks for what would keep the system from running here."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from cli.checkup import Finding, findings

UNWELL = 1
WIDTH = len("problem")


def command(
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="A port you mean to use.")
    ] = None,
) -> int:
    """Check this machine and say how to put right what is wrong; exit 1 on a problem."""
    found = list(findings(port))
    # Lines, not a table: one that is cut to a narrow terminal cuts the paths in it too.
    console = Console(soft_wrap=True, highlight=False, markup=False)
    widest = max(len(each.name) for each in found)
    for each in found:
        console.print(Text.assemble(_verdict(each), f"  {each.name:{widest}}  {each.text}"))
        if what_to_do := each.remedy or each.advice:
            console.print(f"{'':{WIDTH}}  {what_to_do}")
    return UNWELL if any(each.remedy for each in found) else 0


def _verdict(each: Finding) -> tuple[str, str]:
    if each.remedy:
        return f"{'problem':{WIDTH}}", "bold red"
    return (f"{'warning':{WIDTH}}", "yellow") if each.advice else (f"{'ok':{WIDTH}}", "green")
