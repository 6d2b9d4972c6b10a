"""The trade stream against the stand-in venue: history, news, silence, and sudden ends."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import urllib3

from simulators.hyperliquid.thread import SimulatorThread
from tests.patience import PATIENCE_MS
from understudy.adapters.clock import SystemClock
from understudy.adapters.memory.clock import ManualClock
from understudy.adapters.venues.hyperliquid.stream import HyperliquidStream
from understudy.domain.errors import VenueUnreachableError
from understudy.domain.trades import Side
from understudy.ports.stream import (
    PricesSeen,
    StreamClosed,
    StreamEvent,
    StreamRefusal,
    Subscribed,
    TradesSeen,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.integration

LEADER = "leader"
WAIT_MS = 200


class Bench:
    """A venue that replays one trade after the other, and streams to be closed."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._pool = urllib3.PoolManager(retries=False)
        self._opened: list[HyperliquidStream] = []

    def stream(self, **options: Any) -> HyperliquidStream:
        stream = HyperliquidStream(self.url, options.pop("clock", SystemClock()), **options)
        self._opened.append(stream)
        stream.connect()
        return stream

    def trade(self) -> None:
        """Let the leader buy one SOL."""
        fill = {"coin": "SOL", "px": "100", "sz": "1", "side": "B", "time": 1, "oid": 1, "tid": 1}
        rest = {"startPosition": "0", "dir": "Open Long", "closedPnl": "0", "crossed": True}
        costs = {"fee": "0.045", "feeToken": "USDC", "hash": "0x" + "00" * 32}
        self.command("replay/start", fills=[fill | rest | costs], leader=LEADER, speed="max")
        self.command("replay/lag", seconds="0")

    def command(self, path: str, **body: Any) -> None:
        answer = self._pool.request("POST", f"{self.url}/_simulator/{path}", json=body)
        assert answer.status == 200, answer.data

    def close(self) -> None:
        for stream in self._opened:
            stream.close()
        self._pool.clear()


@pytest.fixture
def bench() -> Iterator[Bench]:
    with SimulatorThread() as simulator:
        bench = Bench(simulator.url)
        yield bench
        bench.close()


def _next(stream: HyperliquidStream, *kinds: type[StreamEvent]) -> Any:
    for _ in range(PATIENCE_MS // WAIT_MS):
        event = stream.receive(WAIT_MS)
        if isinstance(event, kinds):
            return event
    return None


def test_a_venue_that_is_not_there_is_unreachable() -> None:
    with pytest.raises(VenueUnreachableError):
        HyperliquidStream("http://127.0.0.1:9", SystemClock()).connect()


def test_an_unknown_symbol_closes_the_socket_and_is_among_the_unconfirmed(bench: Bench) -> None:
    stream = bench.stream()
    stream.subscribe(["SOL"])
    assert _next(stream, Subscribed) == Subscribed("SOL")
    stream.subscribe(["NOSUCH"])

    assert _next(stream, StreamClosed) == StreamClosed(("NOSUCH",))
    assert stream.receive(0) == StreamClosed(("NOSUCH",))


def test_a_disconnect_is_told(bench: Bench) -> None:
    stream = bench.stream()
    stream.subscribe(["SOL"])
    assert _next(stream, Subscribed) is not None
    bench.command("halt", seconds=5)

    assert _next(stream, StreamClosed) == StreamClosed(())


def test_a_socket_that_falls_silent_grows_old(bench: Bench) -> None:
    clock = ManualClock(1_000_000)
    stream = bench.stream(clock=clock)
    stream.subscribe(["SOL"])
    assert _next(stream, Subscribed) is not None
    clock.advance(20_000)

    assert stream.receive(20) is None
    assert stream.silent_ms() == 20_000
    assert stream.ages_ms() == {"SOL": 20_000}


def test_a_ping_is_sent_in_time_and_its_answer_ends_the_silence(bench: Bench) -> None:
    clock = ManualClock(1_000_000)
    stream = bench.stream(clock=clock)
    clock.advance(30_000)

    assert stream.receive(PATIENCE_MS) is None
    assert stream.silent_ms() == 0


def test_a_subscription_is_asked_for_once(bench: Bench) -> None:
    stream = bench.stream()
    stream.subscribe(["SOL", "SOL"])
    stream.subscribe(["SOL"])

    assert _next(stream, Subscribed) == Subscribed("SOL")
    stream.subscribe(["BTC"])
    assert _next(stream, StreamRefusal, Subscribed) == Subscribed("BTC")


def test_news_is_news_from_the_first_frame_on(bench: Bench) -> None:
    clock = ManualClock(1_000_000)
    stream = bench.stream(clock=clock)
    stream.subscribe(["SOL"])
    assert _next(stream, Subscribed) is not None
    clock.advance(20_000)
    bench.trade()

    seen = _next(stream, TradesSeen)

    buyer = seen.trades[0].buyer
    (found,) = seen.fills_of({buyer})
    assert (found.fill.side, found.fill.size, found.fill.price) == (Side.BUY, 1, 100)
    assert stream.ages_ms() == {"SOL": 0}


def test_a_symbol_that_is_subscribed_anew_repeats_what_was_said(bench: Bench) -> None:
    stream = bench.stream()
    stream.subscribe(["SOL"])
    assert _next(stream, Subscribed) is not None
    bench.trade()
    first = _next(stream, TradesSeen)

    stream.renew(["SOL"])

    assert stream.unconfirmed() == ("SOL",)
    repeated = _next(stream, TradesSeen, StreamRefusal)
    assert repeated.trades == first.trades
    assert stream.unconfirmed() == ()


def test_a_successor_hears_what_was_said_before_it_came(bench: Bench) -> None:
    holder = bench.stream()
    holder.subscribe(["SOL"])
    assert _next(holder, Subscribed) is not None
    bench.trade()
    first = _next(holder, TradesSeen)
    starter = bench.stream()
    starter.subscribe(["SOL"])

    repeated = _next(starter, TradesSeen)

    assert repeated.trades == first.trades


def test_prices_of_a_dex_come_with_the_subscription(bench: Bench) -> None:
    bench.command("prices", symbol="SOL", price="123")
    stream = bench.stream()
    stream.subscribe_prices([""])

    seen = _next(stream, PricesSeen)

    assert seen.dex == ""
    assert seen.prices["SOL"] == Decimal(123)


def test_closing_twice_is_harmless(bench: Bench) -> None:
    stream = bench.stream()
    stream.close()
    stream.close()

    assert stream.receive(0) == StreamClosed(())
