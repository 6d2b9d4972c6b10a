"""How the tests ask the judge, and how they find what they tamper with."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from simulators.judge.court import judge
from simulators.judge.reading import read_evidence
from simulators.judge.verdict import Verdict

CLEAN = {
    "lost": 0,
    "duplicated": 0,
    "mismatched_positions": 0,
    "unjustified_skips": 0,
    "open_exits": 0,
}


def verdict_of(evidence: dict[str, Any]) -> Verdict:
    """Judge a run as production does."""
    return judge(read_evidence(evidence))


def figures_of(evidence: dict[str, Any]) -> dict[str, int]:
    return verdict_of(evidence).figures


def only(**figures: int) -> dict[str, int]:
    return {**CLEAN, **figures}


def follow_of(evidence: dict[str, Any], name: str) -> dict[str, Any]:
    return next(follow for follow in evidence["follows"] if follow["follow_id"] == name)


def receipt_of(evidence: dict[str, Any], name: str, seq: int) -> dict[str, Any]:
    """Give a follow's receipt of the leader's trade number `seq`, counted from 1."""
    return next(one for one in follow_of(evidence, name)["receipts"] if one["seq"] == seq)


def book_of(evidence: dict[str, Any], name: str) -> dict[str, Any]:
    book: dict[str, Any] = evidence["books"][follow_of(evidence, name)["wallet_address"]]
    return book


def order_of(evidence: dict[str, Any], name: str, seq: int) -> dict[str, Any]:
    """Give the venue's order of a receipt's first leg."""
    cloid = receipt_of(evidence, name, seq)["legs"][0]["client_order_id"]
    return next(one for one in book_of(evidence, name)["orders"] if one["cloid"] == cloid)


def fill_of(evidence: dict[str, Any], name: str, seq: int) -> dict[str, Any]:
    """Give the venue's fill of a receipt's first leg."""
    oid = order_of(evidence, name, seq)["oid"]
    return next(one for one in book_of(evidence, name)["fills"] if one["oid"] == oid)


def settle_positions(evidence: dict[str, Any], name: str) -> None:
    """Let the venue's positions follow from its fills again after these were tampered with."""
    sums: dict[str, Decimal] = {}
    for fill in book_of(evidence, name)["fills"]:
        signed = Decimal(fill["sz"]) * (1 if fill["side"] == "B" else -1)
        sums[fill["coin"]] = sums.get(fill["coin"], Decimal(0)) + signed
    book_of(evidence, name)["positions"] = {coin: str(size) for coin, size in sums.items()}


def lose_order(evidence: dict[str, Any], name: str, seq: int) -> None:
    """Let the venue answer an order and forget it."""
    book, order = book_of(evidence, name), order_of(evidence, name, seq)
    book["orders"].remove(order)
    book["fills"] = [fill for fill in book["fills"] if fill["oid"] != order["oid"]]
    settle_positions(evidence, name)


def double_order(evidence: dict[str, Any], name: str, seq: int, **changes: str) -> None:
    """Let the venue book an order a second time, changed as said."""
    book, order = book_of(evidence, name), order_of(evidence, name, seq)
    book["orders"].append({**order, "oid": 999, **changes})
    book["fills"].append({**fill_of(evidence, name, seq), "oid": 999})
    settle_positions(evidence, name)


def resize_order(evidence: dict[str, Any], name: str, seq: int, factor: str) -> None:
    """Let the venue execute another size than it says in its answer."""
    order, fill = order_of(evidence, name, seq), fill_of(evidence, name, seq)
    size = str(Decimal(order["sz"]) * Decimal(factor))
    order["sz"] = order["filled"] = fill["sz"] = size
    settle_positions(evidence, name)
