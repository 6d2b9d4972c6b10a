"""Every planted defect raises exactly its figure."""

from __future__ import annotations

from typing import Any

import pytest

from simulators.judge.evidence import EvidenceError
from tests.unit.judge.courtroom import (
    book_of,
    double_order,
    figures_of,
    fill_of,
    follow_of,
    lose_order,
    only,
    order_of,
    receipt_of,
    resize_order,
    settle_positions,
    verdict_of,
)
from tests.unit.judge.honest_follower import Follower
from tests.unit.judge.staging import Stage


def test_an_order_that_the_venue_lost_is_one_lost(evidence: dict[str, Any]) -> None:
    lose_order(evidence, "ratio", 3)

    assert figures_of(evidence) == only(lost=1)


def test_what_follows_from_a_lost_order_is_shown_but_not_counted(evidence: dict[str, Any]) -> None:
    lose_order(evidence, "fixed", 6)

    consequences = verdict_of(evidence).consequences

    assert [finding.symbol for finding in consequences] == ["ETH"]


def test_two_lost_orders_are_two(evidence: dict[str, Any]) -> None:
    lose_order(evidence, "ratio", 3)
    lose_order(evidence, "ratio", 6)

    assert figures_of(evidence) == only(lost=2)


def test_the_order_of_a_missing_receipt_is_one_that_no_receipt_names(
    evidence: dict[str, Any],
) -> None:
    follow_of(evidence, "perfect")["receipts"].remove(receipt_of(evidence, "perfect", 3))

    verdict = verdict_of(evidence)

    assert verdict.figures == only(duplicated=1)
    assert verdict.findings[0].text.endswith("one order too many, or its receipt is missing")


def test_a_missing_receipt_of_a_skip_is_an_unexplained_skip(evidence: dict[str, Any]) -> None:
    follow_of(evidence, "fixed")["receipts"].remove(receipt_of(evidence, "fixed", 2))

    assert figures_of(evidence) == only(unjustified_skips=1)


def test_an_order_booked_twice_under_one_client_id_is_duplicated(evidence: dict[str, Any]) -> None:
    double_order(evidence, "perfect", 3)

    assert figures_of(evidence) == only(duplicated=1)


def test_an_order_that_no_receipt_names_is_duplicated(evidence: dict[str, Any]) -> None:
    double_order(evidence, "ratio", 1, cloid="0x" + "f" * 32)

    assert figures_of(evidence) == only(duplicated=1)


def test_an_order_without_client_id_is_duplicated(evidence: dict[str, Any]) -> None:
    double_order(evidence, "ratio", 1, cloid="")

    assert figures_of(evidence) == only(duplicated=1)


def test_two_orders_for_one_leg_and_attempt_are_duplicated(evidence: dict[str, Any]) -> None:
    cloid = "0x" + "f" * 32
    double_order(evidence, "ratio", 1, cloid=cloid)
    legs = receipt_of(evidence, "ratio", 1)["legs"]
    legs.append({**legs[0], "client_order_id": cloid})

    assert figures_of(evidence) == only(duplicated=1)


def again(evidence: dict[str, Any], name: str, seq: int, cloid: str, **changes: str) -> None:
    """Let a receipt's order go a second time, as its next attempt."""
    double_order(evidence, name, seq, cloid=cloid)
    legs = receipt_of(evidence, name, seq)["legs"]
    legs.append({**legs[0], "attempt": 2, "client_order_id": cloid, **changes})


def one_follower(*sizes: str) -> dict[str, Any]:
    """Stage one honest copy of a leader who trades BTC in these sizes."""
    sizing = {"kind": "ratio", "percent": "1"}
    stage = Stage([Follower("ratio", {"copy_budget_usdc": "1000", "sizing": sizing})])
    for size in sizes:
        stage.trade("BTC", size, "1000")
    evidence = stage.evidence()
    assert figures_of(evidence) == only()
    return evidence


