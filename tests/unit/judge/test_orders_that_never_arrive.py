"""What a window orders and the venue never sees is reserved for a while, and then given up."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.fakes.venue import Fault
from tests.unit.judge import production
from tests.unit.judge.courtroom import follow_of, receipt_of, verdict_of
from tests.unit.judge.production import DECIMALS, ProductionRun, ratio
from tests.unit.judge.test_slower_and_narrower import outcomes
from understudy.domain.limits import CopyMode, Limits

# The first request sets the leverage; an order is sent again until it expires.
ALL_OF_ONE_ORDER = [None, *[Fault.NEVER_ARRIVES] * 4]
GIVEN_UP = [("EXPIRED", "EXPIRED"), ("SKIPPED", "EXPIRED")]


@pytest.fixture(autouse=True)
def _every_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the system work in every second: a window of a minute ends after one."""
    monkeypatch.setattr(production, "STEPPED_MS", 10**6)


def lost_on_the_way(limits: Limits, then: tuple[str, str, str], gap_ms: int) -> dict[str, Any]:
    """Open BTC by an order that never arrives, and trade something else `gap_ms` later."""
    run = ProductionRun({"one": limits}, DECIMALS, "100000000")
    run.world.venue.faults.extend(ALL_OF_ONE_ORDER)
    run.trade("BTC", [("1", "1000")], 0)
    symbol, size, price = then
    run.trade(symbol, [(size, price)], gap_ms)
    run.trade("BTC", [("-1", "1000")], 200_000)
    assert run.world.failed == []
    return run.evidence()


@pytest.mark.parametrize(
    ("limits", "gap_ms"),
    [
        (ratio("5000", "10", mode=CopyMode.THROTTLED), 1_500),
        (ratio("5000", "10", mode=CopyMode.THROTTLED), 4_000),
        (ratio("5000", "10", mode=CopyMode.SAFE_POLL, sync_interval_seconds=60), 63_000),
    ],
    ids=["throttled", "throttled, later", "safe_poll"],
)
def test_an_order_that_never_arrived_was_reserved_for_and_what_waited_is_given_up(
    limits: Limits, gap_ms: int
) -> None:
    evidence = lost_on_the_way(limits, ("BTC", "1", "1000"), gap_ms)

    assert outcomes(evidence)[:2] == GIVEN_UP
    assert verdict_of(evidence).findings == []


@pytest.mark.parametrize("gap_ms", [7_000, 40_000, 70_000])
def test_a_target_falls_back_when_a_windows_order_never_arrived(gap_ms: int) -> None:
    limits = ratio("5000", "10", mode=CopyMode.SAFE_POLL, sync_interval_seconds=60)

    evidence = lost_on_the_way(limits, ("ETH", "20", "50"), gap_ms)

    assert outcomes(evidence)[:2] == [("EXPIRED", "EXPIRED"), ("DONE", None)]
    assert follow_of(evidence, "one")["portfolio"] == {"ETH": "2"}
    assert verdict_of(evidence).findings == []


def test_a_reserve_of_an_order_that_never_arrived_excuses_no_more_than_itself() -> None:
    limits = ratio("5000", "10", mode=CopyMode.THROTTLED)
    evidence = lost_on_the_way(limits, ("BTC", "1", "1000"), 4_000)
    numbers = receipt_of(evidence, "one", 2)["numbers"]

    numbers.update(used="500", remaining=str(Decimal(numbers["remaining"]) - 500))

    assert [finding.text[:8] for finding in verdict_of(evidence).findings] == ["used 500"]
