"""Frames of the trade stream become events; nothing that could matter is dropped unseen."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.venues.hyperliquid.recordings import recorded_frames
from understudy.adapters.venues.hyperliquid.frames import (
    parse_frame,
    subscribe_prices,
    subscribe_trades,
)
from understudy.domain.trades import Side
from understudy.ports.stream import PricesSeen, StreamRefusal, Subscribed, TradesSeen

SEEN_MS = 1_800_000_000_000


def _frame(channel: str, data: Any) -> str:
    return json.dumps({"channel": channel, "data": data})


@pytest.mark.parametrize(
    "text",
    ["Websocket connection established.", '{"channel":"pong"}', "[]", "5", _frame("trades", [])],
)
def test_what_carries_nothing_is_no_event(text: str) -> None:
    assert parse_frame(text, SEEN_MS) is None


@pytest.mark.parametrize("data", [[{"coin": "BTC"}], {"mids": 1}, None])
def test_a_trades_frame_of_another_shape_is_told_not_lost(data: Any) -> None:
    assert isinstance(parse_frame(_frame("trades", data), SEEN_MS), StreamRefusal)


def test_a_frame_with_a_number_beyond_all_numbers_is_told_not_lost() -> None:
    text = '{"channel":"trades","data":1e9999999999999999999}'

    assert isinstance(parse_frame(text, SEEN_MS), StreamRefusal)


def test_a_refusal_keeps_its_text() -> None:
    event = parse_frame(_frame("error", "Already subscribed: x"), SEEN_MS)

    assert event == StreamRefusal("Already subscribed: x")


def test_a_confirmed_subscription_names_its_symbol() -> None:
    asked = json.loads(subscribe_trades("xyz:TSLA"))
    prices = json.loads(subscribe_prices("xyz"))

    assert parse_frame(_frame("subscriptionResponse", asked), SEEN_MS) == Subscribed("xyz:TSLA")
    assert parse_frame(_frame("subscriptionResponse", prices), SEEN_MS) is None


def test_prices_are_those_of_perpetuals_and_name_their_dex() -> None:
    event = parse_frame(_frame("allMids", {"mids": {"xyz:TSLA": "400.5"}}), SEEN_MS)
    main = parse_frame(_frame("allMids", {"mids": {"BTC": "1", "@1": "2"}}), SEEN_MS)

    assert event == PricesSeen("xyz", {"xyz:TSLA": Decimal("400.5")}, SEEN_MS)
    assert main == PricesSeen("", {"BTC": Decimal(1)}, SEEN_MS)


def test_recorded_trades_give_the_fills_of_whoever_is_watched() -> None:
    event = parse_frame(recorded_frames()[0], SEEN_MS)
    assert isinstance(event, TradesSeen)
    first = event.trades[0]

    bought = event.fills_of({first.buyer})
    both = TradesSeen(event.symbol, event.trades[:1], SEEN_MS).fills_of({first.buyer, first.seller})

    assert bought[0].address == first.buyer
    assert bought[0].fill.side is Side.BUY
    assert [found.fill.side for found in both] == [Side.BUY, Side.SELL]
    assert event.fills_of({"0x" + "00" * 20}) == []


def test_every_trade_of_a_recorded_capture_is_read() -> None:
    lines = recorded_frames("ws_trades_l2book_5min_2026-07-22.jsonl.gz")
    events = [parse_frame(line, SEEN_MS) for line in lines]
    trades = [trade for event in events if isinstance(event, TradesSeen) for trade in event.trades]

    assert not [event for event in events if isinstance(event, StreamRefusal)]
    assert len(trades) == 1869
