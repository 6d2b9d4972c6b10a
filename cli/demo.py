"""`understudy demo`: a recorded leader, copied by followers on the real system, and judged."""

from __future__ import annotations

import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.driving import MAX_SPEED, Drive
from cli.errors import CommandError
from cli.evidence import collect
from cli.files import require_writable, write_json
from cli.followers import Follower, create_follower
from cli.metering import Meter, Used
from cli.outcome import LEAST_SHARE, NO_SHARE, Costs, figures_of, is_clean
from cli.places import SAMPLE, SAMPLE_LEADER
from cli.progress import Progress, console_for_tables
from cli.recordings import dexes_of, read_whole
from cli.system import UNLIMITED_WEIGHT, VENUE_WEIGHT, Plan, System, running_system
from cli.tables import show_run
from localcloud.processes import PeakMemory
from simulators.hyperliquid.replay.pacing import LONGEST_GAP_MS, read_pace
from simulators.hyperliquid.replay.recording import Recording
from simulators.judge.court import judge
from simulators.judge.reading import read_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulators.judge.verdict import Verdict

HYPERLIQUID = "hyperliquid"
USUAL_FOLLOWERS, MOST_FOLLOWERS = 10, 200
NOT_CLEAN = 1
SPEEDS = (
    f"1 keeps the recorded gaps, each at most {LONGEST_GAP_MS} ms; N divides them by N; max is as"
    " fast as the copies keep up, without the venue's request limits."
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be run, checked."""

    path: Path
    recording: Recording
    followers: int
    speed: str

    @property
    def least_share(self) -> Decimal:
        """The share of the pairs that must be orders: of the default sample it is known."""
        return LEAST_SHARE if self.path == SAMPLE.resolve() else NO_SHARE

    @property
    def warning(self) -> str:
        """What to expect of more followers than usual, '' of no more: their work adds up."""
        if self.followers <= USUAL_FOLLOWERS:
            return ""
        times = Decimal(self.followers) / USUAL_FOLLOWERS
        return (
            f"{self.followers} followers: about {times} times the work of the usual"
            f" {USUAL_FOLLOWERS}, with which the sample takes one to three minutes"
        )


@dataclass(frozen=True, slots=True)
class Run:
    """What a run left: who followed, the evidence, and what the copy path's functions used."""

    followers: list[Follower]
    evidence: dict[str, Any]
    used: Used


def command(  # noqa: PLR0913, PLR0917 - one for each option
    fills: Annotated[Path, typer.Option(help="The recording: fills as the venue lists them.")] = (
        SAMPLE
    ),
    leader: Annotated[str | None, typer.Option(help="Which leader of the recording.")] = None,
    followers: Annotated[int, typer.Option(min=1, max=MOST_FOLLOWERS, help="How many.")] = (
        USUAL_FOLLOWERS
    ),
    speed: Annotated[str, typer.Option(help=SPEEDS)] = MAX_SPEED,
    venue: Annotated[str, typer.Option(help="The venue.")] = HYPERLIQUID,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="The emulator's port.")] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the figures to this file.")
    ] = None,
    evidence: Annotated[
        Path | None, typer.Option(help="Write what was judged to this file.")
    ] = None,
    state: Annotated[
        Path | None, typer.Option(help="Keep the run's state and logs in this new folder.")
    ] = None,
) -> int:
    """Copy a recorded leader to followers, here and now, and have the run judged."""
    started = time.monotonic()
    console = console_for_tables()
    wanted = _checked(fills, leader, followers, speed, venue)
    require_writable(json_file)
    require_writable(evidence)
    with PeakMemory() as memory, _state_folder(state) as folder:
        plan = _plan(wanted, folder, port)
        run = _run(wanted, plan, Progress(console))
    if evidence is not None:
        write_json(evidence, run.evidence)
    verdict = judge(read_evidence(run.evidence))
    wall = Decimal(str(time.monotonic() - started))
    costs = Costs(run.used, memory.peak_bytes, wall)
    figures = figures_of(run.evidence, verdict, costs)
    findings = _findings(run, verdict)
    show_run(console, run.followers, run.evidence, figures, findings, wanted.least_share)
    if json_file is not None:
        write_json(json_file, figures)
    return 0 if is_clean(figures, wanted.least_share) else NOT_CLEAN


def _checked(path: Path, leader: str | None, followers: int, speed: str, venue: str) -> Wanted:
    if venue != HYPERLIQUID:
        raise CommandError("VENUE_UNKNOWN", f"there is no venue {venue!r}", "leave --venue away")
    try:
        read_pace(speed)
    except ValueError as error:
        raise CommandError("USAGE", str(error), "for example: --speed 1 or --speed max") from error
    name = leader or (SAMPLE_LEADER if path == SAMPLE else None)
    return Wanted(path.resolve(), read_whole(path, name), followers, speed)


def _plan(wanted: Wanted, folder: Path, port: int | None) -> Plan:
    return Plan(
        folder,
        port=port,
        recording=wanted.path,
        leader=wanted.recording.leader,
        weight_per_minute=weight_at(wanted.speed),
    )


def weight_at(speed: str) -> int:
    """Give what a minute grants at a speed: as much of the recording passes in it."""
    factor = read_pace(speed).factor
    if factor is None:
        return UNLIMITED_WEIGHT
    return min(UNLIMITED_WEIGHT, int(VENUE_WEIGHT * max(Decimal(1), factor)))


@contextmanager
def _state_folder(chosen: Path | None) -> Iterator[Path]:
    if chosen is not None:
        if chosen.exists():
            remedy = "name a folder that does not exist yet: the run makes it"
            raise CommandError("STATE_EXISTS", f"{chosen} is there already", remedy)
        yield chosen.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="understudy-demo-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def _run(wanted: Wanted, plan: Plan, progress: Progress) -> Run:
    if wanted.warning:
        progress.say(wanted.warning)
    with running_system(plan, progress.say) as system:
        if wanted.speed == MAX_SPEED:
            system.bench.command("rules", rate_limits=False)
        leader = system.bench.leader_address
        with progress.live():
            followers = _followers(system, wanted, leader, progress)
            drive = Drive(system, leader, followers, progress)
            drive.await_watching()
            meter = Meter(system.stack)
            receipts = drive.await_copies(drive.replay(wanted.speed, meter.is_warm))
            used = meter.read()
        evidence = collect(
            system.bench, wanted.recording, leader, followers, receipts, plan.weight_per_minute
        )
        progress.say("stopping")
    return Run(followers, evidence, used)


def _followers(system: System, wanted: Wanted, leader: str, progress: Progress) -> list[Follower]:
    dexes = dexes_of(wanted.recording)
    created = []
    for number in range(1, wanted.followers + 1):
        created.append(create_follower(system, number, leader, dexes))
        progress.following(number, wanted.followers)
    return created


def _findings(run: Run, verdict: Verdict) -> list[str]:
    numbers = {each.follow_id: each.number for each in run.followers}
    return [
        f"{each.figure.value}: #{numbers.get(each.follow_id, '?')} {each.symbol}"
        f" trade {'end' if each.trade is None else each.trade}: {each.text}"
        for each in verdict.findings
    ]
