"""`understudy mutants`: the production code with one rule broken at a time, and who tells of it.

A mutant that no promise tells of means that the simulation proves less than it says. It stands
with the tests and needs what developing needs: it is imported when called.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from cli.counting import counted
from cli.errors import CommandError
from cli.files import require_writable, write_json
from cli.printing import print_table

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

SURVIVED = 1
ALL_TOLD = ": the simulation told of every broken rule"
UNTOLD = ", a broken rule of which no promise told"
PACKAGE = "tests.simulation.mutants"


def command(
    names: Annotated[list[str] | None, typer.Argument(help="Which mutants; else all.")] = None,
    seeds: Annotated[int, typer.Option(min=1, help="How many seeds for each mutant.")] = 3,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the figures to this file.")
    ] = None,
    *,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print a Markdown table.")] = False,
) -> int:
    """Break one rule of the copying at a time; exit 1 when no promise tells of one."""
    require_writable(json_file)
    mutants = _chosen(names or (), _module("catalogue").MUTANTS)
    console = Console(soft_wrap=True, highlight=False, markup=False)
    report = _module("report")
    rows = [report.Row(mutant, _hunts(console, mutant, seeds)) for mutant in mutants]
    figures = report.figures_of(rows)
    if markdown:
        console.print(report.markdown_of(rows))
    else:
        print_table(console, "mutants of the copying", _table(report.HEADINGS, rows))
    console.print(f"{figures['caught']} of {len(rows)} caught", end=", ")
    console.print(f"{figures['cpu_seconds']} s of processor time")
    survived = counted(len(figures["survived"]), "mutant")
    told = f"{UNTOLD}: {', '.join(figures['survived'])}" if figures["survived"] else ALL_TOLD
    console.print(f"{survived} survived{told}")
    if json_file is not None:
        write_json(json_file, figures)
    return SURVIVED if figures["survived"] else 0


def _chosen(names: Collection[str], known: Mapping[str, Any]) -> list[Any]:
    unknown = [name for name in names if name not in known]
    if unknown:
        remedy = f"one of {', '.join(known)}"
        raise CommandError("MUTANT_UNKNOWN", f"there is no mutant {unknown[0]!r}", remedy)
    return [known[name] for name in names or known]


def _hunts(console: Console, mutant: Any, seeds: int) -> list[Any]:
    hunt = _module("hunt").hunt
    with console.status(f"hunting {mutant.name}"):
        return [hunt(mutant, str(number)) for number in range(1, seeds + 1)]


def _table(headings: Sequence[str], rows: Sequence[Any]) -> Table:
    table = Table(*headings, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*row.cells)
    return table


def _module(name: str) -> Any:
    try:
        return import_module(f"{PACKAGE}.{name}")
    except ImportError as error:
        raise CommandError(
            "DEVELOPMENT_PACKAGES_MISSING",
            f"hunting needs what developing needs: {error}",
            "make dev-environment installs it; then run this again",
        ) from error
