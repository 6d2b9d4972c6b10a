"""The books on disk: one file, replaced as a whole after every change."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simulators.older_system.books import Books, Kind, Order, Transaction, Wallet

if TYPE_CHECKING:
    from pathlib import Path

FILE = "books.json"


class BooksError(Exception):
    """The books cannot be read or written; the text says what to do."""


def load(folder: Path) -> Books:
    """Read the books of an earlier run, or begin with empty ones; raises BooksError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / FILE
        return _read(json.loads(path.read_bytes())) if path.exists() else Books()
    except (OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
        why = error.strerror if isinstance(error, OSError) else "they are damaged"
        raise BooksError(
            f"the older system's books in {folder} cannot be read: {why}; "
            "move the folder away to start with empty ones"
        ) from error


def save(folder: Path, books: Books) -> None:
    """Write the books, whole or not at all; raises BooksError."""
    temporary = folder / f"{FILE}.new"
    try:
        with temporary.open("w", encoding="utf-8") as file:
            json.dump(asdict(books), file, default=str)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(folder / FILE)
    except OSError as error:
        raise BooksError(
            f"cannot write the older system's books to {folder} ({error.strerror or error}); "
            "free space or permit writing there"
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def _read(plain: dict[str, Any]) -> Books:
    return Books(
        {
            address: Wallet(each["owner"], Kind(each["kind"]), Decimal(each["usdc"]), each["nonce"])
            for address, each in plain["wallets"].items()
        },
        [Transaction(**each) for each in plain["mined"]],
        [Transaction(**each) for each in plain["waiting"]],
        {name: Order(**each) for name, each in plain["orders"].items()},
    )
