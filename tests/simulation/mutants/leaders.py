"""Mutants of following leaders: fills, trades, books, and the way into the lanes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.simulation.mutants.mutant import HEAVY, Mutant, Seam, answering

WATCHING = "understudy.workflows.watching"
STORE = "understudy.adapters.memory.leader_store:InMemoryLeaderStore"


class _BookFirst:
    """A leaders' store that moves the book in a call of its own."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def store_trade(self, book: Any, trade: Any, fills: Any) -> Any:
        known = self._store.fill_owners(book.venue, book.leader, [fill.key for fill in fills])
        moved = book if known else self._store.store_book(book)
        return self._store.store_trade(moved, trade, fills)


def _book_first(store: Any) -> Any:
    def stored(ports: Any, book: Any, fills: Any) -> Any:
        fan_out = replace(ports.fan_out, store=_BookFirst(ports.fan_out.store))
        return store(replace(ports, fan_out=fan_out), book, fills)

    return stored


def _by_hash(trade_id: Any) -> Any:
    """Name trades by a hash, which a venue leaves empty for some: they share a name then."""

    def named(venue: str, leader: str, symbol: str, side: str, time_ms: int, n: int) -> Any:
        if time_ms // 500 % 4:
            return trade_id(venue, leader, symbol, side, time_ms, n)
        return trade_id(venue, leader, "", "", 0, 0)

    return named


def _forgotten(_: Any) -> Any:
    return lambda _ports, book: replace(book, unsent_from=0)


def _only_its_own(send_again: Any) -> Any:
    """Send again what is one's own, and nothing that others have numbered meanwhile."""

    def sent(ports: Any, book: Any, trades: Any, *, stored_after: int) -> None:
        del stored_after
        send_again(ports, book, trades, stored_after=book.seq)

    return sent


def _unlooked(_: Any) -> Any:
    return lambda _ports, book, **_how: book


LEADERS = (
    Mutant(
        "trade_keyed_by_hash",
        "A trade is named by leader, symbol, side and time; a hash may be all zeros.",
        (Seam("understudy.domain.trades:trade_id", _by_hash),),
    ),
    Mutant(
        "book_moved_before_fills_are_stored",
        "A leader's book moves in the transaction that stores the trade.",
        (Seam(f"{WATCHING}.numbering:_store", _book_first),),
    ),
    Mutant(
        "unseen_fills_never_looked_for",
        "A leader's book is compared with the venue.",
        (
            Seam(f"{WATCHING}.leader_books:compare", _unlooked),
            Seam("understudy.workflows.leader_sync:compare", _unlooked),
        ),
        HEAVY,
    ),
    Mutant(
        "stored_and_never_sent",
        "Who dies between storing a trade and sending it on is made up for.",
        (
            Seam(f"{WATCHING}.numbering:_send_again", answering(None)),
            Seam("understudy.workflows.follow_reconcile:close_gaps", answering(None)),
        ),
        alone="who sends again and who closes gaps make up for each other: both are broken",
    ),
    Mutant(
        "sent_before_what_is_older",
        "Nobody sends a trade before those numbered earlier, whoever stored them.",
        (
            Seam("understudy.workflows.leader_sync:send_unsent", _forgotten),
            Seam(f"{WATCHING}.numbering:_send_again", _only_its_own),
            Seam(f"{WATCHING}.leader_books:send_newest_again", answering(None)),
        ),
    ),
    Mutant(
        "fill_stored_twice",
        "A fill belongs to one trade, however often it is seen.",
        (Seam(f"{STORE}._refuse_claimed", answering(None)),),
        HEAVY,
    ),
)
