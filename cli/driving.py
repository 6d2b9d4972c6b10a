"""Drives a run: waits until the leader is watched, releases the recording, waits for the copies."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from cli.backlog import Pace, Queues
from cli.errors import CommandError
from cli.evidence import Receipts
from cli.followers import Follower
from cli.latencies import LONG_RUN_TRADES, WARM_UP_TRADES
from cli.progress import Progress
from cli.system import System
from understudy.adapters.aws.leader_store import DynamoLeaderStore
from understudy.adapters.aws.table import Table
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.receipts import CopyStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


MAX_SPEED = "max"
WATCHED_SECONDS = 90
POLL_SECONDS = 0.25
PACED_POLL_SECONDS = 1.0
"""How often a run with a pace is looked at; each look is three calls of the cloud."""
RECEIPTS_SECONDS = 1.0
SETTLED_SECONDS = 60
ORDERED_FROM_USD = Decimal(10)
PATIENCE_SECONDS = 45
"""How long nothing may change before the copies still open are left to the judge."""


@dataclass(frozen=True, slots=True)
class Drive:
    """One run of one recording over these followers."""

    system: System
    leader: str
    followers: Sequence[Follower]
    progress: Progress

    def await_watching(self) -> None:
        """Wait until the leader's book has begun and the listener is connected.

        Raises CommandError LISTENER_NOT_READY.
        """
        session = self.system.stack.session()
        copying = self.system.stack.stack.tables["CopyingTable"]
        leaders = DynamoLeaderStore(Table(session.client("dynamodb"), copying))

        def is_watched() -> bool:
            connected = self.system.bench.look("health")["sockets"] > 0
            return connected and leaders.leader_book(HYPERLIQUID, self.leader).started

        if not self._wait(is_watched, WATCHED_SECONDS):
            raise CommandError(
                "LISTENER_NOT_READY",
                f"the leader's book did not begin within {WATCHED_SECONDS} seconds",
                "run again with --state FOLDER and read FOLDER/cloud/emulator.log",
            )

    def replay(self, speed: str, is_warm: Callable[[int], None]) -> int:
        """Release the recording at a speed; return how many trades left.

        In a longer run with a pace `is_warm` is told once how many trades warmed the functions.
        """
        to_be_warmed = speed != MAX_SPEED
        bench, follows = self.system.bench, len(self.followers)
        queues, pace = Queues(self.system.stack), Pace()
        bench.command("replay/start", speed=speed)
        while True:
            self.system.check()
            view = bench.look("replay")
            released = int(view["released_trades"])
            waiting = queues.waiting_copies(follows)
            now_seconds = Decimal(time.monotonic_ns()) / 10**9
            lag = pace.lag_seconds(now_seconds, released * follows, waiting)
            self.progress.replayed(released, int(view["total_trades"]), waiting)
            if view["state"] != "running":
                return _finished(view)
            is_long = int(view["total_trades"]) > LONG_RUN_TRADES
            if to_be_warmed and is_long and released >= WARM_UP_TRADES and not waiting:
                is_warm(released)
                to_be_warmed = False
            if speed == MAX_SPEED:
                bench.command("replay/lag", seconds=str(lag))
            time.sleep(POLL_SECONDS if speed == MAX_SPEED else PACED_POLL_SECONDS)

    def await_copies(self, trades: int) -> dict[str, Receipts]:
        """Wait until every follow has a final receipt of every trade; return the receipts.

        Gives up when nothing has changed for a while: what is open then is for the judge to find.
        """
        wanted, before, changed_at = trades * len(self.followers), -1, time.monotonic()
        queues, follows = Queues(self.system.stack), len(self.followers)
        self._wait(lambda: queues.waiting_copies(follows) == 0, SETTLED_SECONDS)
        # The slower modes order at the end of a window: a while after the copy's receipt.
        for each in self.followers:
            self._wait(partial(_has_settled, each), SETTLED_SECONDS)
        receipts: dict[str, Receipts] = {}
        while True:
            self.system.check()
            for each in self.followers:
                if _final(receipts.get(each.follow_id, ())) < trades:
                    receipts[each.follow_id] = list(each.client.copies(each.follow_id))
            final = sum(_final(those) for those in receipts.values())
            self.progress.copied(final, wanted)
            if final != before:
                before, changed_at = final, time.monotonic()
            if final >= wanted or time.monotonic() - changed_at > PATIENCE_SECONDS:
                return receipts
            time.sleep(RECEIPTS_SECONDS)

    def _wait(self, is_done: Callable[[], bool], seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.system.check()
            if is_done():
                return True
            time.sleep(POLL_SECONDS)
        return False


def _finished(view: dict[str, Any]) -> int:
    if view["state"] == "failed":
        raise CommandError(
            "REPLAY_FAILED",
            f"the replay broke off after {view['released_trades']} trades",
            "check the recording: simulator.log in --state FOLDER says more",
        )
    return int(view["released_trades"])


def is_settled(portfolio: Mapping[str, Any]) -> bool:
    """Say whether every position is at its target, up to what is too small to order."""
    for each in portfolio["positions"]:
        missing = abs(Decimal(each["target"]) - Decimal(each["held"]))
        too_small = missing * Decimal(each.get("mark", 0)) < ORDERED_FROM_USD
        if each["pending_orders"] or not too_small:
            return False
    return True


def _has_settled(follower: Follower) -> bool:
    return is_settled(follower.client.portfolio(follower.follow_id))


def _final(receipts: Iterable[Mapping[str, Any]]) -> int:
    return sum(CopyStatus(each["status"]).is_terminal for each in receipts)
