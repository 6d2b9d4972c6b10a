"""Wrongs the venue can be told to do in its own books, so that a judge has something to find."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Protocol

LOSE: Literal["lose_order"] = "lose_order"
DOUBLE: Literal["double_order"] = "double_order"
RESIZE: Literal["resize_order"] = "resize_order"
REFUSE: Literal["refuse_order"] = "refuse_order"
MISDEEDS = (LOSE, DOUBLE, RESIZE, REFUSE)


@dataclass(frozen=True, slots=True)
class Misdeed:
    """One wrong: ``factor`` is for resizing, ``text`` for refusing."""

    kind: str
    factor: Decimal = Decimal(1)
    text: str = ""


class Mischief(Protocol):
    """Decides which accepted order the venue mistreats."""

    def next_for(self, user: str, symbol: str) -> Misdeed | None:
        """Return the wrong to do to this order, using it up."""


class Honesty:
    """The venue does as it says."""

    def next_for(self, user: str, symbol: str) -> Misdeed | None:  # noqa: ARG002 - honest to all
        """Return nothing."""
        return None
