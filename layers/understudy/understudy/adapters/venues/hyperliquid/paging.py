"""Answers over a time range, put together page by page; every row once, in the venue's order."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from understudy.adapters.venues.hyperliquid.constants import MAX_PAGES, SHORTEST_FULL_PAGE
from understudy.adapters.venues.hyperliquid.parsing import fill_key, funding_key, oldest_first
from understudy.adapters.venues.hyperliquid.rest import unanswered

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from understudy.adapters.venues.hyperliquid.models import FillRow, FundingRow
    from understudy.adapters.venues.hyperliquid.parsing import Row
    from understudy.adapters.venues.hyperliquid.rest import Rest
    from understudy.domain.trades import FillKey

_FUNDING = "userFunding"

Key = TypeVar("Key", bound="Hashable")


def fills_page(
    rest: Rest, kind: str, address: str, start_ms: int, *, urgent: bool = False
) -> list[FillRow]:
    """Ask for one page of fills, oldest first; slices of TWAP orders lose their envelope."""
    question = {"type": kind, "user": address, "startTime": start_ms}
    rows = rest.ask(question, urgent=urgent)
    return oldest_first([row.get("fill", row) for row in rows])


def every_fill(rest: Rest, kind: str, address: str, start_ms: int) -> dict[FillKey, FillRow]:
    """Ask for all fills from a time on."""

    def page(from_ms: int) -> list[FillRow]:
        return fills_page(rest, kind, address, from_ms)

    return _every(page, fill_key, start_ms, kind)


def every_payment(rest: Rest, address: str, start_ms: int) -> list[FundingRow]:
    """Ask for all funding from a time on."""

    def page(from_ms: int) -> list[FundingRow]:
        rows: list[FundingRow] = rest.ask({"type": _FUNDING, "user": address, "startTime": from_ms})
        return oldest_first(rows)

    return list(_every(page, funding_key, start_ms, _FUNDING).values())


def _every(
    page_from: Callable[[int], list[Row]],
    key_of: Callable[[Row], Key],
    start_ms: int,
    question: str,
) -> dict[Key, Row]:
    rows: dict[Key, Row] = {}
    for _ in range(MAX_PAGES):
        page = page_from(start_ms)
        rows |= {key: row for row in page if (key := key_of(row)) not in rows}
        if len(page) < SHORTEST_FULL_PAGE:
            return rows
        # A page may end within a millisecond: that one is asked for again, unless it fills a
        # page by itself.
        start_ms = max(page[-1]["time"], start_ms + 1)
    raise unanswered("the account has more history since then than can be read", question)
