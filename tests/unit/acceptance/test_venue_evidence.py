"""What is doubled, or explained not exactly once, is found in a venue's books and the receipts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.venue_evidence import doubled, trades_in, unexplained

FIRST, SECOND = ("BTC", "buy", 1), ("ETH", "sell", 2)


def order(cloid: str = "0xa", oid: int = 1, **more: str) -> dict[str, Any]:
    said = {"coin": "BTC", "sz": "2", "filled": "2", "status": "filled"}
    return {"cloid": cloid, "oid": oid, **said, **more}


def fill(oid: int = 1, size: str = "2") -> dict[str, Any]:
    return {"oid": oid, "coin": "BTC", "side": "B", "time": 1, "sz": size}


def receipt(
    *cloids: str, of: tuple[str, str, int] = FIRST, leg: int = 1, status: str = "DONE"
) -> dict[str, Any]:
    symbol, side, time_ms = of
    legs = [{"leg": leg, "client_order_id": cloid} for cloid in cloids]
    facts = {"symbol": symbol, "leader_side": side, "leader_time_ms": time_ms}
    return {**facts, "status": status, "legs": legs}


def book(*orders: dict[str, Any], fills: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    return {"orders": list(orders), "fills": list(fills)}


ONCE = book(order(), fills=(fill(size="1.5"), fill(size="0.5")))
TWO = book(order(), order("0xb", 2), fills=(fill(), fill(2)))


def test_an_order_of_one_receipt_that_was_filled_once_is_all_right() -> None:
    assert doubled(ONCE, [receipt("0xa")]) == []
    assert doubled(TWO, [receipt("0xa"), receipt("0xb", of=SECOND)]) == []


def test_an_order_that_found_nobody_may_have_a_second_attempt_and_no_receipt() -> None:
    tried = order("0xb", 2, filled="0")
    shown = book(order(), tried, order("0xc", 3, filled="0"), fills=(fill(),))

    assert doubled(shown, [receipt("0xa", "0xb")]) == []


@pytest.mark.parametrize(
    ("shown", "receipts", "said"),
    [
        (
            book(order(), order(oid=2, filled="0"), fills=(fill(),)),
            [receipt("0xa")],
            "2 orders with client id 0xa",
        ),
        (TWO, [receipt("0xa")], "order 0xb of BTC is of 0 receipts"),
        (ONCE, [receipt("0xa"), receipt("0xa", of=SECOND)], "order 0xa of BTC is of 2 receipts"),
        (TWO, [receipt("0xa", "0xb")], "leg 1 of ('BTC', 'buy', 1) was filled 2 times"),
        (
            book(order(), fills=(fill(), fill())),
            [receipt("0xa")],
            "order 0xa of 2 was filled with 4",
        ),
        (
            book(order(), fills=(fill(size="1"),)),
            [receipt("0xa")],
            "order 0xa of 2 was filled with 1",
        ),
    ],
    ids=[
        "one id twice",
        "nobody's",
        "of two copies",
        "a leg twice",
        "beyond its size",
        "not as said",
    ],
)
def test_what_is_doubled_is_named(
    shown: dict[str, Any], receipts: list[dict[str, Any]], said: str
) -> None:
    assert doubled(shown, receipts) == [said]


def test_an_order_that_the_venue_refused_is_none() -> None:
    refused = order(oid=2, filled="0", status="tickRejected")

    assert doubled(book(order(), refused, fills=(fill(),)), [receipt("0xa")]) == []


def test_every_fill_of_a_leader_is_of_a_trade() -> None:
    assert trades_in(
        {"fills": [fill(), fill(), {**fill(2), "coin": "ETH", "side": "A", "time": 2}]}
    ) == {
        FIRST,
        SECOND,
    }


@pytest.mark.parametrize(
    ("receipts", "said"),
    [
        ([receipt()], ["('ETH', 'sell', 2): 0 receipts, 0 over"]),
        ([receipt(), receipt(), receipt(of=SECOND)], ["('BTC', 'buy', 1): 2 receipts, 2 over"]),
        (
            [receipt(status="WAITING"), receipt(of=SECOND)],
            ["('BTC', 'buy', 1): 1 receipts, 0 over"],
        ),
        (
            [receipt(), receipt(of=SECOND), receipt(of=("SOL", "buy", 3))],
            ["('SOL', 'buy', 3): 1 receipts, 1 over"],
        ),
        ([receipt(), receipt(of=SECOND, status="SKIPPED")], []),
    ],
    ids=["missing", "twice", "not over", "of no trade", "all right"],
)
def test_a_trade_has_one_receipt_that_is_over(
    receipts: list[dict[str, Any]], said: list[str]
) -> None:
    assert unexplained({FIRST, SECOND}, receipts) == said
