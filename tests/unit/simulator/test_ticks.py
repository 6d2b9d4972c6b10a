"""The price and size grid."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.hyperliquid.engine.ladder import house_levels
from simulators.hyperliquid.engine.market import Market
from simulators.hyperliquid.engine.ticks import is_valid_price, is_valid_size


@pytest.mark.parametrize(
    ("price", "size_decimals", "valid"),
    [
        ("1903.9", 4, True),
        ("1903.95", 4, False),
        ("123456", 5, True),
        ("123456.5", 0, False),
        ("0.01234", 1, True),
        ("0.012345", 1, False),
        ("0.001234", 0, True),
        ("0.0012345", 0, False),
        ("100.0000", 4, True),
    ],
)
def test_prices_have_five_figures_and_bounded_decimals(
    price: str, size_decimals: int, valid: object
) -> None:
    assert is_valid_price(Decimal(price), size_decimals) is valid


def test_sizes_are_whole_lots() -> None:
    assert is_valid_size(Decimal("0.10"), 1)
    assert not is_valid_size(Decimal("0.11"), 1)


@given(
    digits=st.integers(1, 99_999),
    exponent=st.integers(-6, 2),
    size_decimals=st.integers(0, 5),
    asks=st.booleans(),
)
def test_the_house_quotes_valid_prices_one_tick_apart(
    digits: int, exponent: int, size_decimals: int, asks: Any
) -> None:
    price = Decimal(digits).scaleb(max(exponent, size_decimals - 6))
    market = Market("X", "", 0, size_decimals, 10, price)

    levels = [level for level, _ in house_levels(market, asks=asks)]

    assert all(is_valid_price(level, size_decimals) for level in levels)
    assert levels == sorted(set(levels), reverse=not asks)
    assert all((level > price) is asks for level in levels)
