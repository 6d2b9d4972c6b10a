"""The tables that the custody functions use."""

from __future__ import annotations

from typing import NamedTuple


class TableNames(NamedTuple):
    """Their names in this deployment."""

    custody: str
    audit: str
    market: str
