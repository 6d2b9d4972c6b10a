"""Merging marks: per symbol the newest one wins. Pure."""

from __future__ import annotations

from understudy.domain.follows import Marks

NO_MARKS = Marks({}, {})


def newest(known: Marks, seen: Marks) -> Marks:
    """Merge marks; one that is older than what is known of its symbol is left out."""
    newer = [symbol for symbol, at in seen.at_ms.items() if at >= known.at_ms.get(symbol, at)]
    return Marks(
        {**known.prices, **{symbol: seen.prices[symbol] for symbol in newer}},
        {**known.at_ms, **{symbol: seen.at_ms[symbol] for symbol in newer}},
    )
