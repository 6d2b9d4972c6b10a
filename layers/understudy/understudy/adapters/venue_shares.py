"""How a venue's minute of request weight is shared by purpose. Pure.

A twentieth stays free for what asks seldom and is not counted: books that begin or come after a
gap, what is traded, and the API.
"""

from __future__ import annotations

from understudy.ports.delivery import Purpose

MINUTE_MS = 60_000
PERCENT_OF_BUDGET = {Purpose.EXIT: 50, Purpose.ENTRY: 35, Purpose.STATUS: 10}

DRAWS_ON = {
    Purpose.EXIT: (Purpose.EXIT, Purpose.ENTRY),
    Purpose.ENTRY: (Purpose.ENTRY,),
    Purpose.STATUS: (Purpose.STATUS,),
}
"""Whose shares a purpose may use up, in order: an exit goes before any entry."""


def share_of(weight_per_minute: int, purpose: Purpose, *, halved: bool) -> int:
    """Give the weight that one purpose has in a minute, rounded down."""
    whole = weight_per_minute // 2 if halved else weight_per_minute
    return whole * PERCENT_OF_BUDGET[purpose] // 100
