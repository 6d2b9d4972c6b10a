"""Stages a run for the judge: a leader trades, honest followers copy, an honest venue keeps books.

Written apart from the judge and from the system, in decimals, so that neither can excuse the other.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.unit.judge.honest_follower import Follower
from tests.unit.judge.moves import Move

LEADER = "0x" + "1e" * 20
START_MS = 1_780_000_000_000
RECORDED_MS = 1_600_000_000_000
MARKETS = {"BTC": 3, "ETH": 2, "SOL": 1}
MAX_LEVERAGE = 10


def trade_id(symbol: str, side: str, time_ms: int) -> str:
    state = hashlib.sha256()
    for part in ("hyperliquid", LEADER, symbol, side, str(time_ms), "0"):
        state.update(len(part.encode()).to_bytes(4, "big") + part.encode())
    return state.hexdigest()


@dataclass
class Stage:
    """One run being staged; `step_ms` passes on the wall between two releases."""

    followers: list[Follower]
    step_ms: int = 2_000
    wait_ms: int = 120_000
    positions: dict[str, Decimal] = field(default_factory=dict)
    prices: dict[str, Decimal] = field(default_factory=dict)
    recording: list[dict[str, Any]] = field(default_factory=list)
    leader_fills: list[dict[str, Any]] = field(default_factory=list)
    releases: list[dict[str, Any]] = field(default_factory=list)
    recorded_ms: int = RECORDED_MS

    def trade(self, symbol: str, size: str, price: str, *, gap_ms: int = 61_000) -> Stage:
        """Let the leader trade a signed size, `gap_ms` after the last trade, in two fills."""
        self.recorded_ms += gap_ms if self.recording else 0
        signed = Decimal(size)
        start = self.positions.get(symbol, Decimal(0))
        shifted_ms = self.recorded_ms - RECORDED_MS + START_MS
        sent_ms = START_MS + self.step_ms * len(self.releases)
        side = "buy" if signed > 0 else "sell"
        self._record(symbol, signed, Decimal(price), start)
        self.positions[symbol] = start + signed
        self.prices[symbol] = Decimal(price)
        self.releases.append(
            {"symbol": symbol, "side": side, "time_ms": shifted_ms, "sent_ms": f"{sent_ms}.25"}
        )
        move = Move(
            trade_id=trade_id(symbol, side, shifted_ms),
            seq=len(self.releases),
            symbol=symbol,
            signed=signed,
            price=Decimal(price),
            start=start,
            time_ms=shifted_ms,
            sent_ms=sent_ms,
            size_decimals=MARKETS[symbol],
        )
        for follower in self.followers:
            follower.copy(move, self.prices)
        return self

    def evidence(self) -> dict[str, Any]:
        """Give the run as plain JSON."""
        return {
            "venue": "hyperliquid",
            "leader": LEADER,
            "taken_ms": START_MS + self.step_ms * len(self.releases) + self.wait_ms,
            "recording": self.recording,
            "release": self.releases,
            "markets": {
                symbol: {
                    "size_decimals": decimals,
                    "max_leverage": MAX_LEVERAGE,
                    "min_notional": "10",
                }
                for symbol, decimals in MARKETS.items()
            },
            "books": {
                LEADER: {
                    "purses": {"": "1000000"},
                    "orders": [],
                    "positions": {},
                    "fills": self.leader_fills,
                    "leverages": {symbol: {"value": 5} for symbol in MARKETS},
                },
                **{follower.wallet: follower.book() for follower in self.followers},
            },
            "follows": [follower.follow() for follower in self.followers],
        }

    def _record(self, symbol: str, signed: Decimal, price: Decimal, start: Decimal) -> None:
        unit = Decimal(1).scaleb(-MARKETS[symbol])
        first = (signed / 2).quantize(unit)
        for part in (first, signed - first) if first else (signed,):
            fill = {
                "coin": symbol,
                "side": "B" if signed > 0 else "A",
                "px": str(price),
                "sz": str(abs(part)),
                "time": self.recorded_ms,
                "startPosition": str(start),
                "tid": len(self.recording) + 1,
                "oid": 1,
                "fee": "0",
            }
            self.recording.append(fill)
            shifted = self.recorded_ms - RECORDED_MS + START_MS
            self.leader_fills.append({**fill, "time": shifted})
            start += part
