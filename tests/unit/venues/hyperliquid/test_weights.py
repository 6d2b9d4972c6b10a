"""Questions count against the address's minute as the venue counts them."""

from __future__ import annotations

from typing import Any

import pytest

from simulators.hyperliquid.info import weights as venue
from understudy.adapters.memory.clock import ManualClock
from understudy.adapters.memory.venue_budget import InMemoryVenueBudget
from understudy.adapters.venues.hyperliquid.rest import Rest
from understudy.adapters.venues.hyperliquid.weights import (
    BudgetMeter,
    answer_weight,
    question_weight,
)
from understudy.domain.errors import RequestBudgetError
from understudy.domain.markets import HYPERLIQUID
from understudy.ports.delivery import Purpose

ASKED = (
    "clearinghouseState",
    "spotClearinghouseState",
    "userAbstraction",
    "orderStatus",
    "userFillsByTime",
    "userTwapSliceFillsByTime",
    "perpDexs",
    "meta",
)


@pytest.mark.parametrize("kind", ASKED)
def test_a_question_weighs_what_the_venue_counts(kind: str) -> None:
    rows: list[dict[str, Any]] = [{}] * 45

    assert question_weight(kind) == venue.info_weight(kind)
    assert answer_weight(kind, rows) == venue.answer_weight(kind, rows)


def test_a_question_beyond_the_share_is_not_asked() -> None:
    clock = ManualClock()
    budget = InMemoryVenueBudget({HYPERLIQUID: 140}, clock)
    meter = BudgetMeter(budget, clock)
    rest = Rest("http://127.0.0.1:1", meter=meter, connect_timeout_ms=100)
    assert budget.take(HYPERLIQUID, Purpose.STATUS, 20)

    with pytest.raises(RequestBudgetError, match="request budget of this minute") as caught:
        rest.ask({"type": "clearinghouseState"})

    assert 1 <= caught.value.again_in_seconds <= 60


def test_a_question_about_an_order_may_use_what_entries_left() -> None:
    clock = ManualClock()
    budget = InMemoryVenueBudget({HYPERLIQUID: 140}, clock)
    assert budget.take(HYPERLIQUID, Purpose.STATUS, 20)

    BudgetMeter(budget, clock).take(2, urgent=True)

    assert not budget.take(HYPERLIQUID, Purpose.ENTRY, 42 - 1)
