"""The books on disk."""

from __future__ import annotations

import asyncio
import errno
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from simulators.hyperliquid.control.books import books_view
from simulators.hyperliquid.engine.account import RefusedAction
from simulators.hyperliquid.engine.funding import pay_funding
from simulators.hyperliquid.engine.orders import Trigger
from simulators.hyperliquid.persistence.snapshot import take_snapshot
from simulators.hyperliquid.persistence.store import BookStore, StoreError

if TYPE_CHECKING:
    from pathlib import Path

    from simulators.hyperliquid.engine.venue import Venue


def save(store: BookStore, venue: Venue) -> None:
    asyncio.run(store.save(venue))


def busy(desk: Any) -> Venue:
    venue: Venue = desk.venue
    account = desk.account()
    desk.trade(account, "ETH", "1", cloid="0x" + "1" * 32)
    desk.trade(account, "ETH", "1", price=Decimal(1800), tif="Gtc")
    desk.trade(account, "ETH", "-1", trigger=Trigger(Decimal(1700), is_market=True, kind="sl"))
    desk.trade(account, "BTC", "0.000001")
    pay_funding(venue, venue.universe.by_name["ETH"], Decimal("0.0001"))
    venue.agents.approve(account.address, "0x" + "b" * 40, "bot", venue.now_ms())
    account.refused_actions.append(RefusedAction(venue.now_ms(), reduces=True))
    venue.nonces.take(account.address, venue.now_ms(), venue.now_ms())
    return venue


def test_books_survive_a_restart_whole(desk: Any, tmp_path: Path) -> None:
    venue = busy(desk)
    save(BookStore(tmp_path), venue)

    reloaded = BookStore(tmp_path).load(desk.clock)

    assert books_view(reloaded, None) == books_view(venue, None)
    assert take_snapshot(reloaded, {}) == take_snapshot(venue, {})


def test_trading_goes_on_where_it_stopped(desk: Any, tmp_path: Path) -> None:
    save(BookStore(tmp_path), busy(desk))
    store = BookStore(tmp_path)
    desk.venue = store.load(desk.clock)
    account = desk.account()

    desk.move("ETH", "1690")
    save(store, desk.venue)

    final = BookStore(tmp_path).load(desk.clock).accounts[account.address]
    assert final.size("ETH") == 1
    assert final.orders.open == {}
    assert [order.status for order in final.orders.every] == [
        "filled",
        "filled",
        "filled",
        "rejected",
    ]


def test_rows_that_no_snapshot_counts_are_cut_off(desk: Any, tmp_path: Path) -> None:
    venue = busy(desk)
    save(BookStore(tmp_path), venue)
    with (tmp_path / "orders.jsonl").open("ab") as log:
        log.write(b'{"half a ro')

    reloaded = BookStore(tmp_path).load(desk.clock)

    assert books_view(reloaded, None) == books_view(venue, None)
    assert (tmp_path / "orders.jsonl").read_bytes().endswith(b"}\n")


def test_a_full_disk_is_told_in_plain_words_and_leaves_no_half_file(
    desk: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    store, venue = BookStore(tmp_path), busy(desk)
    monkeypatch.setattr("simulators.hyperliquid.persistence.store.os.fsync", refuse)

    with pytest.raises(StoreError, match=r"No space left on device.*--state"):
        save(store, venue)
    assert not list(tmp_path.glob("*.new"))


def test_books_that_cannot_be_read_are_told_in_plain_words(desk: Any, tmp_path: Path) -> None:
    save(BookStore(tmp_path), busy(desk))
    (tmp_path / "books.json").write_text('{"version": 1}')

    with pytest.raises(StoreError, match=r"cannot be read: they are damaged; move the folder away"):
        BookStore(tmp_path).load(desk.clock)


def test_a_leader_opened_afresh_keeps_no_old_fills(desk: Any, tmp_path: Path) -> None:
    account = desk.account()
    desk.trade(account, "ETH", "1")
    desk.venue.open_afresh(account.address)
    save(BookStore(tmp_path), desk.venue)

    reloaded = BookStore(tmp_path).load(desk.clock)

    assert reloaded.accounts[account.address].fills.fills == []


def test_nothing_is_written_when_nothing_changed(desk: Any, tmp_path: Path) -> None:
    save(BookStore(tmp_path), desk.venue)

    assert list(tmp_path.iterdir()) == []
