"""What belongs to no pair: orders that no receipt names, receipts of trades that never were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from simulators.judge.claims import Books
from simulators.judge.evidence import Follow, Receipt
from simulators.judge.verdict import Figure, Problem


def named_orders(follows: Sequence[Follow], trades: Mapping[str, int]) -> frozenset[str]:
    """Give the client ids that these follows' receipts of true trades name."""
    return frozenset(
        leg.cloid
        for follow in follows
        for receipt in follow.receipts
        if receipt.trade_id in trades
        for leg in receipt.orders
    )


def stray_orders(books: Books) -> Iterator[tuple[str, Problem]]:
    """Give every accepted order whose client id no receipt names, with its symbol."""
    for order in books.unnamed:
        named = order.cloid or order.oid
        text = f"no receipt names order {named}: one order too many, or its receipt is missing"
        yield order.symbol, Problem(Figure.DUPLICATED, text)


def stray_receipts(
    follow: Follow, trades: Mapping[str, int], books: Books
) -> Iterator[tuple[str, Problem]]:
    """Give every receipt of a trade that never was, and every second receipt of one that was.

    Where its orders were counted as orders that no true receipt names, it is not counted again.
    """
    seen: set[str] = set()
    for receipt in follow.receipts:
        text = ""
        if receipt.trade_id not in trades:
            text = f"a receipt explains trade {receipt.trade_id}, which never was"
        elif receipt.trade_id in seen:
            text = f"a second receipt of trade {receipt.trade_id}"
        seen.add(receipt.trade_id)
        if text and not _orders_counted(receipt, books):
            yield receipt.symbol, Problem(Figure.UNJUSTIFIED, text)


def _orders_counted(receipt: Receipt, books: Books) -> bool:
    return any(order in books.unnamed for leg in receipt.orders for order in books.accepted(leg))
