"""The `understudy` command: its subcommands, and the one door through which errors leave it."""

from __future__ import annotations

import os
import select
import signal
import sys
import tomllib
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer
from rich.console import Console
from typer.exceptions import TyperException

from cli import audit, demo, doctor, judge, migrate_custody, mutants, simulate, up
from cli.calling import as_called
from cli.errors import explained
from cli.ops import dead_letters, deeds, erasing_again, rewrap, sessions, token_secret
from cli.ops.place import name_stack
from cli.places import ROOT
from localcloud.endings import Stopped, ended_by_signals
from localcloud.guard import guard_this_process
from understudy.adapters.correlation import correlated

if TYPE_CHECKING:
    from collections.abc import Sequence

TRACE = "UNDERSTUDY_TRACE"
FAILURE = 1
UNREAD = 128 + signal.SIGPIPE  # as of a program that a closed pipe ends
PYTHONS = "Value error, "  # a value refused by a parser of typer's is introduced so
NAME = "understudy"
HELP = ["--help"]
OPERATIONS = "ops"
AUDIT = "audit"
MIGRATION = "migrate-custody"

app = typer.Typer(
    name=NAME,
    help="Copy trading that runs on your cloud account, and whole on this machine.",
    add_completion=False,
    pretty_exceptions_enable=False,
)
for _module in (demo, up, doctor, judge, simulate, mutants):
    app.command(_module.__name__.rpartition(".")[2])(_module.command)
operations = typer.Typer(
    name=OPERATIONS, help="Look after a running system, here or on AWS.", callback=name_stack
)
operations.add_typer(dead_letters.app)
operations.add_typer(sessions.app)
operations.add_typer(token_secret.app)
operations.command("rewrap")(rewrap.command)
operations.command("erase-again")(erasing_again.command)
deeds.register(operations)
app.add_typer(operations)
app.command(MIGRATION)(migrate_custody.command)
app.add_typer(audit.app)


def _said_version(wanted: bool) -> None:  # noqa: FBT001  # as typer calls it
    if wanted:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        Console(highlight=False).print(f"{NAME} {project['version']}")
        raise typer.Exit


@app.callback()
def understudy(
    *,
    _version: Annotated[
        bool, typer.Option("--version", callback=_said_version, is_eager=True, help="Say which.")
    ] = False,
) -> None:
    """Copy trading that runs on your cloud account, and whole on this machine."""


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
            outcome = app(list(arguments) or HELP, prog_name=NAME, standalone_mode=False)
    except Stopped as ending:
        _say_error("stopped; nothing is left running")
        return ending.exit_code
    except typer.Exit as ending:
        return ending.exit_code
    except TyperException as error:
        return _fail("USAGE", _in_a_line(error), f"{_meant(error)} --help lists what there is")
    except Exception as error:  # noqa: BLE001 - the outermost door: whatever it is gets its words
        return _explain(error)
    return outcome if isinstance(outcome, int) else 0


def _meant(error: TyperException) -> str:
    """Name the command that was called with what it does not take."""
    context = getattr(error, "ctx", None)
    return context.command_path if context is not None else NAME


def _in_a_line(error: TyperException) -> str:
    return " ".join(error.format_message().replace(PYTHONS, "").split())


def _is_read() -> bool:
    """Say whether anybody still reads what is printed; if not, nothing more is."""
    where = sys.stdout.fileno()
    asked = select.poll()
    asked.register(where, select.POLLOUT)
    if any(event & (select.POLLERR | select.POLLHUP) for _, event in asked.poll(0)):
        os.dup2(os.open(os.devnull, os.O_WRONLY), where)
        return False
    return True


def _explain(error: Exception) -> int:
    if isinstance(error, BrokenPipeError) and not _is_read():
        return UNREAD
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
