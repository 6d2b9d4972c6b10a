"""Releases a loaded recording, trade by trade, and keeps the evidence of when each one left."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from simulators.hyperliquid.addresses import named_address
from simulators.hyperliquid.clock import NS_PER_MS, to_ms_text
from simulators.hyperliquid.engine.account import Account
from simulators.hyperliquid.engine.venue import Venue
from simulators.hyperliquid.replay.leader import (
    book_fills,
    list_symbols,
    place_leader,
    publish_fills,
)
from simulators.hyperliquid.replay.pacing import LagGate, Pace
from simulators.hyperliquid.replay.recording import Recording
from simulators.hyperliquid.replay.trades import LeaderTrade, group_trades

IDLE, RUNNING, FINISHED, STOPPED, FAILED = "idle", "running", "finished", "stopped", "failed"
DEFAULT_EQUITY_USD = Decimal(1_000_000)


class ReplayStateError(ValueError):
    """The replay cannot do this now; the text says what to do first."""


@dataclass(frozen=True, slots=True)
class Release:
    """When a trade's frame was sent."""

    trade: LeaderTrade
    sent_ns: int


@dataclass(slots=True)
class Replay:
    """One recording on its way into the venue."""

    venue: Venue
    state: str = IDLE
    recording: Recording | None = None
    equity_usd: Decimal = DEFAULT_EQUITY_USD
    leader: Account | None = None
    trades: list[LeaderTrade] = field(default_factory=list)
    releases: list[Release] = field(default_factory=list)
    gate: LagGate = field(default_factory=LagGate)
    shift_ms: int = 0
    pace: Pace | None = None
    task: asyncio.Task[None] | None = None
    reported: asyncio.Event = field(default_factory=asyncio.Event)

    def load(self, recording: Recording, equity_usd: Decimal = DEFAULT_EQUITY_USD) -> None:
        """List the symbols and open the leader's account; nothing is released yet."""
        if self.state == RUNNING:
            raise ReplayStateError("a replay is running; wait for it or stop it first")
        self.recording, self.equity_usd = recording, equity_usd
        self.trades = group_trades(recording.fills)
        self.releases = []
        self.state = IDLE
        self._open_leader(recording)

    def resume(self, recording: Recording, equity_usd: Decimal = DEFAULT_EQUITY_USD) -> None:
        """Load a recording after a restart: a leader in the books keeps them until start."""
        known = self.venue.accounts.get(named_address(recording.leader))
        if known is None:
            self.load(recording, equity_usd)
            return
        self.recording, self.equity_usd, self.leader = recording, equity_usd, known
        self.trades = group_trades(recording.fills)

    def _open_leader(self, recording: Recording) -> None:
        list_symbols(self.venue, recording)
        self.leader = place_leader(self.venue, recording, self.equity_usd)

    def start(self, pace: Pace, limit: int | None = None) -> None:
        """Begin to release, at most ``limit`` trades; the first fill becomes now."""
        if self.recording is None or self.leader is None:
            raise ReplayStateError("no recording is loaded; give 'recording' or 'fills'")
        if self.state != IDLE:
            raise ReplayStateError(
                "this recording was replayed already; replay/load with {} loads it again"
            )
        self.trades = self.trades[:limit]
        if not self.trades:
            raise ReplayStateError("limit must leave at least one trade")
        if self.leader.fills.fills or self.leader.twap_fills.fills:
            self._open_leader(self.recording)
        self.shift_ms = self.venue.now_ms() - self.trades[0].time_ms
        self.pace, self.gate, self.state = pace, LagGate(), RUNNING
        self.task = asyncio.get_running_loop().create_task(self._run(self.leader, pace))

    async def stop(self) -> None:
        """Stop releasing; what is out stays out."""
        if self.task is not None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)
            self.task = None
        if self.state == RUNNING:
            self.state = STOPPED

    def report_lag(self, seconds: Decimal) -> None:
        """Take the system's lag from whoever watches it."""
        self.gate.report(seconds, self.venue.clock.now_ns())
        self.reported.set()

    def view(self) -> dict[str, Any]:
        """Return progress for the control plane."""
        return {
            "state": self.state,
            "leader": self.recording.leader if self.recording else None,
            "leader_address": self.leader.address if self.leader else None,
            "symbols": list(dict.fromkeys(trade.symbol for trade in self.trades)),
            "speed": _speed_text(self.pace),
            "total_trades": len(self.trades),
            "released_trades": len(self.releases),
            "total_fills": sum(len(trade.fills) for trade in self.trades),
            "released_fills": sum(len(release.trade.fills) for release in self.releases),
            "lag_seconds": None if self.gate.lag_seconds is None else str(self.gate.lag_seconds),
        }

    def released(self) -> list[dict[str, Any]]:
        """Return what has left, a row for each trade."""
        return [self._release_view(release) for release in self.releases]

    def _release_view(self, release: Release) -> dict[str, Any]:
        trade = release.trade
        return {
            "index": trade.index,
            "symbol": trade.symbol,
            "side": trade.side,
            "time_ms": trade.time_ms + self.shift_ms,
            "sent_ms": to_ms_text(release.sent_ns),
        }

    async def _run(self, leader: Account, pace: Pace) -> None:
        due_ns = self.venue.clock.now_ns()
        before_ms = self.trades[0].time_ms
        try:
            for trade in self.trades:
                due_ns += pace.delay_ns(trade.time_ms - before_ms)
                before_ms = trade.time_ms
                await self._wait(pace, due_ns)
                self._release(leader, trade)
        except Exception:
            self.state = FAILED
            raise
        self.state = FINISHED

    async def _wait(self, pace: Pace, due_ns: int) -> None:
        clock = self.venue.clock
        if pace.is_closed_loop:
            await asyncio.sleep(0)  # let the frames of the last trade leave first
            while not self.gate.pass_through(clock.now_ns()):
                self.reported.clear()
                await self.reported.wait()
        else:
            await asyncio.sleep(max(0, due_ns - clock.now_ns()) / (1_000 * NS_PER_MS))

    def _release(self, leader: Account, trade: LeaderTrade) -> None:
        book_fills(self.venue, leader, trade.fills, self.shift_ms)
        self.releases.append(Release(trade, self.venue.clock.now_ns()))
        publish_fills(self.venue, leader, trade.fills, self.shift_ms)


def _speed_text(pace: Pace | None) -> str | None:
    if pace is None:
        return None
    return "max" if pace.factor is None else str(pace.factor)
