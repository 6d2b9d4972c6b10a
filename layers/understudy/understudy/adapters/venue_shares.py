"""How a venue's minute of request weight is shared by purpose. Pure.

A twentieth stays free for what asks seldom and is not counted: books that begin or come after a
gap, what is traded, and the API.
"""

from __future__ import annotations

from understudy.ports.delivery import Purpose

PERCENT_OF_BUDGET = {Purpose.EXIT: 50, Purpose.ENTRY: 30, Purpose.STATUS: 15}

DRAWS_ON = {
    Purpose.EXIT: (Purpose.EXIT, Purpose.ENTRY),
    Purpose.ENTRY: (Purpose.ENTRY,),
    Purpose.STATUS: (Purpose.STATUS,),
    Purpose.URGENT: (Purpose.STATUS, Purpose.ENTRY),
}
"""Whose shares a purpose may use up, in order: exits and urgent questions go before entries."""


def share_of(weight_per_minute: int, purpose: Purpose, *, halved: bool) -> int:
    """Give the weight that one purpose with a share has in a minute, rounded down."""
    whole = weight_per_minute // 2 if halved else weight_per_minute
    return whole * PERCENT_OF_BUDGET[purpose] // 100
