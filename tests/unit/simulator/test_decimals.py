"""Numbers on the wire."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.hyperliquid.decimals import canonical, decimals_of, is_number_text, to_wire


@pytest.mark.parametrize(
    ("text", "shortest", "answered"),
    [
        ("1.50", "1.5", "1.5"),
        ("100", "100", "100.0"),
        ("495625.0", "495625", "495625.0"),
        ("0.000", "0", "0.0"),
        ("-0.0", "0", "0.0"),
        ("-2.10", "-2.1", "-2.1"),
    ],
)
def test_trailing_zeros_do_not_survive(text: str, shortest: str, answered: str) -> None:
    assert canonical(text) == shortest
    assert to_wire(Decimal(text)) == answered


@pytest.mark.parametrize("text", ["1e5", "NaN", "+1", " 1", "1.", ".5", "", "1_0", "٣"])
def test_only_plain_decimals_are_numbers(text: str) -> None:
    assert not is_number_text(text)


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=8, min_value=-1e12, max_value=1e12)
)
def test_an_answered_number_is_the_same_number(value: Decimal) -> None:
    assert Decimal(to_wire(value)) == value


def test_decimals_are_counted_without_trailing_zeros() -> None:
    assert [decimals_of(Decimal(t)) for t in ("1.50", "100", "0.001")] == [1, 0, 3]