def test_an_entry_filled_twice_by_two_attempts_is_found_after_the_leader_closed() -> None:
    evidence = one_follower("100", "-100")
    again(evidence, "ratio", 1, "0x" + "f" * 32)
    resize_order(evidence, "ratio", 2, "2")
    doubled = order_of(evidence, "ratio", 2)["sz"]
    receipt_of(evidence, "ratio", 2)["legs"][0].update(size=doubled, filled_size=doubled)

    assert book_of(evidence, "ratio")["positions"] == {"BTC": "0.000"}
    assert figures_of(evidence) == only(mismatched_positions=1)


def test_a_reduction_that_two_attempts_made_a_close_is_found_after_the_leader_closed() -> None:
    evidence = one_follower("100", "-50", "-50")
    lose_order(evidence, "ratio", 3)
    receipt_of(evidence, "ratio", 3).update(status="SKIPPED", reason="NOTHING_TO_CLOSE", legs=[])
    again(evidence, "ratio", 2, "0x" + "f" * 32)

    assert book_of(evidence, "ratio")["positions"] == {"BTC": "0.000"}
    assert figures_of(evidence) == only(mismatched_positions=1)


def test_a_second_attempt_the_wrong_way_is_found(evidence: dict[str, Any]) -> None:
    again(evidence, "ratio", 8, "0x" + "f" * 32, side="buy", filled_size="0", state="UNFILLED")
    order = next(o for o in book_of(evidence, "ratio")["orders"] if o["oid"] == 999)
    order.update(side="B", filled="0", status="canceled")
    fills = book_of(evidence, "ratio")["fills"]
    fills.remove(next(fill for fill in fills if fill["oid"] == 999))
    settle_positions(evidence, "ratio")

    assert figures_of(evidence) == only(mismatched_positions=1)


def test_an_order_that_the_venue_refused_is_no_duplicate(evidence: dict[str, Any]) -> None:
    order = order_of(evidence, "ratio", 1)
    refused = {**order, "oid": 999, "filled": "0", "status": "iocCancelRejected"}
    book_of(evidence, "ratio")["orders"].append(refused)

    assert figures_of(evidence) == only()


@pytest.mark.parametrize("factor", ["0.5", "2"])
@pytest.mark.parametrize("seq", [1, 3, 6])
def test_an_order_that_the_venue_resized_is_one_mismatch(
    evidence: dict[str, Any], seq: int, factor: str
) -> None:
    resize_order(evidence, "perfect", seq, factor)

    assert figures_of(evidence) == only(mismatched_positions=1)


def test_an_order_with_the_wrong_sign_is_one_mismatch(evidence: dict[str, Any]) -> None:
    order, fill = order_of(evidence, "fixed", 3), fill_of(evidence, "fixed", 3)
    receipt_of(evidence, "fixed", 3)["legs"][0]["side"] = "sell"
    order["side"] = fill["side"] = "A"
    settle_positions(evidence, "fixed")
    follow_of(evidence, "fixed")["portfolio"] = book_of(evidence, "fixed")["positions"]

    assert figures_of(evidence)["mismatched_positions"] == 1


def test_a_portfolio_that_differs_from_the_venue_is_one_mismatch(evidence: dict[str, Any]) -> None:
    follow_of(evidence, "longs")["portfolio"] = {"BTC": "0.5"}

    assert figures_of(evidence) == only(mismatched_positions=1)


def test_a_portfolio_of_what_the_leader_never_traded_is_one_mismatch(
    evidence: dict[str, Any],
) -> None:
    follow_of(evidence, "longs")["portfolio"] = {"DOGE": "5"}

    assert figures_of(evidence) == only(mismatched_positions=1)


def test_a_position_that_no_fill_explains_is_one_mismatch(evidence: dict[str, Any]) -> None:
    book_of(evidence, "longs")["positions"] = {"BTC": "0.5"}

    assert figures_of(evidence) == only(mismatched_positions=1)


def test_a_fill_without_an_order_is_one_mismatch(evidence: dict[str, Any]) -> None:
    fills = book_of(evidence, "fixed")["fills"]
    fills.append({**fill_of(evidence, "fixed", 6), "oid": 999})
    settle_positions(evidence, "fixed")
    follow_of(evidence, "fixed")["portfolio"] = book_of(evidence, "fixed")["positions"]

    assert figures_of(evidence) == only(mismatched_positions=1)


