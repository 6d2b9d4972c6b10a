"""What belongs to no pair: orders that no receipt names, receipts of trades that never were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from simulators.judge.claims import Books
from simulators.judge.evidence import Follow, Receipt, VenueAccount
from simulators.judge.verdict import Figure, Problem


def stray_orders(account: VenueAccount, named: AbstractSet[str]) -> Iterator[tuple[str, Problem]]:
    """Give every accepted order of an account whose client id no receipt names, with its symbol."""
    for order in account.orders:
        if order.is_accepted and order.cloid not in named:
            text = f"no receipt names order {order.cloid or order.oid}"
            yield order.symbol, Problem(Figure.DUPLICATED, text)


def stray_receipts(
    follow: Follow, trades: Mapping[str, int], books: Books, named: AbstractSet[str]
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
        if text and not _orders_counted(receipt, books, named):
            yield receipt.symbol, Problem(Figure.UNJUSTIFIED, text)


def _orders_counted(receipt: Receipt, books: Books, named: AbstractSet[str]) -> bool:
    return any(books.accepted(leg) and leg.cloid not in named for leg in receipt.orders)
