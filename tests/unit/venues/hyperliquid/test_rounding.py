"""Limit prices lie on the venue's grid, and never beyond the cap that was decided."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.venues.hyperliquid.signing_vectors import Row, generated
from understudy.adapters.venues.hyperliquid.rounding import price_grid
from understudy.domain.trades import Side

PERPETUALS = [row for row in generated("slippage_price") if row["market"] != "spot"]

prices = st.integers(1, 10**14).map(lambda units: Decimal(units).scaleb(-7))


def _cap(row: Row) -> Decimal:
    slippage = Decimal(repr(row["slippage"])) * (1 if row["is_buy"] else -1)
    return Decimal(repr(row["mid"])) * (1 + slippage)


def _on_side(cap: Decimal, size_decimals: int, side: Side) -> Decimal:
    grid = price_grid(size_decimals)
    return grid.at_most(cap) if side is Side.BUY else grid.at_least(cap)


def _is_valid(price: Decimal, size_decimals: int) -> bool:
    exponent = price.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    figures = len(price.normalize().as_tuple().digits)
    return exponent >= 0 or (-exponent <= max(0, 6 - size_decimals) and figures <= 5)


@pytest.mark.parametrize("row", PERPETUALS, ids=lambda row: f"{row['coin']}-{row['sdk_wire']}")
def test_a_slippage_price_keeps_the_cap_within_a_tick_of_the_official_client(row: Row) -> None:
    cap, side = _cap(row), Side.BUY if row["is_buy"] else Side.SELL
    price = _on_side(cap, row["sz_decimals"], side)
    # The official client cuts long integers to five figures too, which the venue does not ask for.
    tick = Decimal(1).scaleb(-price_grid(row["sz_decimals"]).decimals_at(cap))
    step = max(tick, Decimal(1).scaleb(cap.adjusted() - 4))

    assert (cap - price) * side.sign >= 0
    assert abs(price - Decimal(row["sdk_wire"])) <= step
    assert _is_valid(price, row["sz_decimals"])


@pytest.mark.parametrize(
    "row", [row for row in PERPETUALS if row["sdk_exceeds_hip3_decimals"]], ids=lambda r: r["coin"]
)
def test_a_builder_dex_price_keeps_to_six_decimals_where_the_official_client_does_not(
    row: Row,
) -> None:
    assert not _is_valid(Decimal(row["sdk_wire"]), row["sz_decimals"])
    assert _is_valid(_on_side(_cap(row), row["sz_decimals"], Side.BUY), row["sz_decimals"])


@settings(max_examples=1000)
@given(prices, st.integers(0, 8), st.sampled_from(Side))
def test_no_limit_price_is_beyond_its_cap_or_off_the_grid(
    cap: Decimal, size_decimals: int, side: Side
) -> None:
    price = _on_side(cap, size_decimals, side)

    assert (cap - price) * side.sign >= 0
    assert _is_valid(price, size_decimals)


@settings(max_examples=1000)
@given(prices, st.integers(0, 8))
def test_a_price_on_the_grid_stays_where_it_is(cap: Decimal, size_decimals: int) -> None:
    price = price_grid(size_decimals).at_most(cap)

    assert price_grid(size_decimals).at_most(price) == price
    assert price_grid(size_decimals).at_least(price) == price


@pytest.mark.parametrize(("text", "expected"), [("123456.7", "123456"), ("99999.99", "99999")])
def test_an_integer_is_valid_however_long(text: str, expected: str) -> None:
    assert price_grid(5).at_most(Decimal(text)) == Decimal(expected).quantize(1, ROUND_DOWN)