def test_a_receipt_that_misstates_a_fill_is_one_mismatch(evidence: dict[str, Any]) -> None:
    receipt_of(evidence, "ratio", 6)["legs"][0]["average_price"] = "40"

    assert figures_of(evidence) == only(mismatched_positions=1)


def test_a_receipt_that_misstates_a_limit_price_is_one_mismatch(evidence: dict[str, Any]) -> None:
    order_of(evidence, "ratio", 3)["px"] = "75"

    assert figures_of(evidence) == only(mismatched_positions=1)


def test_an_exit_left_open_is_one_open_exit(evidence: dict[str, Any]) -> None:
    lose_order(evidence, "perfect", 7)
    receipt_of(evidence, "perfect", 7).update(status="EXPIRED", reason="EXPIRED")
    receipt_of(evidence, "perfect", 7)["legs"][0].update(
        state="EXPIRED", filled_size="0", average_price="0"
    )
    follow_of(evidence, "perfect")["portfolio"] = book_of(evidence, "perfect")["positions"]
    follow_of(evidence, "perfect")["perfect"] = False

    assert figures_of(evidence) == only(open_exits=1)


def test_a_minute_of_outage_is_added_to_the_time_of_an_exit(evidence: dict[str, Any]) -> None:
    test_an_exit_left_open_is_one_open_exit(evidence)
    flat_ms = float(evidence["release"][6]["sent_ms"])
    evidence["outages_ms"] = [[int(flat_ms), evidence["taken_ms"] - 30_000]]

    assert figures_of(evidence) == only(mismatched_positions=1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("used", "900"), ("realized", "-900"), ("unrealized", "-500"), ("remaining", "0"),
        ("own_equity", "1"), ("leader_equity", "50000000"), ("leverage", "7"), ("price", "51"),
        ("symbol_margin", "500"), ("open_positions", "9"),
    ],
)  # fmt: skip
def test_a_forged_number_is_found_behind_an_order(
    evidence: dict[str, Any], name: str, value: str
) -> None:
    receipt_of(evidence, "reverse", 3)["numbers"][name] = value

    assert figures_of(evidence) == only(mismatched_positions=1)


def test_a_receipt_that_misstates_the_leaders_trade_is_found(evidence: dict[str, Any]) -> None:
    receipt_of(evidence, "longs", 5)["leader_size"] = "1"

    assert figures_of(evidence) == only(unjustified_skips=1)


def test_a_receipt_of_a_trade_that_never_was_is_unjustified(evidence: dict[str, Any]) -> None:
    invented = {**receipt_of(evidence, "longs", 5), "trade_id": "0" * 64, "seq": 99}
    follow_of(evidence, "longs")["receipts"].append(invented)

    assert figures_of(evidence) == only(unjustified_skips=1)


def test_the_order_of_a_trade_that_never_was_is_duplicated(evidence: dict[str, Any]) -> None:
    cloid = "0x" + "f" * 32
    double_order(evidence, "ratio", 1, cloid=cloid)
    true = receipt_of(evidence, "ratio", 1)
    legs = [{**true["legs"][0], "client_order_id": cloid}]
    follow_of(evidence, "ratio")["receipts"].append({**true, "trade_id": "0" * 64, "legs": legs})

    assert figures_of(evidence) == only(duplicated=1)


@pytest.mark.parametrize("field", ["sz", "px", "startPosition"])
def test_an_altered_recording_gets_no_verdict(stage: Stage, field: str) -> None:
    evidence = stage.evidence()
    evidence["recording"][3] = {**evidence["recording"][3], field: "7"}

    with pytest.raises(EvidenceError, match="recording was altered"):
        verdict_of(evidence)


def test_a_recording_cut_short_gets_no_verdict(evidence: dict[str, Any]) -> None:
    del evidence["recording"][-2:]

    with pytest.raises(EvidenceError, match="released more trades"):
        verdict_of(evidence)


def test_a_recording_without_one_trade_gets_no_verdict(evidence: dict[str, Any]) -> None:
    del evidence["recording"][8:10]

    with pytest.raises(EvidenceError, match=r"altered|released"):
        verdict_of(evidence)
