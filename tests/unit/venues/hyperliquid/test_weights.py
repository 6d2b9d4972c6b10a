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
from understudy.domain.errors import VenueUnreachableError
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
    budget = InMemoryVenueBudget({HYPERLIQUID: 210}, ManualClock())
    rest = Rest("http://127.0.0.1:1", meter=BudgetMeter(budget), connect_timeout_ms=100)
    assert budget.take(HYPERLIQUID, Purpose.STATUS, 20)

    with pytest.raises(VenueUnreachableError, match="our own request budget") as caught:
        rest.ask({"type": "clearinghouseState"})

    assert caught.value.facts["status"] == 429
