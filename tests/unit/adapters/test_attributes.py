"""Records as typed attributes: read back as written, amounts as numbers, empty things left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contract.stores.records import book, full_ledger, receipt
from tests.fakes.builders import account, follow, intent, ledger, limits, market, trade
from understudy.adapters.aws.attributes import attributes_of, record_of
from understudy.domain.follows import Account, Ledger


@dataclass(frozen=True)
class Sealed:
    """A record with bytes."""

    key: bytes


@dataclass(frozen=True)
class Checked:
    """A record that checks itself when it is made."""

    count: int
    names: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.count < 0:
            raise ValueError("a count is at least zero")


@dataclass(frozen=True, slots=True)
class Slotted:
    """A record with slots."""

    count: int
    name: str = "none"


@dataclass(frozen=True)
class Named:
    """A record with something of its own that is empty by default."""

    count: int
    names: dict[str, str] = field(default_factory=dict)


@pytest.mark.parametrize(
    "record",
    [
        book(),
        book(account=None, positions={}),
        intent(),
        receipt(),
        full_ledger(),
        ledger(),
        follow(limits(symbols_allow=("BTC", "xyz:GOLD"), reverse=True)),
        account(),
        market(),
        trade(),
    ],
)
def test_a_record_is_read_back_as_it_was_written(record: object) -> None:
    assert record_of(type(record), attributes_of(record)) == record


@given(st.decimals(allow_nan=False, allow_infinity=False, places=12, min_value=-(10**20)))
def test_an_amount_is_a_number_and_stays_exact(amount: Decimal) -> None:
    item = attributes_of(ledger(target=amount))

    assert record_of(Ledger, item).target == amount
    assert amount == 0 or set(item["target"]) == {"N"}


def test_bytes_are_written_as_the_wire_has_them() -> None:
    sealed = Sealed(b"\x00\x01\xff")

    item = attributes_of(sealed)

    assert item == {"key": {"B": "AAH/"}}
    assert record_of(Sealed, item) == sealed


def test_what_is_empty_by_default_is_left_out_and_what_is_not_is_written() -> None:
    item = attributes_of(follow())

    assert "start_seq" not in item
    assert "reverse" not in item["limits"]["M"]
    assert item["limits"]["M"]["max_open_positions"] == {"N": "3"}
    assert item["status"] == {"S": "ACTIVE"}


def test_the_name_of_the_main_dex_is_never_an_empty_name_in_a_table() -> None:
    item = attributes_of(account("5"))

    assert "" not in item["equity"]["M"]
    assert record_of(Account, item).equity == {"": Decimal(5)}


@pytest.mark.parametrize("record", [Slotted(1), Slotted(2, "b"), Checked(3), Named(4, {"a": "b"})])
def test_every_kind_of_record_is_read_back(record: object) -> None:
    assert record_of(type(record), attributes_of(record)) == record


def test_a_record_that_checks_itself_does_so_when_it_is_read() -> None:
    with pytest.raises(ValueError, match="at least zero"):
        record_of(Checked, {"count": {"N": "-1"}})


@pytest.mark.parametrize("cls", [Slotted, Checked, Named])
def test_an_item_that_lacks_what_a_record_needs_is_none(cls: type) -> None:
    with pytest.raises(TypeError, match="count"):
        record_of(cls, {"pk": {"S": "key"}})


def test_records_share_nothing_that_they_could_change() -> None:
    first, second = (record_of(Named, {"count": {"N": "1"}}) for _ in range(2))
    first.names["a"] = "b"

    assert second.names == {}
    assert record_of(Named, {"count": {"N": "1"}}) == Named(1)
