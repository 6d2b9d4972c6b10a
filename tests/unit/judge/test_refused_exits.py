"""An exit that the venue refuses for used-up actions is justified for as long as it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.judge import production
from tests.unit.judge.courtroom import book_of, figures_of, only, receipt_of, verdict_of
from tests.unit.judge.production import ProductionRun
from tests.unit.judge.test_slower_and_narrower import outcomes
from tests.unit.judge.test_used_up_actions import LIMITED, refuse, started
from understudy.domain.limits import CopyMode, CopySides

DONE = ("DONE", None)
REFUSALS_UNTIL_AN_OPERATOR = 30
SUPERSEDED = ("SKIPPED", "SUPERSEDED")


@pytest.fixture(autouse=True)
def _every_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the system work in every second: an exit that has rested is tried again at once."""
    monkeypatch.setattr(production, "STEPPED_MS", 10**7)


def ended(run: ProductionRun) -> dict[str, Any]:
    assert run.world.failed == []
    return run.evidence()


def closed_late(refusals: int, gap_ms: int) -> dict[str, Any]:
    """Give a run whose close is refused so often, and an entry elsewhere so long after it."""
    run = started()
    refuse(run, times=refusals)
    run.trade("BTC", [("-2", "1000")], 2_000)
    run.trade("SOL", [("20", "50")], gap_ms)
    run.world.pass_time(700)
    return ended(run)


def refused_close() -> dict[str, Any]:
    evidence = closed_late(5, 400_000)
    assert outcomes(evidence)[2:] == [DONE, DONE]
    return evidence


def test_a_close_that_is_refused_for_more_than_a_minute_is_no_open_exit() -> None:
    assert verdict_of(refused_close()).findings == []


def test_but_it_is_one_without_the_venues_record() -> None:
    evidence = refused_close()
    del book_of(evidence, "one")["refused_actions"]

    assert figures_of(evidence) == only(open_exits=1)


def test_or_where_the_venue_had_refused_an_entry() -> None:
    evidence = refused_close()
    for refusal in book_of(evidence, "one")["refused_actions"]:
        refusal["reduces"] = False

    assert figures_of(evidence) == only(open_exits=1)


@pytest.mark.parametrize("kept", [1, 2])
def test_or_where_the_venue_took_orders_again_long_before_it_was_closed(kept: int) -> None:
    evidence = refused_close()
    del book_of(evidence, "one")["refused_actions"][kept:]

    assert figures_of(evidence) == only(open_exits=1)


def test_or_where_another_wallet_was_refused() -> None:
    evidence = refused_close()
    refused = book_of(evidence, "one").pop("refused_actions")
    evidence["books"][evidence["leader"]]["refused_actions"] = refused

    assert figures_of(evidence) == only(open_exits=1)


def given_up() -> ProductionRun:
    """Begin a run whose close is refused until an operator is called."""
    run = started()
    refuse(run, times=REFUSALS_UNTIL_AN_OPERATOR)
    run.trade("BTC", [("-2", "1000")], 2_000)
    run.world.pass_time(1_700)
    return run


def handed_over() -> dict[str, Any]:
    """Give a run whose close is refused until an operator is called, and goes ten minutes later."""
    run = given_up()
    run.world.pass_time(600)
    run.world.sweep()
    run.world.pump()
    evidence = ended(run)
    assert len(book_of(evidence, "one")["refused_actions"]) == REFUSALS_UNTIL_AN_OPERATOR
    assert book_of(evidence, "one")["positions"] == {}
    return evidence


def test_an_operator_is_called_only_after_so_many_refusals() -> None:
    evidence = given_up().evidence()
    assert outcomes(evidence)[2:] == [("NEEDS_OPERATOR", None)]
    assert figures_of(evidence) == only(mismatched_positions=1), "it is not flat yet"
    del book_of(evidence, "one")["refused_actions"][0]

    assert figures_of(evidence)["unjustified_skips"] == 1


def test_an_exit_rests_for_ten_minutes_once_an_operator_was_called() -> None:
    assert verdict_of(handed_over()).findings == []


def test_but_not_before_the_venue_has_refused_so_often() -> None:
    evidence = handed_over()
    del book_of(evidence, "one")["refused_actions"][0]

    assert figures_of(evidence) == only(open_exits=1)


def test_nor_where_it_took_orders_between_the_refusals() -> None:
    evidence = handed_over()
    for refusal in book_of(evidence, "one")["refused_actions"][:15]:
        refusal["time_ms"] -= 200_000

    assert figures_of(evidence) == only(open_exits=1)


def test_nor_for_an_exit_of_another_trade_than_it_refused() -> None:
    evidence = handed_over()
    for refusal in book_of(evidence, "one")["refused_actions"]:
        refusal["time_ms"] -= 10_000_000

    assert figures_of(evidence) == only(open_exits=1)


def test_refusals_of_an_hour_ago_call_nobody() -> None:
    evidence = refused_close()
    refused = book_of(evidence, "one")["refused_actions"]
    older_ms = [refused[0]["time_ms"] - 3_600_000 + 60_000 * each for each in range(29)]
    refused[1:] = [{"time_ms": at_ms, "reduces": True} for at_ms in older_ms]

    assert figures_of(evidence) == only(open_exits=1)


