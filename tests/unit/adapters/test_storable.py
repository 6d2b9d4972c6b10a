"""What every store refuses because a table would: wide numbers and large records."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.contract.stores.records import book, leg, receipt
from tests.fakes.builders import market
from understudy.adapters.storable import refuse_unstorable
from understudy.domain.errors import LimitExceededError


@pytest.mark.parametrize(
    "number",
    ["1." + "3" * 38, "9" * 39, "NaN", "Infinity", "sNaN", "1e126", "1e-131"],
)
def test_a_number_that_no_table_holds_is_refused_wherever_it_stands(number: str) -> None:
    for record in (
        book(positions={"BTC": Decimal(number)}),
        receipt(leader_price=Decimal(number)),
        receipt(numbers={"x": Decimal(number)}),
        receipt(legs=(leg(), leg(fee=Decimal(number)))),
        market(min_notional=Decimal(number)),
    ):
        with pytest.raises(LimitExceededError) as refused:
            refuse_unstorable(record)
        assert refused.value.code == "NUMBER_TOO_WIDE"


@pytest.mark.parametrize("number", ["0", "-0", "1." + "3" * 37, "1." + "0" * 60, "1e125", "1e-130"])
def test_a_number_that_a_table_holds_passes(number: str) -> None:
    refuse_unstorable(receipt(leader_price=Decimal(number)))


@pytest.mark.parametrize(
    "large",
    [
        receipt(reason_text="é" * 205_000),
        receipt(legs=receipt().legs * 2_000),
        receipt(numbers={f"number {n}": Decimal(n) for n in range(15_000)}),
        book(recent_trades_ms=tuple(range(19_000))),
    ],
)
def test_a_record_larger_than_an_item_is_refused(large: object) -> None:
    with pytest.raises(LimitExceededError) as refused:
        refuse_unstorable(large)

    assert refused.value.code == "RECORD_TOO_LARGE"
