"""What a venue's books and the receipts say of copies: what is doubled, what is unexplained."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from understudy.domain.receipts import CopyStatus

Rows = Iterable[Mapping[str, Any]]
SIDES = {"B": "buy", "A": "sell"}


def trades_in(book: Mapping[str, Any]) -> set[tuple[str, str, int]]:
    """Give symbol, side and time of each trade of an account, by its fills."""
    return {(each["coin"], SIDES[each["side"]], each["time"]) for each in book["fills"]}


def doubled(book: Mapping[str, Any], receipts: Rows) -> list[str]:
    """Say which orders the venue has taken twice, and which filled ones are not of one receipt.

    So is a leg of a copy that was filled twice, and an order whose fills are not what it says.
    """
    return [
        *_orders_twice(book),
        *_not_of_one_receipt(book, receipts),
        *_legs_twice(book, receipts),
        *_beyond_their_size(book),
    ]


def unexplained(trades: Iterable[tuple[str, str, int]], receipts: Rows) -> list[str]:
    """Say which trades have not exactly one receipt that is over, and which receipts no trade."""
    known, over = (
        Counter(map(_trade_of, receipts)),
        Counter(_trade_of(each) for each in receipts if CopyStatus(each["status"]).is_terminal),
    )
    return [
        f"{trade}: {known[trade]} receipts, {over[trade]} over"
        for trade in sorted({*trades, *known})
        if (known[trade], over[trade], trade in trades) != (1, 1, True)
    ]


def _trade_of(receipt: Mapping[str, Any]) -> tuple[str, str, int]:
    return receipt["symbol"], receipt["leader_side"], receipt["leader_time_ms"]


def _filled(book: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [each for each in book["orders"] if Decimal(each["filled"])]


def _orders_twice(book: Mapping[str, Any]) -> Iterator[str]:
    taken = (each for each in book["orders"] if not each["status"].lower().endswith("rejected"))
    for cloid, count in Counter(each["cloid"] for each in taken).items():
        if count > 1:
            yield f"{count} orders with client id {cloid}"


def _not_of_one_receipt(book: Mapping[str, Any], receipts: Rows) -> Iterator[str]:
    named = Counter(leg["client_order_id"] for each in receipts for leg in each["legs"])
    for order in _filled(book):
        count = named[order["cloid"]]
        if count != 1:
            yield f"order {order['cloid']} of {order['coin']} is of {count} receipts"


def _legs_twice(book: Mapping[str, Any], receipts: Rows) -> Iterator[str]:
    filled = {each["cloid"] for each in _filled(book)}
    for each in receipts:
        legs = Counter(leg["leg"] for leg in each["legs"] if leg["client_order_id"] in filled)
        for leg, count in legs.items():
            if count > 1:
                yield f"leg {leg} of {_trade_of(each)} was filled {count} times"


def _beyond_their_size(book: Mapping[str, Any]) -> Iterator[str]:
    got: defaultdict[int, Decimal] = defaultdict(Decimal)
    for fill in book["fills"]:
        got[fill["oid"]] += Decimal(fill["sz"])
    for order in book["orders"]:
        size = Decimal(order["sz"])
        if got[order["oid"]] != Decimal(order["filled"]) or got[order["oid"]] > size:
            yield f"order {order['cloid']} of {size} was filled with {got[order['oid']]}"
