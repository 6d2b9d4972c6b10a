"""Numbers of things, in words."""

from __future__ import annotations


def counted(count: int, thing: str) -> str:
    """Say how many there are of a thing whose plural ends in s."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"
