"""Enumerations whose values are their names: the words that receipts, logs and the API show."""

from __future__ import annotations

from enum import StrEnum


class Named(StrEnum):
    """An enumeration in which `auto()` gives a member its own name."""

    @staticmethod
    def _generate_next_value_(
        name: str,
        start: int,  # noqa: ARG004  # the enum protocol passes it
        count: int,  # noqa: ARG004  # the enum protocol passes it
        last_values: list[str],  # noqa: ARG004  # the enum protocol passes it
    ) -> str:
        return name
