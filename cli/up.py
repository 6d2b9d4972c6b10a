"""`understudy up`: the whole system on this machine until Ctrl-C; its state stays in `.local`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from cli.errors import CommandError
from cli.parameters import parameters_in
from cli.places import SAMPLE, STATE
from cli.progress import Progress
from cli.system import Plan, running_system
from localcloud.endings import Stopped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.system import System

LOOK_EVERY_SECONDS = 0.5
OF_A_STATE = frozenset({"cloud", "ports.json", "venue"})
"""Each run makes these: a folder that has others and none of them is somebody else's."""


def command(
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="The emulator's port.")] = None,
    state: Annotated[Path, typer.Option(help="Where the state stays between runs.")] = STATE,
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE", help="A parameter of the template, for this run; may repeat."
        ),
    ] = None,
) -> int:
    """Run the whole system until Ctrl-C; the next run goes on where this one stopped."""
    _refuse_foreign(state)
    progress = Progress(Console())
    plan = Plan(
        state,
        keeps_books=True,
        port=port,
        recording=SAMPLE,
        identity_providers=True,
        parameters=parameters_in(parameter or ()),
    )
    try:
        with running_system(plan, progress.say) as system:
            for line in _welcome(system, state.resolve()):
                progress.say(line)
            try:
                _watch(system)
            finally:
                progress.say("stopping")
    except Stopped:
        progress.say("stopped; the state is kept")
    return 0


def _refuse_foreign(state: Path) -> None:
    """Raise CommandError STATE_FOREIGN before anything is written among files of others."""
    if state.resolve() == STATE or not state.is_dir():
        return
    names = {entry.name for entry in state.iterdir()}
    if names and not names & OF_A_STATE:
        raise CommandError(
            "STATE_FOREIGN",
            f"{state} holds files that are no state of ours ({min(names)} for one)",
            "name an empty folder, one that does not exist yet, or the state of an earlier run",
        )


def _watch(system: System) -> None:
    """Return never; raises once a part of the system is gone."""
    while True:
        system.check()
        time.sleep(LOOK_EVERY_SECONDS)


def _welcome(system: System, state: Path) -> Iterator[str]:
    api, venue, providers = system.api_url, system.simulator.url, system.identity_url
    older = system.older_system_url
    yield ""
    yield f"API        {api}  (the base of all paths: begin at /docs or /openapi.json)"
    yield f"docs       {api}/docs"
    yield f"venue      {venue}  (its test bench: {venue}/_simulator/)"
    yield f"providers  {providers}  (Privy and Dynamic; test bench: {providers}/_simulator/)"
    yield f"older      {older}  (users to migrate; test bench: {older}/_simulator/)"
    yield f"AWS        export AWS_ENDPOINT_URL={system.stack.endpoint_url}"
    places = [system.parameters[f"Siwe{each}"] for each in ("Domains", "Uris", "ChainIds")]
    yield "sign in    domain {}, URI {}, chain {}".format(*places)
    yield f"state      {state}  (to begin anew: stop, then remove it)"
    yield f"logs       {state / 'cloud' / 'emulator.log'}, {state / 'simulator.log'};"
    yield "           the functions': docs/first-follow.md"
    yield ""
    yield "try:"
    yield f"  curl {api}/v1/system/status"
    yield f"  .venv/bin/python docs/first_follow.py {api} {venue}"
    yield f"  (follows the recorded leader {system.bench.leader_address})"
    yield ""
    yield "Ctrl-C stops everything; the state is kept."
