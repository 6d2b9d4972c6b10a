"""A record with other values in some fields is what the standard library makes of it."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from tests.fakes.builders import market, trade
from understudy.domain.follows import Budget, Ledger
from understudy.domain.ids import FollowId
from understudy.domain.replacing import replace

LEDGER = Ledger(FollowId("follow"), "BTC")


@pytest.mark.parametrize(
    ("record", "changes"),
    [
        (LEDGER, {"version": 3, "needs_operator": True}),
        (Budget(FollowId("follow")), {"version": 1}),
        (market(), {"asset": 7}),
        (trade(), {}),
    ],
)
def test_a_changed_record_is_what_the_standard_library_makes(
    record: Any, changes: dict[str, object]
) -> None:
    assert replace(record, **changes) == dataclasses.replace(record, **changes)


def test_the_record_that_was_changed_stays_as_it_was() -> None:
    changed = replace(LEDGER, version=3)

    assert (LEDGER.version, changed.version) == (0, 3)
    assert type(changed) is Ledger


def test_what_was_derived_of_the_record_before_is_derived_anew() -> None:
    before = trade()
    named = before.trade_id

    after = replace(before, n=1)

    assert after.trade_id != named
    assert after == dataclasses.replace(before, n=1)


def test_a_field_that_a_record_does_not_have_is_refused() -> None:
    changes: dict[str, Any] = {"colour": "red"}

    with pytest.raises(TypeError, match="colour"):
        replace(LEDGER, **changes)


def test_a_changed_record_stays_frozen() -> None:
    changed = replace(LEDGER, version=3)

    with pytest.raises(dataclasses.FrozenInstanceError):
        changed.version = 4  # type: ignore[misc]  # what must fail
