"""A replayed leader, heard on the stream and listed by the venue: each fill is one trade, once."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import urllib3

from simulators.hyperliquid.addresses import named_address
from simulators.hyperliquid.thread import SimulatorThread
from tests.fakes.builders import limits, ratio
from tests.fakes.world import World
from tests.patience import PATIENCE_MS
from understudy.adapters.clock import SystemClock
from understudy.adapters.venues.hyperliquid.client import HyperliquidVenue
from understudy.adapters.venues.hyperliquid.constants import Chain
from understudy.adapters.venues.hyperliquid.rest import Rest
from understudy.adapters.venues.hyperliquid.stream import HyperliquidStream
from understudy.domain.ids import FollowId
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.receipts import CopyStatus
from understudy.domain.trades import Fill
from understudy.messages import LeaderFills
from understudy.ports.stream import Subscribed, TradesSeen
from understudy.workflows.leader_sync import sync_leader
from understudy.workflows.watching.numbering import SyncPorts

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.integration

LEADER = named_address("leader")
ZERO_HASH = "0x" + "0" * 64
SLICE_MS = 1_000
WAIT_MS = 200


class Replay:
    """A recording at the stand-in venue, and the copy path that watches its leader there."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool = urllib3.PoolManager(retries=False)
        self._clock = SystemClock()
        self.stream = HyperliquidStream(url, self._clock)
        patient = Rest(url, connect_timeout_ms=PATIENCE_MS, read_timeout_ms=PATIENCE_MS)
        self.listed = HyperliquidVenue(patient, Chain.TESTNET, self._clock)

    def begin(self, fills: list[dict[str, Any]]) -> None:
        """Load the recording and follow its leader with 100 %."""
        self._command("replay/load", fills=fills, leader="leader")
        self.world = World(self.listed.markets())
        self.world.clock.move_to(self._clock.now_ms())
        whole = limits(ratio("100"), copy_budget_usdc=Decimal(100_000))
        self.follow: FollowId = self.world.follow(whole, leader=LEADER)
        self.stream.connect()
        self.stream.subscribe(["SOL"])
        self._await(Subscribed)
        self._sync()

    def release(self) -> list[Fill]:
        """Release all of it; gives the leader's fills as they were heard."""
        self._command("replay/start", speed="max")
        heard: list[Fill] = []
        while len(heard) < self._look()["total_trades"]:
            self._command("replay/lag", seconds="0")
            heard += [seen.fill for seen in self._await(TradesSeen).fills_of({LEADER})]
        return heard

    def copy(self, fills: list[Fill]) -> None:
        """Copy what was heard, each at its own time."""
        for fill in fills:
            self.world.clock.move_to(max(fill.time_ms, self.world.clock.now_ms()))
            self._sync(fill)

    def repair(self) -> None:
        """Have the venue's own lists looked through."""
        self._sync(after_gap=True)

    def trades(self) -> list[Decimal]:
        trades = self.world.leaders.trades_since(HYPERLIQUID, LEADER, 0, 1000)
        assert not any(trade.correction for trade in trades)
        return [trade.signed_size for trade in trades]

    def close(self) -> None:
        self.stream.close()
        self._pool.clear()

    def _sync(self, *fills: Fill, after_gap: bool = False) -> None:
        world = self.world
        ports = SyncPorts(world.sync_ports.fan_out, world.markets, {HYPERLIQUID: self.listed})
        for fill in fills:
            world.price(fill.symbol, str(fill.price))
        sync_leader(ports, [LeaderFills(HYPERLIQUID, LEADER, fills, after_gap)])
        world.pump()

    def _await(self, kind: Any) -> Any:
        for _ in range(PATIENCE_MS // WAIT_MS):
            event = self.stream.receive(WAIT_MS)
            if isinstance(event, kind):
                return event
        raise AssertionError(f"the stream told of no {kind.__name__}")

    def _look(self) -> Any:
        return self._pool.request("GET", f"{self._url}/_simulator/replay").json()

    def _command(self, path: str, **body: Any) -> None:
        answer = self._pool.request("POST", f"{self._url}/_simulator/{path}", json=body)
        assert answer.status == 200, answer.data


@pytest.fixture
def replay() -> Iterator[Replay]:
    with SimulatorThread(rate_limits=False) as simulator:
        replay = Replay(simulator.url)
        yield replay
        replay.close()


def recorded(*sizes: str, **changes: Any) -> list[dict[str, Any]]:
    """Give one fill for each signed size, a slice's time apart; `changes` are of the last one."""
    fills, held = [], Decimal(0)
    for number, size in enumerate(map(Decimal, sizes), start=1):
        fill = {
            "coin": "SOL",
            "px": "100",
            "sz": str(abs(size)),
            "side": "B" if size > 0 else "A",
            "time": number * SLICE_MS,
            "startPosition": str(held),
            "dir": "Open Long" if size > 0 else "Close Long",
            "closedPnl": "0",
            "hash": ZERO_HASH,
            "oid": number,
            "tid": number,
            "crossed": True,
            "fee": "0",
        }
        fills.append(fill)
        held += size
    fills[-1] |= changes
    return fills


def test_slices_that_are_heard_and_listed_under_their_own_question_are_one_trade_each(
    replay: Replay,
) -> None:
    replay.begin([fill | {"twapId": 7} for fill in recorded("2", "3", "-1", "-4")])

    heard = replay.release()
    replay.copy(heard)
    for _ in range(2):
        replay.repair()

    listed = replay.listed.fills_since(LEADER, 0)
    assert [fill.key for fill in listed] == [fill.key for fill in heard]
    assert replay.trades() == [2, 3, -1, -4]
    assert replay.world.orders_at_venue(replay.follow) == 4
    assert replay.world.held_at_venue(replay.follow) == 0


def test_slices_that_nobody_heard_are_found_under_their_own_question(replay: Replay) -> None:
    replay.begin([fill | {"twapId": 7} for fill in recorded("2", "3", "-1")])
    replay.release()

    for _ in range(2):
        replay.repair()

    assert replay.trades() == [2, 3, -1]


@pytest.mark.parametrize("method", ["market", "backstop"])
@pytest.mark.parametrize("is_heard", [True, False], ids=["heard", "unheard"])
def test_a_leader_who_is_liquidated_closes_the_copy_once(
    replay: Replay, method: str, *, is_heard: bool
) -> None:
    liquidation = {"liquidatedUser": LEADER, "markPx": "100", "method": method}
    replay.begin(recorded("5", "-5", dir="Liquidated Cross Long", liquidation=liquidation))

    opened, closed = replay.release()
    replay.copy([opened, closed] if is_heard else [opened])
    for _ in range(2):
        replay.repair()

    assert replay.listed.fills_since(LEADER, 0)[-1].liquidated_user == LEADER
    assert replay.trades() == [5, -5]
    receipts = replay.world.receipts(replay.follow)
    assert [receipt.status for receipt in receipts] == [CopyStatus.DONE] * 2
    assert replay.world.orders_at_venue(replay.follow) == 2
    assert replay.world.held_at_venue(replay.follow) == 0
