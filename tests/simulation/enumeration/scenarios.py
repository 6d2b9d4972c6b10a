"""Short lives of follows, which together make every call that the copy path knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from tests.fakes.builders import LEADER, limits, ratio
from tests.fakes.venue import Fault
from tests.simulation.enumeration.planned import PlannedWorld
from tests.simulation.world import LEADERS
from understudy.adapters.following import FOLLOWS_PER_SHARD
from understudy.domain.follows import FollowStatus, PauseReason
from understudy.domain.limits import CopyMode, DrawdownBasis, Limits, OnStop
from understudy.domain.markets import HYPERLIQUID

BEGIN_MS = 3_000
PAUSE_MS = 4_000
SECOND_MS = 1_000
HOUR_MS = 3_600_000
BTC = "BTC"


@dataclass(frozen=True, slots=True)
class Stage:
    """What a scenario moves."""

    world: PlannedWorld

    def follow(
        self, name: str = "1", leader: str = LEADER, wallet: str = "1", **changes: object
    ) -> None:
        """Have somebody copy a tenth of a leader's size."""
        allowed: Limits = limits(
            ratio("10"),
            copy_budget_usdc=Decimal(100_000),
            max_copy_age_seconds=300,
            entries_per_minute=300,
        )
        self.world.follow(name, wallet, leader, replace(allowed, **changes))  # type: ignore[arg-type]  # limits by name

    def trade(self, signed_size: str, *, leader: str = LEADER, pause_ms: int = PAUSE_MS) -> None:
        """Let a leader trade, and some time pass."""
        fill = self.world.execute(leader, BTC, Decimal(signed_size))
        self.world.watch.expect(leader, fill)
        self.world.loop.sleep(pause_ms)

    def stop(self, status: FollowStatus) -> None:
        """Let the user stop the follow."""
        [follow] = self.world.table.follows.values()
        reason = PauseReason.USER if status is FollowStatus.PAUSED else None
        last_seq = 0
        if status is FollowStatus.DELETING:
            last_seq = self.world.leaves(follow)
        stopped = replace(follow, status=status, pause_reason=reason, end_seq=last_seq)
        self.world.directory.replace(stopped)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A life: what stands before its first call, and what happens then.

    `listener_life_ms` above 0 has the listener's calls struck too; each lives so long.
    """

    name: str
    prepare: Callable[[Stage], None]
    play: Callable[[Stage], None]
    listener_life_ms: int = 0


def _trades(*sizes: str) -> Callable[[Stage], None]:
    def play(stage: Stage) -> None:
        for size in sizes:
            stage.trade(size)

    return play


def _in_two_shards(stage: Stage) -> None:
    stage.world.table.follow_counts[HYPERLIQUID, LEADER] = FOLLOWS_PER_SHARD
    stage.follow()


def _on_one_wallet(stage: Stage) -> None:
    for name, leader in zip("12", LEADERS, strict=True):
        stage.follow(name, leader)


def _on_two_wallets(stage: Stage) -> None:
    for name in "12":
        stage.follow(name, wallet=name)


def _moved_unseen(stage: Stage) -> None:
    """Let a leader's position change without a fill, as by a settlement of the venue's."""
    stage.trade("20")
    account = stage.world.venue.books.account(LEADER)
    account.positions[BTC] = replace(account.positions[BTC], size=Decimal(15))
    stage.world.loop.sleep(125 * SECOND_MS)
    stage.trade("-15")


def _contested(stage: Stage) -> None:
    for size in ("20", "-20"):
        for leader in LEADERS:
            stage.trade(size, leader=leader)


def _limited_once(stage: Stage) -> None:
    stage.world.venue.faults.extend((None, Fault.RATE_LIMITED))
    _trades("20", "-20")(stage)


def _without_answers(stage: Stage) -> None:
    """Let an entry land unheard and an exit never, both sent twice."""
    lost = (Fault.NEVER_ARRIVES, Fault.NEVER_ARRIVES)
    stage.world.venue.faults.extend((None, Fault.TIMES_OUT_AFTER_ACCEPT, Fault.NEVER_ARRIVES))
    stage.trade("20", pause_ms=16 * SECOND_MS)
    stage.world.venue.faults.extend(lost)
    stage.trade("-20", pause_ms=24 * SECOND_MS)


def _little_by_little(stage: Stage) -> None:
    stage.trade("20")
    stage.world.venue.books.depths[BTC] = Decimal("0.4")
    stage.trade("-15", pause_ms=SECOND_MS)
    stage.trade("-5", pause_ms=10 * SECOND_MS)


def _deleted(stage: Stage) -> None:
    stage.trade("20")
    stage.stop(FollowStatus.DELETING)
    stage.trade("-20")


def _closed_by_the_user(stage: Stage) -> None:
    stage.trade("20")
    stage.stop(FollowStatus.PAUSED)
    stage.world.loop.sleep(60 * SECOND_MS)
    stage.trade("-20")


def _before_the_hour(stage: Stage) -> None:
    stage.follow(drawdown_basis=DrawdownBasis.EQUITY)
    stage.world.loop.leap(HOUR_MS - 20 * SECOND_MS)


def _over_the_hour(stage: Stage) -> None:
    stage.trade("20", pause_ms=400 * SECOND_MS)
    stage.trade("-20")


def _handed_over(stage: Stage) -> None:
    """Let another listener take over between two trades."""
    stage.trade("20", pause_ms=60 * SECOND_MS)
    stage.trade("-20")


SCENARIOS = (
    Scenario("open and close", Stage.follow, _trades("20", "-20")),
    Scenario("add and reduce", Stage.follow, _trades("20", "10", "-15", "-15")),
    Scenario("flip", Stage.follow, _trades("20", "-40", "20")),
    Scenario("slices", Stage.follow, _trades("0.6", "0.6", "-1.2")),
    Scenario(
        "window",
        lambda stage: stage.follow(mode=CopyMode.THROTTLED, throttle_window_ms=2_500),
        _trades("20", "-40", "20"),
    ),
    Scenario("little by little", Stage.follow, _little_by_little),
    Scenario("limited once", Stage.follow, _limited_once),
    Scenario("without answers", Stage.follow, _without_answers),
    Scenario("two follows, one wallet", _on_one_wallet, _contested),
    Scenario("two wallets", _on_two_wallets, _trades("20", "-20")),
    Scenario("two shards", _in_two_shards, _trades("20", "-20")),
    Scenario("moved unseen", Stage.follow, _moved_unseen),
    Scenario("deleted", Stage.follow, _deleted),
    Scenario(
        "closed by the user",
        lambda stage: stage.follow(on_stop=OnStop.CLOSE_NOW),
        _closed_by_the_user,
    ),
    Scenario("over the hour", _before_the_hour, _over_the_hour),
    Scenario("handed over", Stage.follow, _handed_over, listener_life_ms=90 * SECOND_MS),
)
