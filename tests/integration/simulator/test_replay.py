"""A recorded leader released into the venue, as everybody can watch it."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests
import websocket

from simulators.hyperliquid.addresses import named_address
from simulators.hyperliquid.replay.pacing import TRADES_PER_REPORT
from simulators.hyperliquid.replay.recording import load_recording
from simulators.hyperliquid.replay.trades import group_trades
from tests.patience import PATIENCE_SECONDS, eventually

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = ROOT / "simulators/hyperliquid/recordings/sample.json.gz"
LEADERS = ROOT / "tests/recordings/hyperliquid/leader_fills_2026-07.json.gz"
IOC = {"limit": {"tif": "Ioc"}}
LEADER = named_address("sample")
BUY = True
A_SCREEN = 1_000
"""How many characters of an answer somebody reads at once."""


def report_until_finished(bench: Any) -> Any:
    def finished() -> bool:
        bench.control("replay/lag", seconds="0.1")
        return bool(bench.look("replay")["state"] == "finished")

    eventually(finished)
    return bench.look("replay")


def state_of(bench: Any, address: str, dex: str) -> dict[str, str]:
    question = {"type": "clearinghouseState", "user": address, "dex": dex}
    held = bench.post("/info", question).json()["assetPositions"]
    return {entry["position"]["coin"]: entry["position"]["szi"] for entry in held}


def fills_from(bench: Any, address: str, start_ms: int) -> list[dict[str, Any]]:
    question = {"type": "userFillsByTime", "user": address, "startTime": start_ms}
    found: list[dict[str, Any]] = bench.post("/info", question).json()
    return found


def test_a_loaded_recording_is_listed_before_anything_is_released(bench: Any) -> None:
    view = bench.control("replay/load", recording=str(SAMPLE))

    assert (view["state"], view["released_trades"], view["total_trades"]) == ("idle", 0, 121)
    assert view["leader_address"] == LEADER
    assert bench.post("/info", {"type": "allMids"}).json()["HYPE"] == "60.883"
    assert "xyz:BRENTOIL" in bench.post("/info", {"type": "allMids", "dex": "xyz"}).json()
    value = bench.post("/info", {"type": "clearinghouseState", "user": LEADER}).json()
    assert value["marginSummary"]["accountValue"] == "500000.0"


def test_the_whole_sample_leaves_once_and_in_order(bench: Any) -> None:
    bench.control("replay/start", recording=str(SAMPLE), speed="max")
    view = report_until_finished(bench)

    recording = load_recording(SAMPLE, None)
    found = fills_from(bench, LEADER, 0)
    shift_ms = found[0]["time"] - recording.fills[0].time_ms

    assert view["released_fills"] == len(recording.fills) == len(found)
    assert [f["tid"] for f in found] == [fill.tid for fill in recording.fills]
    assert {f["time"] - fill.time_ms for f, fill in zip(found, recording.fills, strict=True)} == {
        shift_ms
    }
    released = [
        (t["symbol"], t["side"], t["time_ms"] - shift_ms) for t in bench.look("replay/trades")
    ]
    trades = group_trades(recording.fills)
    assert released == [(trade.symbol, trade.side, trade.time_ms) for trade in trades]
    assert state_of(bench, LEADER, "") == {}
    assert state_of(bench, LEADER, "xyz") == {"xyz:BRENTOIL": "72.91"}
    assert len(str(bench.control("replay/stop"))) < A_SCREEN  # however long the recording is


def test_the_first_fill_is_now_and_rate_windows_are_off_at_max(bench: Any) -> None:
    bench.control("rules", rate_limits=True)
    before_ms = bench.look("health")["time_ms"]

    bench.control("replay/start", recording=str(SAMPLE), speed="max")
    report_until_finished(bench)

    assert bench.look("health")["rate_limits"] == "off"
    first = fills_from(bench, LEADER, 0)[0]
    assert before_ms <= first["time"] <= bench.look("health")["time_ms"]


def test_one_trade_is_one_frame_with_both_users_and_the_takers_side(bench: Any) -> None:
    bench.control("replay/load", recording=str(SAMPLE))
    socket = websocket.create_connection(
        bench.venue.url.replace("http", "ws") + "/ws", timeout=PATIENCE_SECONDS
    )
    wanted = {"type": "trades", "coin": "HYPE"}
    socket.send(json.dumps({"method": "subscribe", "subscription": wanted}))
    socket.recv()

    burst = next(t for t in group_trades(load_recording(SAMPLE, None).fills) if len(t.fills) == 55)
    bench.control("replay/start", speed="1000", limit=burst.index + 1)
    trades = json.loads(socket.recv())["data"]
    socket.close()

    assert len(trades) == 55
    assert {(trade["side"], trade["users"][0] == LEADER) for trade in trades} == {("B", True)}
    assert all(trade["users"][1] != LEADER for trade in trades)


def test_nothing_leaves_while_the_lag_is_unknown_or_high(bench: Any) -> None:
    bench.control("replay/start", recording=str(SAMPLE), speed="max")
    assert bench.look("replay")["released_trades"] == 0

    bench.control("replay/lag", seconds="2.0")
    assert bench.look("replay")["released_trades"] == 0

    bench.control("replay/lag", seconds="1.99")
    eventually(lambda: bench.look("replay")["released_trades"] == TRADES_PER_REPORT)


def test_recorded_gaps_pace_the_release_within_a_second(bench: Any) -> None:
    began_ms = bench.look("health")["time_ms"]
    bench.control("replay/start", recording=str(SAMPLE), speed="10", limit=4)

    eventually(lambda: bench.look("replay")["state"] == "finished")
    trades = bench.look("replay/trades")
    after_ms = [Decimal(trade["sent_ms"]) - began_ms for trade in trades]
    # They were 90 s long: nine at this speed, were they not shortened to one second before.
    assert all(98 * gaps <= ms < 9_000 * (gaps + 1) for gaps, ms in enumerate(after_ms))


def test_latency_is_told_by_the_venues_clock(bench: Any, trader: Any) -> None:
    bench.control("replay/start", recording=str(SAMPLE), speed="10", limit=1)
    eventually(lambda: bench.look("replay")["state"] == "finished")
    trader.order("ETH", BUY, 0.1, 1950, IOC)

    told = bench.look("latency")

    (order,) = told["orders"]
    assert order["user"] == trader.wallet.address.lower()
    assert Decimal(order["received_ms"]) > Decimal(told["trades"][0]["sent_ms"])


def test_a_replay_can_be_stopped_and_another_loaded(bench: Any) -> None:
    bench.control("replay/start", recording=str(SAMPLE), speed="1")
    refused = bench.post("/_simulator/replay/load", {"recording": str(SAMPLE)})
    assert refused.status_code == 400
    assert "running" in refused.json()["error"]

    assert bench.control("replay/stop")["state"] == "stopped"
    assert bench.control("replay/load", recording=str(SAMPLE))["state"] == "idle"
    assert fills_from(bench, LEADER, 0) == []


def test_what_was_replayed_is_loaded_again_without_its_path(bench: Any) -> None:
    bench.control("replay/load", recording=str(SAMPLE), equity_usd="500")
    for _ in range(2):
        bench.control("replay/start", speed="1", limit=1)
        eventually(lambda: bench.look("replay")["state"] == "finished")
        refused = bench.post("/_simulator/replay/start", {})
        assert "replay/load with {} loads it again" in refused.json()["error"]

        view = bench.control("replay/load")

        assert (view["state"], view["leader_address"]) == ("idle", LEADER)
        assert (view["released_trades"], view["total_trades"]) == (0, 121)
        value = bench.post("/info", {"type": "clearinghouseState", "user": LEADER}).json()
        assert value["marginSummary"]["accountValue"] == "250.0"


def test_nothing_is_loaded_again_where_nothing_was(bench: Any) -> None:
    refused = bench.post("/_simulator/replay/load", {})

    assert refused.status_code == 400
    assert "recording must be a string" in refused.json()["error"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "no recording is loaded"),
        ({"recording": "/nowhere.json"}, "cannot read"),
        ({"fills": []}, "no fills"),
        ({"speed": "fast", "fills": []}, "speed must be"),
        ({"colour": "red"}, "unknown keys"),
    ],
)
def test_a_start_that_cannot_be_is_refused_with_the_reason(
    bench: Any, body: dict[str, Any], says: str
) -> None:
    answer = requests.post(
        f"{bench.venue.url}/_simulator/replay/start", json=body, timeout=PATIENCE_SECONDS
    )

    assert answer.status_code == 400
    assert says in answer.json()["error"]


@pytest.mark.parametrize("name", ["acc2", "acc5", "acc6", "acc7"])
def test_each_real_leader_is_replayed_to_its_last_position(bench: Any, name: str) -> None:
    bench.control("replay/start", recording=str(LEADERS), leader=name, speed="max")
    view = report_until_finished(bench)

    recording = load_recording(LEADERS, name)
    last = {fill.coin: fill.start_position + fill.signed_size for fill in recording.fills}
    held = state_of(bench, view["leader_address"], "")
    if any(":" in coin for coin in last):
        held |= state_of(bench, view["leader_address"], "xyz")
    assert {coin: Decimal(size) for coin, size in held.items()} == {
        coin: size for coin, size in last.items() if size
    }
