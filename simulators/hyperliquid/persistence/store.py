"""The folder the books live in: logs are appended, then one small file is replaced atomically.

A crash between the two leaves log rows that no snapshot counts; the next start cuts them off.
"""

from __future__ import annotations

import asyncio
import json
import os
from typing import TYPE_CHECKING, Any

from simulators.hyperliquid.engine.fills import Fill
from simulators.hyperliquid.engine.orders import Order
from simulators.hyperliquid.engine.venue import Venue
from simulators.hyperliquid.persistence.codec import decode, encode
from simulators.hyperliquid.persistence.snapshot import (
    read_snapshot,
    restore_fills,
    restore_orders,
    restore_venue,
    take_snapshot,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from simulators.hyperliquid.clock import Clock

SNAPSHOT = "books.json"
ORDERS, FILLS = "orders.jsonl", "fills.jsonl"


class StoreError(Exception):
    """The books cannot be read or written; the text says what to do."""


class BookStore:
    """The books on disk, in one folder."""

    def __init__(self, folder: Path) -> None:
        """Use ``folder``, made if absent."""
        self._folder = folder
        self._log_bytes = {ORDERS: 0, FILLS: 0}
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._unwritable(error) from error

    def load(self, clock: Clock) -> Venue:
        """Return the books as last saved, or empty ones."""
        path = self._folder / SNAPSHOT
        if not path.exists():
            self._cut_logs()
            return Venue(clock)
        try:
            snapshot = read_snapshot(json.loads(path.read_bytes()))
            self._log_bytes = snapshot.log_bytes
            self._cut_logs()
            venue = restore_venue(clock, snapshot)
            restore_orders(venue, [decode(Order, row) for row in self._rows(ORDERS)])
            restore_fills(venue, [_decode_fill(row) for row in self._rows(FILLS)])
        except (OSError, ValueError, KeyError, TypeError) as error:
            why = error.strerror if isinstance(error, OSError) else "they are damaged"
            raise StoreError(
                f"the books in {self._folder} cannot be read: {why}; "
                "move the folder away to start with empty books"
            ) from error
        return venue

    async def save(self, venue: Venue) -> None:
        """Write what changed; without changes nothing is written."""
        if not venue.journal.is_dirty:
            return
        appended = {
            ORDERS: _lines(encode(order) for order in venue.journal.orders.values()),
            FILLS: _lines([user, encode(fill)] for user, fill in venue.journal.fills),
        }
        lengths = {name: size + len(appended[name]) for name, size in self._log_bytes.items()}
        snapshot = json.dumps(take_snapshot(venue, lengths), separators=(",", ":")).encode()
        venue.journal.clear()
        try:
            await asyncio.to_thread(self._write, appended, snapshot)
        except OSError as error:
            raise self._unwritable(error) from error
        self._log_bytes = lengths

    def _write(self, appended: dict[str, bytes], snapshot: bytes) -> None:
        for name, rows in appended.items():
            if rows:
                with (self._folder / name).open("ab") as log:
                    log.write(rows)
                    log.flush()
                    os.fsync(log.fileno())
        self._replace(snapshot)

    def _replace(self, snapshot: bytes) -> None:
        temporary = self._folder / f"{SNAPSHOT}.new"
        try:
            with temporary.open("wb") as file:
                file.write(snapshot)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self._folder / SNAPSHOT)
        finally:
            temporary.unlink(missing_ok=True)

    def _cut_logs(self) -> None:
        for name, length in self._log_bytes.items():
            path = self._folder / name
            if path.exists() and path.stat().st_size > length:
                os.truncate(path, length)

    def _rows(self, name: str) -> Iterable[Any]:
        path = self._folder / name
        return map(json.loads, path.read_bytes().splitlines()) if path.exists() else ()

    def _unwritable(self, error: OSError) -> StoreError:
        return StoreError(
            f"cannot write the books to {self._folder} ({error.strerror or error}); "
            "free space or permit writing there, or choose another folder with --state"
        )


def _lines(rows: Iterable[Any]) -> bytes:
    return "".join(f"{json.dumps(row, separators=(',', ':'))}\n" for row in rows).encode()


def _decode_fill(row: list[Any]) -> tuple[str, Fill | None]:
    user, fill = row
    return user, None if fill is None else decode(Fill, fill)
