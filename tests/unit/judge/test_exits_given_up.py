"""NEEDS_OPERATOR is true only of exits that the venue's own record names, each refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.judge import production
from tests.unit.judge.courtroom import (
    book_of,
    figures_of,
    follow_of,
    only,
    receipt_of,
    settle_positions,
    verdict_of,
)
from tests.unit.judge.production import ProductionRun
from tests.unit.judge.test_slower_and_narrower import outcomes
from tests.unit.judge.test_used_up_actions import refuse, started
from understudy.domain.limits import CopySides

GIVEN_UP = ("NEEDS_OPERATOR", None)
REFUSALS_UNTIL_AN_OPERATOR = 30


@pytest.fixture(autouse=True)
def _every_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the system work in every second: an exit that has rested is tried again at once."""
    monkeypatch.setattr(production, "STEPPED_MS", 10**7)


def given_up(
    size: str = "-3", refusals: int = REFUSALS_UNTIL_AN_OPERATOR, **chosen: Any
) -> ProductionRun:
    """Begin a run with 2 BTC held whose next exit is refused until an operator is called."""
    run = started(**chosen)
    refuse(run, times=refusals)
    run.trade("BTC", [(size, "1000")], 2_000)
    run.world.pass_time(1_740)
    return run


def let_rest(run: ProductionRun) -> None:
    """Let an exit that needs an operator be tried again and again, every ten minutes."""
    for _ in range(4):
        run.world.pass_time(600)
        run.world.sweep()
        run.world.pump()


def ended(run: ProductionRun, *sizes: str, gap_ms: int = 5_000) -> dict[str, Any]:
    """End a run with these trades, after which nothing is refused."""
    for size in sizes:
        run.trade("BTC", [(size, "1000")], gap_ms)
    let_rest(run)
    evidence = run.evidence()
    assert run.world.failed == []
    assert outcomes(evidence)[2] == GIVEN_UP
    return evidence


@pytest.mark.parametrize("sides", [CopySides.BOTH, CopySides.LONGS])
def test_a_flip_whose_exit_reached_an_operator_is_no_lie(sides: CopySides) -> None:
    assert verdict_of(ended(given_up(sides=sides), "2")).findings == []


def test_nor_is_a_reduction() -> None:
    assert verdict_of(ended(given_up("-1"), "-0.5")).findings == []


def test_nor_is_one_that_the_next_entry_makes_smaller() -> None:
    run = given_up("-1", refusals=34)
    run.trade("BTC", [("0.5", "1000")], 70_000)
    let_rest(run)
    evidence = ended(run, "-1.5")

    assert outcomes(evidence)[3] == ("NEEDS_OPERATOR", "CARRIED")
    assert verdict_of(evidence).findings == []


def test_the_next_entry_brings_what_the_flip_was_to_bring() -> None:
    evidence = ended(given_up(), "-1", gap_ms=70_000)

    assert book_of(evidence, "one")["positions"] == {"BTC": "-2"}
    assert verdict_of(evidence).findings == []


def test_the_row_of_refusals_goes_on_with_the_next_trades_exit() -> None:
    evidence = ended(given_up(refusals=32), "2", "-2")

    assert outcomes(evidence)[3] == GIVEN_UP
    assert verdict_of(evidence).findings == []


def test_it_is_a_row_of_one_symbol() -> None:
    run = given_up()
    run.trade("SOL", [("-20", "50")], 70_000)
    run.trade("SOL", [("20", "50")], 5_000)
    refuse(run, times=2)
    evidence = ended(run, "2", "-2")

    assert outcomes(evidence)[5] == GIVEN_UP
    assert verdict_of(evidence).findings == []


@pytest.mark.parametrize("tried", [29, 30])
def test_it_is_one_where_the_venue_refused_one_less(tried: int) -> None:
    evidence = ended(given_up(), "2")
    del book_of(evidence, "one")["refused_actions"][0]
    del receipt_of(evidence, "one", 3)["legs"][:-tried]

    assert figures_of(evidence) == only(unjustified_skips=1)


def test_or_other_orders_than_the_receipts_own() -> None:
    evidence = ended(given_up(), "2")
    for refusal in book_of(evidence, "one")["refused_actions"]:
        refusal["cloids"] = ["0x" + "f" * 32]

    assert figures_of(evidence) == only(unjustified_skips=1)


def test_or_no_exit() -> None:
    evidence = ended(given_up(), "2")
    for refusal in book_of(evidence, "one")["refused_actions"]:
        refusal["reduces"] = False

    assert {finding.trade for finding in verdict_of(evidence).findings} >= {2}


def test_or_where_one_refusal_is_told_again_and_again() -> None:
    evidence = ended(given_up(), "2")
    legs = receipt_of(evidence, "one", 3)["legs"]
    for leg in legs:
        leg["client_order_id"] = legs[0]["client_order_id"]

    assert figures_of(evidence) == only(unjustified_skips=1)


def test_or_where_the_last_exit_was_never_sent() -> None:
    evidence = ended(given_up(), "2")
    legs = receipt_of(evidence, "one", 3)["legs"]
    legs.append({**legs[-1], "attempt": 31, "client_order_id": "0x" + "f" * 32})

    assert figures_of(evidence) == only(unjustified_skips=1)


@pytest.mark.parametrize("kind", ["exit", "entry"])
def test_or_of_a_trade_that_had_no_exit_refused_itself(kind: str) -> None:
    evidence = ended(given_up(), "-1", gap_ms=70_000)
    book, later = book_of(evidence, "one"), receipt_of(evidence, "one", 4)
    invented = [{**leg, "state": "REJECTED", "filled_size": "0"} for leg in later["legs"]]
    legs = [leg for leg in invented if leg["kind"] == kind]
    later.update(status="NEEDS_OPERATOR", legs=legs, numbers={})
    del book["orders"][2:], book["fills"][2:]
    settle_positions(evidence, "one")
    follow_of(evidence, "one")["portfolio"] = {"BTC": "2"}

    assert {finding.trade for finding in verdict_of(evidence).findings} >= {3}
