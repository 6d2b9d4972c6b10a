"""`understudy up`: the whole system on this machine until Ctrl-C; its state stays in `.local`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from cli.endings import Stopped
from cli.places import SAMPLE, STATE
from cli.progress import Progress
from cli.system import SIGN_IN, Plan, running_system

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.system import System

LOOK_EVERY_SECONDS = 0.5


def command(
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="The cloud's port.")] = None,
    state: Annotated[Path, typer.Option(help="Where the state stays between runs.")] = STATE,
) -> int:
    """Run the whole system until Ctrl-C; the next run goes on where this one stopped."""
    progress = Progress(Console())
    plan = Plan(state, keeps_books=True, port=port, recording=SAMPLE, identity_providers=True)
    try:
        with running_system(plan, progress.say) as system:
            for line in _welcome(system):
                progress.say(line)
            _watch(system)
    except Stopped:
        progress.say("stopped; the state is kept")
    return 0


def _watch(system: System) -> None:
    """Return never; raises once a part of the system is gone."""
    while True:
        system.check()
        time.sleep(LOOK_EVERY_SECONDS)


def _welcome(system: System) -> Iterator[str]:
    api, venue = system.api_url, system.simulator.url
    yield ""
    yield f"API        {api}"
    yield f"docs       {api}/docs"
    yield f"venue      {venue}  (its test bench is under /_simulator/)"
    yield f"providers  {system.identity_url}  (Privy and Dynamic; test bench under /_simulator/)"
    yield f"AWS        export AWS_ENDPOINT_URL={system.stack.endpoint_url}"
    yield f"sign in    domain {SIGN_IN.domain}, URI {SIGN_IN.uri}, chain {SIGN_IN.chain_id}"
    yield ""
    yield "try:"
    yield f"  curl {api}/v1/system/status"
    yield f"  .venv/bin/python -P - {api} {venue} < docs/first_follow.py"
    yield f"  (follows the recorded leader {system.bench.leader_address})"
    yield ""
    yield "Ctrl-C stops everything; the state is kept."
