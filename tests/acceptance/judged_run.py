"""A recorded leader is copied while a test breaks things, and the judge speaks at the end.

It owns the venue, the cloud, the followers and the evidence. What breaks is `breaking`'s matter.
"""

from __future__ import annotations

import json
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console

from cli.backlog import Queues
from cli.driving import Drive, is_settled
from cli.evidence import collect
from cli.followers import Follower, create_follower
from cli.outcome import FIVE
from cli.places import TEMPLATE
from cli.progress import Progress
from cli.recordings import dexes_of, read_whole
from cli.simulator import SimulatorProcess
from cli.system import UNLIMITED_WEIGHT, Plan, System, parameters_of
from cli.venue_bench import VenueBench
from localcloud.guard import Refusals, refusals_noted
from localcloud.stack import bring_up
from localcloud.state_folder import StateFolder
from simulators.judge.court import judge
from simulators.judge.reading import read_evidence
from simulators.judge.report import report_of
from tests.acceptance.running import short_recording
from tests.permissions.stage import Stage
from understudy.domain.ids import FollowId
from understudy.domain.receipts import CopyStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from simulators.judge.verdict import Verdict

ANY_PORT = 0
CLEAN = dict.fromkeys(FIVE, 0)
PATIENCE_SECONDS = 90
LOOK_SECONDS = 0.5


class JudgedRun:
    """One run: the stage to look at it and to break it, the replay, and the verdict."""

    def __init__(
        self, folder: Path, recording: Path, simulator: SimulatorProcess, refusals: Refusals
    ) -> None:
        self.folder = folder
        self.bench = VenueBench(simulator.url)
        self.progress = Progress(Console())
        self.stage: Stage
        self.followers: list[Follower] = []
        self.leader = ""
        self.interventions: list[dict[str, Any]] = []
        self.outages_ms: list[tuple[int, int]] = []
        self.redriven_ms: int | None = None
        self._simulator, self._refusals = simulator, refusals
        self._cloud = ExitStack()
        self._recording = recording

    def bring_up(self) -> None:
        """Start the cloud, or start it again from what the last stop has saved."""
        plan = Plan(self.folder, weight_per_minute=UNLIMITED_WEIGHT)
        stack = self._cloud.enter_context(
            bring_up(
                TEMPLATE,
                folder=StateFolder(self.folder / "state"),
                parameters=parameters_of(plan, self.bench.url),
                progress=self.progress.say,
            )
        )
        self.stage = Stage(System(stack, self._simulator, self.bench, self._refusals), patience=1)

    def stop(self) -> None:
        """Stop the cloud, its state saved; the venue goes on."""
        self._cloud.close()

    def follow(self, numbers: Sequence[int]) -> None:
        """Have the recorded leader followed as the demo's followers do."""
        self.bench.command("rules", rate_limits=False)
        self.leader = self.bench.leader_address
        dexes = dexes_of(read_whole(self._recording, None))
        system = self.stage.system
        self.followers = [create_follower(system, each, self.leader, dexes) for each in numbers]
        Drive(system, self.leader, self.followers, self.progress).await_watching()

    def replay(self, speed: str) -> None:
        """Begin to release the trades, at a pace and whatever becomes of them."""
        self.bench.command("replay/start", speed=speed)

    def await_released(self, trades: int) -> None:
        """Wait until so many trades have left the venue."""
        self.wait(f"{trades} trades released", lambda: self.released >= trades)

    @property
    def released(self) -> int:
        """How many trades have left the venue."""
        return int(self.bench.look("replay")["released_trades"])

    def wait(
        self, what: str, is_so: Callable[[], object], seconds: float = PATIENCE_SECONDS
    ) -> None:
        """Wait until something is so; fail when it takes too long."""
        self.stage.wait(what, is_so, seconds)

    def excuse(self, reason: str, from_ms: int, to_ms: int) -> None:
        """Put on record that a reason was true for a while, whatever the venue's books show."""
        excused = {"reason": reason, "from_ms": from_ms, "to_ms": to_ms}
        self.interventions.append(excused)

    def lane(self, follower: Follower) -> str:
        """Give the group of a follower's messages: its wallet."""
        state = self.stage.copies.follow_state(FollowId(follower.follow_id))
        assert state is not None
        return state.follow.wallet_id

    def newest_copied(self) -> int:
        """Give the number of the newest trade that every follow has a final receipt of."""
        final = (self._final(each) for each in self.followers)
        return min(max((int(one["seq"]) for one in those), default=0) for those in final)

    def judged(self) -> Verdict:
        """Wait until every copy is over and give the verdict; the evidence stays in the folder."""
        total = int(self.bench.look("replay")["total_trades"])
        self.await_released(total)
        self._await_the_end(total)
        receipts = {each.follow_id: self._receipts(each) for each in self.followers}
        recording = read_whole(self._recording, None)
        collected = collect(
            self.bench, recording, self.leader, self.followers, receipts, UNLIMITED_WEIGHT
        )
        evidence = {
            **collected,
            "interventions": self.interventions,
            "outages_ms": self.outages_ms,
            "redriven_ms": self.redriven_ms,
        }
        (self.folder / "evidence.json").write_text(json.dumps(evidence), encoding="utf-8")
        verdict = judge(read_evidence(evidence))
        self.progress.say(report_of(verdict))
        return verdict

    def _await_the_end(self, trades: int) -> None:
        """Wait until nothing waits any more, or for so long that the judge may say what does."""
        queues = Queues(self.stage.system.stack)

        def is_over(follower: Follower) -> bool:
            is_final = len(self._final(follower)) >= trades
            return is_final and is_settled(follower.client.portfolio(follower.follow_id))

        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            self.stage.system.check()
            if not queues.waiting_copies(1) and all(map(is_over, self.followers)):
                return
            time.sleep(LOOK_SECONDS)

    def _final(self, follower: Follower) -> list[dict[str, Any]]:
        return [one for one in self._receipts(follower) if CopyStatus(one["status"]).is_terminal]

    def _receipts(self, follower: Follower) -> list[dict[str, Any]]:
        return list(follower.client.copies(follower.follow_id))


@contextmanager
def judged_run(folder: Path, trades: int) -> Iterator[JudgedRun]:
    """Start the venue, with the first trades of the sample, and the cloud; stop both on exit."""
    recording = short_recording(folder / "fills.json", trades)
    with (
        refusals_noted(folder / "refused-connections.log") as refusals,
        SimulatorProcess.start(folder, ANY_PORT, recording=recording) as simulator,
    ):
        run = JudgedRun(folder, recording, simulator, refusals)
        try:
            run.bring_up()
            yield run
        finally:
            run.stop()
