"""Markets, fills and trades, read from recorded answers of the venue."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from tests.unit.venues.hyperliquid.recordings import recorded, shared
from understudy.adapters.venues.hyperliquid.frames import parse_trades
from understudy.adapters.venues.hyperliquid.parsing import (
    dex_name,
    dex_of,
    is_perpetual,
    oldest_first,
    parse_fills,
    parse_funding,
    parse_markets,
    parse_own_fills,
)
from understudy.domain.errors import InvalidInputError
from understudy.domain.trades import Fill, Side, TradeKind, kind_of

SEEN_MS = 1_800_000_000_000
META: Any = {
    "universe": [
        {"name": "BTC", "szDecimals": 5, "maxLeverage": 40, "marginTableId": 56},
        {"name": "MATIC", "szDecimals": 1, "maxLeverage": 20, "isDelisted": True},
        {"name": "HYPE", "szDecimals": 2, "maxLeverage": 10, "onlyIsolated": True},
        {"name": "NEW", "szDecimals": 0, "maxLeverage": 3, "marginMode": "strictIsolated"},
    ]
}


def _chain_breaks(fills: list[Fill]) -> int:
    held: dict[str, Decimal] = {}
    breaks = 0
    for fill in fills:
        assert fill.start_position is not None
        breaks += held.get(fill.symbol, fill.start_position) != fill.start_position
        held[fill.symbol] = fill.start_position + fill.size * fill.side.sign
    return breaks


def test_a_fill_that_lacks_its_price_is_refused() -> None:
    (row, *_) = recorded("fills_in_one_millisecond.json")
    del row["px"]

    with pytest.raises(KeyError):
        parse_fills([row], SEEN_MS)


@pytest.mark.parametrize("price", ["NaN", "Infinity", "much"])
def test_a_price_that_is_no_number_is_refused(price: str) -> None:
    (row, *_) = recorded("fills_in_one_millisecond.json")

    with pytest.raises(InvalidInputError):
        parse_fills([row | {"px": price}], SEEN_MS)


def test_a_price_that_is_not_text_is_refused() -> None:
    (row, *_) = recorded("fills_in_one_millisecond.json")

    with pytest.raises(TypeError):
        parse_fills([row | {"px": 60}], SEEN_MS)


def test_fifty_five_pieces_of_one_millisecond_keep_their_order_whichever_way_they_come() -> None:
    rows = recorded("fills_in_one_millisecond.json")
    later = rows[0] | {"time": rows[0]["time"] + 1, "tid": 1}

    forward = parse_fills(oldest_first([*rows, later]), SEEN_MS)
    backward = parse_fills(oldest_first([later, *reversed(rows)]), SEEN_MS)

    assert len(forward) == 56
    assert forward == backward
    assert _chain_breaks(forward[:-1]) == 0


def test_a_fill_against_someone_liquidated_names_who_it_was() -> None:
    rows = [
        row for row in recorded("fills_with_liquidation_and_flips.json") if "liquidation" in row
    ]
    fills = parse_fills(rows, SEEN_MS)

    assert {fill.liquidated_user for fill in fills} == {
        row["liquidation"]["liquidatedUser"] for row in rows
    }


def test_an_account_sees_itself_liquidated() -> None:
    fills = parse_fills(oldest_first(recorded("fills_of_liquidated_user.json")), SEEN_MS)

    assert [fill.liquidated_user is not None for fill in fills].count(True) == 2
    assert [fill.time_ms for fill in fills] == sorted(fill.time_ms for fill in fills)


def test_a_flip_is_one_fill_through_zero() -> None:
    rows = [row for row in recorded("fills_with_liquidation_and_flips.json") if ">" in row["dir"]]

    for fill in parse_fills(rows, SEEN_MS):
        start = fill.start_position
        assert start is not None
        assert kind_of(start, start + fill.size * fill.side.sign) is TradeKind.FLIP


def test_spot_and_outcome_fills_are_left_out() -> None:
    rows = recorded("fills_in_one_millisecond.json")[:1]
    others = [rows[0] | {"coin": coin} for coin in ("@107", "PURR/USDC", "#12")]

    assert [fill.symbol for fill in parse_fills(rows + others, SEEN_MS)] == ["HYPE"]
    assert is_perpetual("xyz:TSLA")


def test_an_own_fill_has_its_order_cost_and_result() -> None:
    (first, *_) = parse_own_fills(recorded("fills_of_liquidated_user.json")[-1:], SEEN_MS)

    assert (first.order_id, first.client_order_id) == ("298509207410", "")
    assert (first.closed_pnl, first.fee) == (Decimal("-46.0356"), Decimal("0.047504"))


def test_what_a_builder_got_is_part_of_the_fee() -> None:
    (row,) = recorded("fills_of_liquidated_user.json")[-1:]

    built: Any = {**row, "builderFee": "0.012"}
    (paid,) = parse_own_fills([built], SEEN_MS)
    (free,) = parse_own_fills([row], SEEN_MS)

    assert (paid.fee, paid.builder_fee) == (free.fee, Decimal("0.012"))
    assert free.builder_fee == 0


def test_a_public_trade_names_buyer_and_seller_in_lower_case() -> None:
    buyer, seller = "0x" + "AB" * 20, "0x" + "cd" * 20
    row: Any = {"coin": "BTC", "px": "1", "sz": "2", "time": 3, "tid": 4, "users": [buyer, seller]}

    (trade,) = parse_trades([row])

    assert (trade.buyer, trade.seller) == (buyer.lower(), seller)
    assert trade.fill(Side.SELL, SEEN_MS).key == ("BTC", 3, "4", Side.SELL)


def test_a_trade_without_two_users_is_refused() -> None:
    row: Any = {"coin": "BTC", "px": "1", "sz": "2", "time": 3, "tid": 4, "users": ["0x1"]}

    with pytest.raises(ValueError, match="unpack"):
        parse_trades([row])


def test_a_delisted_market_keeps_its_number_and_is_left_out() -> None:
    markets = parse_markets(0, None, META)

    assert [(market.symbol, market.asset) for market in markets] == [
        ("BTC", 0),
        ("HYPE", 2),
        ("NEW", 3),
    ]
    assert [market.only_isolated for market in markets] == [False, True, True]


def test_builder_dexes_are_numbered_by_their_place() -> None:
    dexes = recorded("perp_dexs.json")

    assert [dex_name(dex) for dex in dexes[:3]] == ["", "xyz", "flx"]
    numbers = [market.asset for market in parse_markets(2, dexes[2], META)]
    assert numbers == [120_000, 120_002, 120_003]
    assert dex_of("xyz:TSLA") == "xyz"


def _taker_fee(dex: Any, **changes: Any) -> Decimal:
    listing: Any = {"name": "xyz:GOLD", "szDecimals": 2, "maxLeverage": 10, **changes}
    (market,) = parse_markets(1, dex, {"universe": [listing]})
    return market.taker_fee


def test_the_venues_own_markets_cost_the_usual_fee() -> None:
    assert _taker_fee(None) == Decimal("0.00045")


@pytest.mark.parametrize(
    ("scale", "fee"),
    [("0", "0.00045"), ("0.1111", "0.000499995"), ("1.0", "0.0009"), ("3", "0.0027")],
)
def test_a_builder_dex_costs_more_by_its_scale(scale: str, fee: str) -> None:
    assert _taker_fee({"name": "xyz", "deployerFeeScale": scale}) == Decimal(fee)


def test_a_builder_dex_that_names_no_scale_costs_twice_the_fee() -> None:
    assert _taker_fee({"name": "xyz"}) == Decimal("0.0009")


def test_a_markets_own_scale_goes_before_its_dexs() -> None:
    dex = {"name": "xyz", "deployerFeeScale": "1.0"}

    assert _taker_fee(dex, deployerFeeScale="0.5") == Decimal("0.000675")


def test_a_builders_market_that_is_to_grow_costs_a_tenth() -> None:
    assert _taker_fee({"name": "xyz"}, growthMode="enabled") == Decimal("0.00009")


def _paid(coin: str, usdc: str, time_ms: int) -> Any:
    delta = {
        "type": "funding",
        "coin": coin,
        "usdc": usdc,
        "szi": "49.1477",
        "fundingRate": "0.0000417",
        "nSamples": None,
    }
    return {"time": time_ms, "hash": "0x" + "0" * 64, "delta": delta}


def test_funding_is_read_in_order_of_time() -> None:
    first, later = parse_funding([_paid("ETH", "-3.625312", 2), _paid("BTC", "1.5", 1)])

    assert (first.symbol, first.amount, first.time_ms) == ("BTC", Decimal("1.5"), 1)
    assert (later.symbol, later.amount, later.time_ms) == ("ETH", Decimal("-3.625312"), 2)


def test_a_payment_that_is_no_number_is_refused() -> None:
    with pytest.raises(InvalidInputError):
        parse_funding([_paid("ETH", "NaN", 1)])


@pytest.mark.parametrize("leader", ["acc2", "acc5", "acc6", "acc7"])
def test_a_recorded_leaders_positions_follow_from_the_fills(leader: str) -> None:
    rows = recorded("leader_fills_2026-07.json.gz")["leaders"][leader]["fills"]
    fills = parse_fills(rows, SEEN_MS)

    assert len(fills) == len(rows)
    assert all(earlier.time_ms <= later.time_ms for earlier, later in pairwise(fills))
    assert _chain_breaks(fills) == 0


@pytest.mark.shared
def test_every_recorded_market_is_read() -> None:
    meta = shared("info.json")["response"]
    markets = parse_markets(0, None, meta)

    assert [market.asset for market in markets] == list(range(len(meta["universe"])))
