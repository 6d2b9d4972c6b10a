"""Recordings, their trades and their pace."""

from __future__ import annotations

import gzip
import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from simulators.hyperliquid.clock import ManualClock
from simulators.hyperliquid.engine.margin import total_value
from simulators.hyperliquid.engine.venue import Venue
from simulators.hyperliquid.recordings import make_sample
from simulators.hyperliquid.replay.leader import book_fills, list_symbols, place_leader
from simulators.hyperliquid.replay.pacing import LagGate, read_pace
from simulators.hyperliquid.replay.recording import (
    Recording,
    RecordingError,
    load_recording,
    read_recording,
)
from simulators.hyperliquid.replay.trades import group_trades

SAMPLE = make_sample.TARGET
SHARED = Path(__file__).parents[4] / "shared" / "data" / "hyperliquid"
LEADERS = Path(__file__).parents[2] / "recordings/hyperliquid/leader_fills_2026-07.json.gz"
FILL = {
    "coin": "BTC",
    "px": "100",
    "sz": "2",
    "side": "A",
    "time": 10,
    "startPosition": "3",
    "dir": "Close Long",
    "closedPnl": "20",
    "hash": "0x0",
    "oid": 1,
    "crossed": True,
    "fee": "0.1",
    "tid": 5,
}
EQUITY = Decimal(1_000_000)


def assert_chain_holds(recording: Recording) -> None:
    held: dict[str, Decimal] = {}
    for fill in recording.fills:
        assert held.get(fill.coin, fill.start_position) == fill.start_position
        held[fill.coin] = fill.start_position + fill.signed_size


def assert_no_python(said: str) -> None:
    """Check that a person reads words, not what Python calls its errors and values."""
    for word in ("Error(", "Decimal(", "int()", "'int'", "NoneType", "Expecting", "codec"):
        assert word not in said


def replayed(recording: Recording) -> tuple[Venue, Any]:
    venue = Venue(ManualClock(1_790_000_000_000))
    list_symbols(venue, recording)
    leader = place_leader(venue, recording, EQUITY)
    for trade in group_trades(recording.fills):
        book_fills(venue, leader, trade.fills, 1_000)
    return venue, leader


def test_the_sample_holds_what_it_promises() -> None:
    recording = load_recording(SAMPLE, None)
    trades = group_trades(recording.fills)
    directions = {fill.direction for fill in recording.fills}

    assert recording.leader == "sample"
    assert 100 <= len(trades) <= 130
    assert len({trade.symbol for trade in trades}) >= 5
    assert {"Open Long", "Close Long", "Open Short", "Close Short", "Short > Long"} <= directions
    assert any(fill.liquidation for fill in recording.fills)
    assert max(len(trade.fills) for trade in trades) == 55
    assert_chain_holds(recording)


def test_the_sample_starts_flat_and_is_never_fast() -> None:
    trades = group_trades(load_recording(SAMPLE, None).fills)
    first = {trade.symbol: trade.fills[0] for trade in reversed(trades)}
    busiest = max(
        sum(one.time_ms <= other.time_ms < one.time_ms + 60_000 for other in trades)
        for one in trades
    )

    assert {fill.start_position for fill in first.values()} == {Decimal(0)}
    assert busiest < 60


def test_the_sample_is_made_again_byte_for_byte() -> None:
    assert json.loads(gzip.decompress(make_sample.make(LEADERS))) == json.loads(
        gzip.decompress(SAMPLE.read_bytes())
    )


@pytest.mark.parametrize("name", ["acc2", "acc5", "acc6", "acc7"])
def test_a_real_leaders_books_follow_its_fills(name: str) -> None:
    recording = load_recording(LEADERS, name)
    assert_chain_holds(recording)

    venue, leader = replayed(recording)

    last = {fill.coin: fill for fill in recording.fills}
    for coin, fill in last.items():
        assert leader.size(coin) == fill.start_position + fill.signed_size
        assert venue.universe.by_name[coin].price == fill.price
    assert len(leader.fills.fills) == len(recording.fills)
    assert abs(total_value(leader, venue.universe) / EQUITY - 1) < Decimal("0.05")


@pytest.mark.shared
def test_a_recording_newest_first_is_sorted_and_keeps_the_order_of_a_millisecond() -> None:
    content = json.loads((SHARED / "user_fills.json").read_text())["response"]

    recording = read_recording(content, None)

    times = [fill.time_ms for fill in recording.fills]
    assert times == sorted(times)
    last = [str(fill.start_position) for fill in recording.fills[-3:]]
    assert last == ["4623.5", "4480.8", "731.7"]


def test_unseen_symbols_take_their_decimals_from_the_fills() -> None:
    fills = [FILL | {"coin": "xyz:NEW", "sz": size} for size in ("2", "1.50", "0.25")]
    venue, _ = replayed(read_recording(fills, "anna"))

    market = venue.universe.by_name["xyz:NEW"]

    assert (market.size_decimals, market.max_leverage, market.asset) == (2, 10, 110_000)
    assert venue.universe.dexes == ["", "xyz"]


def test_a_leader_in_position_starts_with_the_profit_it_later_books() -> None:
    venue, leader = replayed(read_recording([FILL], "anna"))

    position = leader.position("BTC")

    assert (position.size, position.entry) == (Decimal(1), Decimal(90))
    assert leader.cash("") == EQUITY + 20 - Decimal("0.1")
    assert leader.fills.fills[0].time_ms == 1_010
    assert venue.universe.by_name["BTC"].price == 100


