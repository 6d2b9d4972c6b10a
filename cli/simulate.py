"""`understudy simulate`: the production code in a simulated world, under every fault, from a seed.

The simulation stands with the tests and needs what developing needs: it is imported when called.
"""

from __future__ import annotations

import re
import secrets
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from cli.calling import as_called
from cli.counting import counted
from cli.errors import CommandError
from cli.files import require_writable, write_json
from cli.printing import print_table

if TYPE_CHECKING:
    from collections.abc import Mapping

VIOLATED = TOO_FEW = 1
PAIRS = 10_000
MIXES = ("standard", "heavy")
SHOWN = 20
TOLD = 3
BLOCK = re.compile(r".+/(0|[1-9][0-9]*)")
# Any text is a seed: whether a run had this one, nobody can tell.
NOTHING_BROKEN = (
    "every promise held; a run's block is repeated by its own seed, number and mix only"
)

ALL_HELD = ": every promise held"
NOT_PROVEN = ", but too few faults of some kinds to prove it"
TOO_SELDOM = "too seldom to be proven, fewer than 100 times per 100,000 pairs: {}"


def command(
    pairs: Annotated[
        int | None,
        typer.Option(
            min=1, help="How many follow-trade pairs at least.", show_default=f"{PAIRS:,}"
        ),
    ] = None,
    seed: Annotated[str | None, typer.Option(help="What everything is drawn from.")] = None,
    mix: Annotated[str, typer.Option(help="How much goes wrong: standard or heavy.")] = MIXES[0],
    replay: Annotated[
        str | None, typer.Option(help="Run one block again, SEED/BLOCK, and tell what happened.")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the figures to this file.")
    ] = None,
) -> int:
    """Simulate faults around the production code; exit 1 when a promise did not hold.

    So it does after 100,000 pairs or more of which too few met a kind of fault. Blocks of
    some 2,000 pairs are run whole; it needs what `make dev-environment` installs.
    """
    _refuse(seed, mix, replay)
    if replay is not None and (pairs, seed, json_file) != (None, None, None):
        said = "--replay runs one block whole: it goes with --mix only"
        raise CommandError("USAGE", said, "leave --pairs, --seed and --json out")
    require_writable(json_file)
    console = Console(soft_wrap=True, highlight=False, markup=False)
    if replay is not None:
        return _replay(console, replay, mix)
    run = _part("run")  # before anything is said: it may not be there
    drawn = secrets.token_hex(4) if seed is None else seed
    console.print(f"seed {drawn}, mix {mix}")
    # The simulation keeps a core busy: what is drawn beside it is taken from its pace.
    with console.status("simulating", refresh_per_second=1) as status:
        result = run.simulate(
            pairs or PAIRS,
            drawn,
            mix,
            lambda each: status.update(f"simulating: {each.pairs:,} pairs"),
        )
    figures = result.to_plain()
    print_table(console, "the simulation", _table(figures))
    if json_file is not None:
        write_json(json_file, figures)
    return _judge(console, result, mix)


def _refuse(seed: str | None, mix: str, replay: str | None) -> None:
    if mix not in MIXES:
        raise CommandError("MIX_UNKNOWN", f"there is no mix {mix!r}", f"one of {', '.join(MIXES)}")
    if replay is not None and not BLOCK.fullmatch(replay):
        remedy = "name it as the run did: --replay SEED/BLOCK, BLOCK a number, such as 5f1c09ab/0"
        raise CommandError("BLOCK_UNKNOWN", f"{replay} names no block of a run", remedy)
    if seed is not None and not seed.strip():
        remedy = "name any text, or leave --seed out to have one drawn"
        raise CommandError("SEED_EMPTY", "there is nothing in --seed", remedy)


def _judge(console: Console, result: Any, mix: str) -> int:
    """Tell what did not hold, if anything, and last the verdict in a line."""
    for block, violation in result.violations[:SHOWN]:
        console.print(f"block {block}: {violation.promise}: {violation.text}")
    if len(result.violations) > SHOWN:
        console.print(f"and {len(result.violations) - SHOWN:,} more")
    if result.too_seldom:
        console.print(TOO_SELDOM.format(_named(result.too_seldom)))
    if not result.violations:
        console.print(f"0 violations{NOT_PROVEN if result.too_seldom else ALL_HELD}")
        return TOO_FEW if result.too_seldom else 0
    block = result.violations[0][0]
    _replay(console, block, mix)
    call = as_called(f"understudy simulate --replay {block} --mix {mix}")
    console.print(f"{counted(len(result.violations), 'violation')}: see above, or again by {call}")
    return VIOLATED


def _named(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{kind} ({count:,} in all)" for kind, count in counts.items())


def _replay(console: Console, block: str, mix: str) -> int:
    """Tell what happened around the first promises of a block that did not hold."""
    part = _part("replay")
    world, broken = part.replay(block, mix)
    for violation in broken[:TOLD]:
        for line in part.told(world, violation):
            console.print(line)
        console.print(f"{violation.promise}: {violation.text}\n")
    said = f"{counted(len(broken), 'promise')} did not hold" if broken else NOTHING_BROKEN
    console.print(f"block {block}, mix {mix}: {said}")
    return VIOLATED if broken else 0


def _part(name: str) -> Any:
    try:
        return import_module(f"tests.simulation.{name}")
    except ImportError as error:
        raise CommandError(
            "DEVELOPMENT_PACKAGES_MISSING",
            f"simulating needs what developing needs: {error}",
            "make dev-environment installs it; then run this again",
        ) from error


def _table(figures: Mapping[str, Any]) -> Table:
    table = Table("figure", "value", box=None, pad_edge=False)
    for name, value in figures.items():
        if isinstance(value, dict):
            for kind, count in value.items():
                table.add_row(f"{name}: {kind}", f"{count:,}")
        else:
            table.add_row(name, f"{value:,}" if isinstance(value, int) else str(value))
    return table
