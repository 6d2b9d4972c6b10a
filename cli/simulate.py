"""`understudy simulate`: the production code in a simulated world, under every fault, from a seed.

The simulation stands with the tests and needs what developing needs: it is imported when called.
"""

from __future__ import annotations

import secrets
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from cli.errors import CommandError
from cli.files import require_writable, write_json

if TYPE_CHECKING:
    from collections.abc import Mapping

VIOLATED = 1
MIXES = ("standard", "heavy")
SHOWN = 20


def command(
    pairs: Annotated[int, typer.Option(min=1, help="How many follow-trade pairs at least.")] = (
        10_000
    ),
    seed: Annotated[str | None, typer.Option(help="What everything is drawn from.")] = None,
    mix: Annotated[str, typer.Option(help="How much goes wrong: standard or heavy.")] = MIXES[0],
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the figures to this file.")
    ] = None,
) -> int:
    """Simulate faults around the production code; exit 1 when a promise did not hold."""
    if mix not in MIXES:
        raise CommandError("MIX_UNKNOWN", f"there is no mix {mix!r}", f"one of {', '.join(MIXES)}")
    require_writable(json_file)
    console = Console(soft_wrap=True, highlight=False, markup=False)
    drawn = secrets.token_hex(4) if seed is None else seed
    console.print(f"seed {drawn}, mix {mix}")
    with console.status("simulating") as status:
        result = _runs().simulate(
            pairs, drawn, mix, lambda each: status.update(f"simulating: {each.pairs:,} pairs")
        )
    figures = result.to_plain()
    console.print(_table(figures))
    for block, violation in result.violations[:SHOWN]:
        console.print(f"block {block}: {violation.promise}: {violation.text}")
    if json_file is not None:
        write_json(json_file, figures)
    return VIOLATED if result.violations else 0


def _runs() -> Any:
    try:
        return import_module("tests.simulation.run")
    except ImportError as error:
        raise CommandError(
            "DEVELOPMENT_PACKAGES_MISSING",
            f"simulating needs what developing needs: {error}",
            "make check installs it; then run this again",
        ) from error


def _table(figures: Mapping[str, Any]) -> Table:
    table = Table("figure", "", box=None, title="the simulation", title_justify="left")
    for name, value in figures.items():
        if isinstance(value, dict):
            for kind, count in value.items():
                table.add_row(f"{name}: {kind}", f"{count:,}")
        else:
            table.add_row(name, f"{value:,}" if isinstance(value, int) else str(value))
    return table
