"""Numbers on the wire: text without exponent or trailing zeros, or a refusal."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hyperliquid.utils.signing import float_to_wire as official_float_to_wire
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.venues.hyperliquid.signing_vectors import Row, generated, published_numbers
from understudy.adapters.venues.hyperliquid.wire import decimal_to_wire, float_to_wire
from understudy.domain.errors import InvalidInputError

# The official client writes these as '-0', 'NaN', 'Infinity' and 301 digits of binary noise.
REFUSED_BY_US = frozenset({"-0.0", "nan", "inf", "-inf", "1e+300"})


def _number(row: Row) -> object:
    if row["hex"] is not None:
        return float.fromhex(row["hex"])
    return {"'1.5'": "1.5", "True": True}.get(row["repr"]) or int(row["repr"])


@pytest.mark.parametrize("row", generated("float_to_wire"), ids=lambda row: row["repr"])
def test_a_number_is_written_or_refused_as_the_official_client_does(row: Row) -> None:
    number = _number(row)

    if "error" in row or row["repr"] in REFUSED_BY_US:
        with pytest.raises(InvalidInputError):
            float_to_wire(number)
    else:
        assert float_to_wire(number) == row["expected"]


@pytest.mark.parametrize("row", published_numbers("float_to_string"), ids=lambda row: row["x"])
def test_a_decimal_is_written_as_published(row: Row) -> None:
    assert decimal_to_wire(Decimal(row["x"])) == row["expected"]


@pytest.mark.parametrize("number", [-0.0, float("nan"), float("inf"), float("-inf"), None, "1"])
def test_what_the_venue_could_misread_is_refused(number: object) -> None:
    with pytest.raises(InvalidInputError):
        float_to_wire(number)


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "0.123456789"])
def test_a_decimal_that_the_wire_cannot_carry_is_refused_not_rounded(text: str) -> None:
    with pytest.raises(InvalidInputError):
        decimal_to_wire(Decimal(text))


def test_an_exponent_never_reaches_the_wire() -> None:
    assert decimal_to_wire(Decimal("1E+5")) == "100000"
    assert decimal_to_wire(Decimal("1E-8")) == "0.00000001"


@given(st.decimals(min_value=0, max_value=10**7, places=8))
def test_any_decimal_of_eight_places_comes_back_unchanged(value: Decimal) -> None:
    assert Decimal(decimal_to_wire(value)) == value


@given(st.integers(1, 10**13), st.integers(6, 8))
def test_a_number_of_an_order_is_written_as_the_official_client_does(
    digits: int, places: int
) -> None:
    # Above ten million the official client writes binary noise; no price or size is that long.
    number = float(Decimal(digits).scaleb(-places))

    assert float_to_wire(number) == official_float_to_wire(number)
