"""Brings the whole cloud up from the template and takes it down again."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from localcloud.deploy.deployment import Stack, deploy
from localcloud.emulator import Emulator
from localcloud.processes import cpu_seconds
from localcloud.session import LocalSession

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from localcloud.state_folder import Lock, StateFolder


@dataclass(frozen=True)
class Calls:
    """How often one caller (a function's logical id, or `root`) asked one thing of AWS."""

    service: str
    action: str
    caller: str
    count: int


@dataclass(frozen=True)
class Denials:
    """How often a role, by its name, was denied an action on a resource."""

    role: str
    action: str
    resource: str
    count: int


class Cpu(NamedTuple):
    """CPU seconds of a function's workers: until each asked for its first event, and since."""

    starting: float
    working: float


@dataclass(frozen=True)
class RunningStack:
    """The deployed stack and the emulator that runs it."""

    emulator: Emulator
    stack: Stack

    @property
    def endpoint_url(self) -> str:
        """The address that every AWS client takes as `AWS_ENDPOINT_URL`."""
        return self.emulator.endpoint_url

    @property
    def outputs(self) -> Mapping[str, str]:
        """The outputs of the template."""
        return self.stack.outputs

    def session(self) -> LocalSession:
        """Return the session with the emulator's root key: fit for looking, no proof about IAM."""
        return self._session

    @cached_property
    def _session(self) -> LocalSession:
        return LocalSession(self.endpoint_url)

    def calls(self) -> list[Calls]:
        """Return the AWS calls on the wire since the start; what the emulator polls is not in."""
        callers = {physical: name for name, physical in self.stack.functions.items()}
        return [
            Calls(
                row["service"],
                row["action"],
                callers.get(row["caller"], row["caller"]),
                row["count"],
            )
            for row in self.emulator.control("calls")
        ]

    def denials(self) -> list[Denials]:
        """Return what roles were denied since the start."""
        return [Denials(**row) for row in self.emulator.control("denials")]

    def cpu_seconds(self) -> dict[str, Cpu]:
        """Return what each function's workers took of the CPU by its logical id, ended ones too."""
        names = {physical: name for name, physical in self.stack.functions.items()}
        return {
            names.get(row["function"], row["function"]): Cpu(row["starting"], row["working"])
            for row in self.emulator.control("worker-times")
        }

    def emulator_cpu_seconds(self) -> float:
        """Return what the emulator's own process took of the CPU, without its workers."""
        return cpu_seconds([self.emulator.process_id])

    def run_schedules(self) -> int:
        """Run every recurring schedule once, now; return how many there are."""
        return int(self.emulator.control("schedules")["started"])

    def begin(self) -> int:
        """Let event sources and schedules work; return how many run at once, being of each minute.

        Asked for again, it runs those once more.
        """
        return int(self.emulator.control("begin")["started"])

    def check(self) -> None:
        """Raise EMULATOR_DIED or EMULATOR_FROZEN when the emulator works no more."""
        self.emulator.check()

    def stop(self) -> None:
        """Stop the emulator and save its state; idempotent."""
        self.emulator.stop()


@contextmanager
def bring_up(
    template: Path,
    *,
    folder: StateFolder,
    port: int | None = None,
    lock: Lock | None = None,
    parameters: Mapping[str, str],
    progress: Callable[[str], None],
    before_events: Callable[[Stack], None] = lambda _: None,
) -> Iterator[RunningStack]:
    """Start the emulator on `folder`, deploy `template`, run it; stop on exit.

    What waits in a kept queue is handled by the functions as they are deployed now; before that,
    and before any schedule, comes `before_events`. What runs every minute runs at once, for copying
    waits for it; all else when its time has passed, for nobody waits for it at a start. `lock` is
    the caller's hold on `folder`; without one it is taken here. Raises `LocalCloudError` and leaves
    nothing behind.
    """
    started = time.monotonic()
    with Emulator.start(folder, port=port, lock=lock) as emulator:
        progress(f"emulator at {emulator.endpoint_url}")
        if emulator.after_a_kill:
            progress("the last run was killed: going on from what was saved before it")
        session = LocalSession(emulator.endpoint_url)
        stack = deploy(session, folder, template, parameters, progress)
        running = RunningStack(emulator, stack)
        before_events(stack)
        running.begin()
        progress(f"up after {time.monotonic() - started:.1f} s")
        yield running
