"""Receipts over HTTP: every copy and every skip, page by page, for its owner alone."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.fakes.identity import BOB
from tests.fakes.requests import started

if TYPE_CHECKING:
    from tests.fakes.api import ApiWorld

RATIO = {"kind": "ratio", "percent": "17.77"}


@pytest.fixture
def follow_id(api: ApiWorld, token: str) -> str:
    """Give a follow that has copied an open and an add, and has skipped another symbol."""
    api.delegate(token)
    made = started(api, token, symbols_deny=["ETH"], max_symbol_allocation_pct="100")
    api.world.pump()
    api.world.clock.advance(1000)
    for symbol in ("BTC", "ETH", "BTC"):
        api.world.copy(symbol, "2")
    return made


@pytest.fixture
def fresh(api: ApiWorld, follow_id: str) -> str:
    """Give a token of after the copies, which took minutes."""
    return api.token()


def test_every_copy_and_every_skip_has_a_receipt(api: ApiWorld, fresh: str, follow_id: str) -> None:
    query = {"follow_id": follow_id}

    items = api.request("GET", "/v1/copies", None, fresh, query).body["items"]

    assert [each["status"] for each in items] == ["DONE", "SKIPPED", "DONE"]
    assert items[1]["reason"] == "SYMBOL_NOT_ALLOWED"
    assert all(isinstance(each["target"], str) for each in items)


def test_a_receipt_names_price_slippage_and_fee_of_every_order(
    api: ApiWorld, fresh: str, follow_id: str
) -> None:
    items = api.request("GET", "/v1/copies", None, fresh, {"follow_id": follow_id}).body["items"]

    (leg,) = items[0]["legs"]
    assert (leg["reference_price"], leg["average_price"], leg["slippage_bps"]) == (
        "100",
        "100",
        "0",
    )
    assert float(leg["fee"]) > 0
    assert "builder_fee" not in items[0]


def test_pages_join_to_the_whole_without_a_seam(api: ApiWorld, fresh: str, follow_id: str) -> None:
    whole = api.request("GET", "/v1/copies", None, fresh).body
    assert whole["cursor"] == ""

    joined, query = [], {"limit": "1", "follow_id": follow_id}
    while True:
        page = api.request("GET", "/v1/copies", None, fresh, query).body
        joined += page["items"]
        if not page["cursor"]:
            break
        query["cursor"] = page["cursor"]

    assert joined == whole["items"]


@pytest.mark.parametrize(
    ("query", "symbols"),
    [
        ({"status": "SKIPPED"}, ["ETH"]),
        ({"reason": "SYMBOL_NOT_ALLOWED"}, ["ETH"]),
        ({"symbol": "BTC"}, ["BTC", "BTC"]),
        ({"symbol": "BTC", "status": "SKIPPED"}, []),
        ({"symbol": "ETH", "status": "SKIPPED", "reason": "STALE"}, []),
    ],
    ids=str,
)
def test_a_listing_shows_what_is_asked_for(
    api: ApiWorld, fresh: str, follow_id: str, query: dict[str, str], symbols: list[str]
) -> None:
    of_one = {**query, "follow_id": follow_id}

    for path, asked in (("copies", query), ("copies", of_one), ("copy/logs", query)):
        items = api.request("GET", f"/v1/{path}", None, fresh, asked).body["items"]
        assert [each["symbol"] for each in items] == symbols


def test_a_page_without_what_is_asked_for_goes_on(
    api: ApiWorld, fresh: str, follow_id: str
) -> None:
    query, found = {"limit": "1", "status": "SKIPPED"}, []
    for _ in range(3):
        page = api.request("GET", "/v1/copies", None, fresh, query).body
        found.append([each["symbol"] for each in page["items"]])
        query["cursor"] = page["cursor"]

    assert found == [[], ["ETH"], []]


def test_one_receipt_is_found_by_its_id(api: ApiWorld, fresh: str) -> None:
    first = api.request("GET", "/v1/copies", None, fresh).body["items"][0]

    assert api.request("GET", f"/v1/copies/{first['copy_id']}", None, fresh).body == first


def test_the_log_says_in_a_line_why(api: ApiWorld, fresh: str) -> None:
    lines = api.request("GET", "/v1/copy/logs", None, fresh).body["items"]

    assert [(each["symbol"], each["reason"]) for each in lines] == [
        ("BTC", ""),
        ("ETH", "SYMBOL_NOT_ALLOWED"),
        ("BTC", ""),
    ]


def test_every_skip_says_why_in_words(api: ApiWorld, fresh: str, follow_id: str) -> None:
    ofs = [{}, {"follow_id": follow_id}]
    lists = [api.request("GET", "/v1/copies", None, fresh, query).body["items"] for query in ofs]
    skipped = lists[0][1]
    one = api.request("GET", f"/v1/copies/{skipped['copy_id']}", None, fresh).body
    lines = api.request("GET", "/v1/copy/logs", None, fresh).body["items"]

    assert skipped["reason_text"] == "this follow leaves the symbol out (bound by symbols_deny)"
    assert {each[1]["reason_text"] for each in lists} == {one["reason_text"], lines[1]["text"]}
    assert all(each["text"] for each in lines)


def test_the_portfolio_adds_up(api: ApiWorld, fresh: str, follow_id: str) -> None:
    path = f"/v1/follows/{follow_id}/portfolio"

    shown = api.request("GET", path, None, fresh).body

    held = {each["symbol"]: each for each in shown["positions"]}
    assert held["BTC"]["held"] == held["BTC"]["target"] != "0"
    assert held["BTC"]["mark"] == "100"
    assert shown["used"] == shown["margin"] == held["BTC"]["margin"]
    assert "remaining" in shown


@pytest.mark.parametrize("way", ["", "-"], ids=["long", "short"])
def test_the_portfolio_shows_eight_decimals_and_flatters_nobody(
    api: ApiWorld, token: str, way: str
) -> None:
    api.delegate(token)
    path = f"/v1/follows/{started(api, token, sizing=RATIO, slippage_bps=500)}/portfolio"
    api.world.pump()
    api.world.clock.advance(1000)
    back = "" if way else "-"
    for size, price in ((f"{way}7.3", "101.37"), (f"{way}3.1", "98.011"), (f"{back}1.7", "99.37")):
        api.world.copy("BTC", size, price)
    api.world.price("BTC", "100.3")

    shown = api.request("GET", path, None, api.token()).body

    (position,) = shown["positions"]
    (stored,) = (each["BTC"] for each in api.world.table.ledgers.values())
    names = ("margin", "reserved", "used", "fees", "funding", "realized", "pnl", "unrealized")
    money = {each: Decimal(shown[each]) for each in (*names, "remaining", "copy_budget_usdc")}
    entry, held = Decimal(position["entry_price"]), stored.held
    assert all(each == round(each, 8) for each in (entry, *money.values()))
    assert 0 <= entry * held - stored.entry_notional * (-1 if way else 1) < Decimal("1e-7")
    worth = held * Decimal("100.3") - stored.entry_notional * (-1 if way else 1)
    assert 0 <= worth - Decimal(position["unrealized"]) < Decimal("1e-8")
    assert money["used"] == money["margin"] + money["reserved"]
    assert money["pnl"] == money["realized"] - money["fees"] + money["funding"]
    assert money["remaining"] == (
        money["copy_budget_usdc"] - money["used"] + money["pnl"] + money["unrealized"]
    )


def test_nobody_else_sees_any_of_it(api: ApiWorld, fresh: str, follow_id: str) -> None:
    other = api.token(BOB)
    copy_id = api.request("GET", "/v1/copies", None, fresh).body["items"][0]["copy_id"]

    assert api.request("GET", "/v1/copies", None, other).body == {"items": [], "cursor": ""}
    assert api.request("GET", "/v1/copy/logs", None, other).body["items"] == []
    query = {"follow_id": follow_id}
    assert api.request("GET", "/v1/copies", None, other, query).code == "FOLLOW_NOT_FOUND"
    assert api.request("GET", f"/v1/copies/{copy_id}", None, other).code == "COPY_NOT_FOUND"


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "101"},
        {"limit": "x"},
        {"limit": "1,2"},
        {"limit": "1.5"},
        {"cursor": "abc"},
        {"cursor": "é"},
        {"cursor": "a" * 2000},
        {"page": "2"},
        {"status": "LOST"},
        {"status": "DONE,SKIPPED"},
        {"reason": "stale"},
        {"symbol": ""},
        {"follow_id": ""},
        {"follow_id": "a#b"},
    ],
)
def test_a_query_that_cannot_be_meant_is_refused(
    api: ApiWorld, token: str, query: dict[str, str]
) -> None:
    assert api.request("GET", "/v1/copies", None, token, query).status == 400
