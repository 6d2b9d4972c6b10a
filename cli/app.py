"""The `understudy` command: its subcommands, and the one door through which errors leave it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from uuid import uuid4

import typer
from rich.console import Console
from typer.exceptions import TyperException

from cli import audit, demo, doctor, judge, migrate_custody, mutants, simulate, up
from cli.calling import as_called
from cli.endings import Stopped, ended_by_signals
from cli.errors import explained
from cli.ops import dead_letters, deeds, rewrap, sessions, token_secret
from localcloud.guard import guard_this_process
from understudy.adapters.correlation import correlated

if TYPE_CHECKING:
    from collections.abc import Sequence

TRACE = "UNDERSTUDY_TRACE"
FAILURE = 1
HELP = ["--help"]
OPERATIONS = "ops"
AUDIT = "audit"
MIGRATION = "migrate-custody"

app = typer.Typer(
    name="understudy",
    help="Copy trading that runs on your cloud account, and whole on this machine.",
    add_completion=False,
    pretty_exceptions_enable=False,
)
for _module in (demo, up, doctor, judge, simulate, mutants):
    app.command(_module.__name__.rpartition(".")[2])(_module.command)
operations = typer.Typer(name=OPERATIONS, help="Look after a running system, here or on AWS.")
operations.add_typer(dead_letters.app)
operations.add_typer(sessions.app)
operations.add_typer(token_secret.app)
operations.command("rewrap")(rewrap.command)
deeds.register(operations)
app.add_typer(operations)
app.command(MIGRATION)(migrate_custody.command)
app.add_typer(audit.app)


def main(arguments: Sequence[str]) -> int:
    """Run one command; return its exit code. An error is two lines and never a trace.

    Each command is one request of its own to what it reaches, and to the audit.
    """
    if list(arguments)[:1] not in (
        [OPERATIONS],
        [AUDIT],
        [MIGRATION],
    ):  # these may reach AWS, where they are told to
        guard_this_process()
    try:
        with ended_by_signals(), correlated(uuid4().hex):
            outcome = app(list(arguments) or HELP, prog_name="understudy", standalone_mode=False)
    except Stopped as ending:
        _say_error("stopped; nothing is left running")
        return ending.exit_code
    except typer.Exit as ending:
        return ending.exit_code
    except TyperException as error:
        return _fail("USAGE", error.format_message(), "understudy --help lists what there is")
    except Exception as error:  # noqa: BLE001 - the outermost door: whatever it is gets its words
        return _explain(error)
    return outcome if isinstance(outcome, int) else 0


def _explain(error: Exception) -> int:
    if os.environ.get(TRACE):
        Console(stderr=True).print_exception()
    known = explained(error)
    return _fail(known.code, known.message, known.remedy)


def _fail(code: str, message: str, remedy: str) -> int:
    _say_error(f"error {code}: {message}")
    _say_error(f"remedy: {as_called(remedy)}")
    return FAILURE


def _say_error(line: str) -> None:
    Console(stderr=True, soft_wrap=True, highlight=False, markup=False).print(line)