def test_fills_of_one_symbol_side_and_millisecond_are_one_trade() -> None:
    fills = [
        FILL,
        FILL | {"side": "B"},
        FILL | {"tid": 6},
        FILL | {"time": 11},
        FILL | {"coin": "ETH"},
    ]

    trades = group_trades(read_recording(fills, None).fills)

    assert [len(trade.fills) for trade in trades] == [2, 1, 1, 1]


def test_slices_of_a_twap_are_kept_apart() -> None:
    _, leader = replayed(read_recording([FILL | {"twapId": 7}], None))

    assert leader.fills.fills == []
    assert [fill.twap_id for fill in leader.twap_fills.fills] == [7]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ([], "^the recording is empty: it has no fills$"),
        ({}, "a recording is"),
        ({"leaders": {"a": {"fills": []}}}, "leader 'a' has no fills"),
        ({"leaders": {"a": {"fills": [FILL]}, "b": {"fills": [FILL]}}}, "choose a leader"),
        ([FILL | {"px": 100.0}], "fill 0 of the recording is malformed: px must be a decimal"),
        ([FILL, FILL | {"px": None}], "fill 1 of the recording is malformed: px must be a decimal"),
        ([FILL | {"sz": "-1"}], "sz must be above 0"),
        ([FILL | {"sz": "1e400"}], "sz must be a decimal in text"),
        ([FILL | {"side": "X"}], "side must be B or A"),
        ([FILL | {"side": []}], "side must be B or A"),
        ([FILL | {"time": "1"}], "time must be a whole number"),
        ([FILL | {"coin": {}}], "coin must be text"),
        ([FILL | {"oid": "abc"}], "oid must be a whole number"),
        ([FILL | {"tid": None}], "tid must be a whole number"),
        ([FILL | {"fee": 1}], "fee must be a decimal in text"),
        ([FILL | {"builderFee": 1}], "builderFee must be a decimal in text"),
        ([FILL | {"liquidation": 3}], "liquidation must be an object"),
        ([{**FILL, "startPosition": 1}], "startPosition must be a decimal in text"),
        ([{name: FILL[name] for name in FILL if name not in {"px", "dir"}}], "it lacks px, dir"),
        ([5], "it is no object"),
    ],
)
def test_a_bad_recording_is_refused_in_plain_words(content: Any, says: str) -> None:
    with pytest.raises(RecordingError, match=says) as refused:
        read_recording(json.loads(json.dumps(content), parse_float=Decimal), None)

    assert_no_python(str(refused.value))


@pytest.mark.parametrize(
    "damage", [lambda raw: raw[:-20], lambda raw: raw[:200], lambda raw: b"\x1f\x8b" + raw[20:]]
)
def test_a_truncated_or_corrupt_file_is_refused_in_plain_words(tmp_path: Path, damage: Any) -> None:
    path = tmp_path / "cut.json.gz"
    path.write_bytes(damage(SAMPLE.read_bytes()))

    with pytest.raises(RecordingError, match="truncated or no JSON; ") as refused:
        load_recording(path, None)

    assert_no_python(str(refused.value))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"leaders":', r"no JSON \(line 1, column 12\); "),
        ("", r"no JSON \(line 1, column 1\); "),
        ("\xff", "no JSON; "),
    ],
)
def test_where_a_text_stops_being_json_is_said(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "cut.json"
    path.write_bytes(text.encode("latin-1"))

    with pytest.raises(RecordingError, match=says) as refused:
        load_recording(path, None)

    assert_no_python(str(refused.value))


def test_brackets_without_end_are_refused_in_plain_words(tmp_path: Path) -> None:
    path = tmp_path / "deep.json"
    path.write_text("[" * 100_000, encoding="utf-8")

    with pytest.raises(RecordingError, match="truncated or no JSON"):
        load_recording(path, None)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    with pytest.raises(RecordingError, match="write the recording into a file"):
        load_recording(pipe, None)


def test_a_missing_file_is_refused_in_plain_words(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="cannot read"):
        load_recording(tmp_path / "nothing.json", None)


@pytest.mark.parametrize(
    ("speed", "gap_ms", "delay_ns"),
    [
        ("1", 400, 400_000_000),
        ("1", 90_000, 1_000_000_000),
        ("10", 90_000, 100_000_000),
        ("0.001", 90_000, 1_000_000_000_000),
        ("1000000", 400, 400),
        ("max", 90_000, 0),
    ],
)
def test_gaps_are_capped_at_a_second_and_divided_by_the_speed(
    speed: str, gap_ms: int, delay_ns: int
) -> None:
    assert read_pace(speed).delay_ns(gap_ms) == delay_ns


@pytest.mark.parametrize(
    "speed",
    ["0", "-1", "fast", "NaN", "Infinity", "", "1000001", "1e400", "1e99999999", "1e-99999999"],
)
def test_other_speeds_are_refused(speed: str) -> None:
    with pytest.raises(ValueError, match=r"speed must be 'max' or a number from 0\.001 to 1000000"):
        read_pace(speed)


def test_the_gate_opens_for_a_small_and_fresh_lag_only() -> None:
    gate = LagGate()
    assert not gate.pass_through(0)

    gate.report(Decimal("1.9"), 0)
    assert gate.pass_through(5_000_000_000)
    assert not gate.pass_through(5_000_000_001)

    gate.report(Decimal(2), 6_000_000_000)
    assert not gate.pass_through(6_000_000_000)


def test_one_report_lets_only_so_many_trades_through() -> None:
    gate = LagGate()
    gate.report(Decimal(0), 0)

    assert [gate.pass_through(1) for _ in range(4)] == [True] * 3 + [False]