def turned_twice() -> dict[str, Any]:
    """Give a run that turns around and back while its exit is refused, on the wrong side first."""
    run = started(sides=CopySides.LONGS)
    refuse(run, times=2)
    for size in ("-3", "2"):
        run.trade("BTC", [(size, "1000")], 5_000)
    run.trade("BTC", [("1", "1000")], 8_000)
    evidence = ended(run)
    assert outcomes(evidence)[2:4] == [SUPERSEDED, SUPERSEDED]
    return evidence


def test_no_gate_is_asked_about_an_entry_whose_exit_was_refused() -> None:
    assert verdict_of(turned_twice()).findings == []


def test_but_what_nothing_stands_against_was_not_superseded() -> None:
    run = started(sides=CopySides.LONGS)
    run.trade("SOL", [("-20", "50")], 5_000)
    evidence = ended(run)
    assert verdict_of(evidence).findings == []
    receipt_of(evidence, "one", 3)["reason"] = "SUPERSEDED"

    assert figures_of(evidence) == only(unjustified_skips=1)


def test_nor_was_it_where_an_invented_exit_would_have_closed_what_is_wanted() -> None:
    run = started(entries_per_minute=2)
    run.trade("BTC", [("1", "1000")], 5_000)
    evidence = ended(run)
    assert outcomes(evidence)[2:] == [LIMITED]
    (leg,) = receipt_of(evidence, "one", 2)["legs"]
    exit_leg = {"kind": "exit", "side": "sell", "reduce_only": True, "state": "REJECTED"}
    invented = {**leg, **exit_leg, "client_order_id": "0xe", "filled_size": "0"}
    receipt_of(evidence, "one", 3).update(reason="SUPERSEDED", legs=[invented])

    assert figures_of(evidence) == only(unjustified_skips=1)


def test_what_was_limited_is_not_taken_over_by_the_next_entry() -> None:
    """The market is thin: an exit of it lasts until the entry after the limited one."""
    run = started(entries_per_minute=2)
    for size, gap_ms in (("-1", 2_000), ("0.5", 1_000)):
        run.trade("BTC", [(size, "1000")], gap_ms, depth="0.01")
    run.trade("BTC", [("0.5", "1000")], 57_000)
    evidence = ended(run)

    superseded = ("DONE", "SUPERSEDED")
    assert outcomes(evidence)[2:] == [superseded, superseded, DONE]
    assert receipt_of(evidence, "one", 4)["bound_by"] == "entries_per_minute"
    assert verdict_of(evidence).findings == []


def added_meanwhile() -> dict[str, Any]:
    """Give a run with a reduction refused, an entry skipped meanwhile, and a close after both."""
    run = started()
    refuse(run, times=2)
    for size, gap_ms in (("-1", 5_000), ("0.5", 2_000), ("-1.5", 12_000)):
        run.trade("BTC", [(size, "1000")], gap_ms)
    evidence = ended(run)
    assert outcomes(evidence)[2:] == [SUPERSEDED, SUPERSEDED, DONE]
    assert receipt_of(evidence, "one", 4)["bound_by"] == "actions_of_the_account"
    return evidence


def test_an_entry_that_was_limited_may_end_as_its_receipts_exit_does() -> None:
    assert verdict_of(added_meanwhile()).findings == []


def test_but_not_where_that_exit_went_through() -> None:
    evidence = added_meanwhile()
    for leg in receipt_of(evidence, "one", 4)["legs"]:
        leg["kind"] = "leverage"

    assert figures_of(evidence) == only(unjustified_skips=1)


def superseded_exit(refusals: int = 1, gap_ms: int = 12_000) -> dict[str, Any]:
    """Give a run of a perfect follow with a reduction refused until the close after it."""
    run = started(name="perfect")
    refuse(run, times=refusals)
    run.trade("BTC", [("-1", "1000")], 5_000)
    run.trade("BTC", [("-1", "1000")], gap_ms)
    evidence = ended(run)
    assert outcomes(evidence, "perfect")[2:] == [SUPERSEDED, DONE]
    return evidence


@pytest.mark.parametrize(("refusals", "gap_ms"), [(1, 12_000), (4, 100_000)])
def test_even_a_perfect_follow_holds_what_the_venue_would_not_close(
    refusals: int, gap_ms: int
) -> None:
    assert verdict_of(superseded_exit(refusals, gap_ms)).findings == []


def test_but_not_where_the_venue_had_refused_it_an_entry() -> None:
    evidence = superseded_exit()
    book_of(evidence, "perfect")["refused_actions"][0]["reduces"] = False

    assert figures_of(evidence) == only(mismatched_positions=1)


@pytest.mark.parametrize("mode", [CopyMode.THROTTLED, CopyMode.SAFE_POLL])
def test_what_a_window_was_to_close_may_be_refused_until_the_next_one(mode: CopyMode) -> None:
    run = started(mode=mode)
    refuse(run, times=5)
    run.trade("BTC", [("-1", "1000")], 12_000)
    run.trade("BTC", [("-0.5", "1000")], 120_000)
    evidence = ended(run)
    assert verdict_of(evidence).findings == []
    del book_of(evidence, "one")["refused_actions"]

    assert figures_of(evidence)["mismatched_positions"] == 1


@pytest.mark.parametrize("moved_ms", [-1_000, 200_000])
def test_but_not_what_it_would_have_closed(moved_ms: int) -> None:
    evidence = superseded_exit()
    book_of(evidence, "perfect")["refused_actions"][0]["time_ms"] += moved_ms

    assert figures_of(evidence) == only(mismatched_positions=1)
