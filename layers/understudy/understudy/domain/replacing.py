"""Records with some fields changed, several times as fast as the standard library does it. Pure.

A copy changes some sixty records; a frozen one costs a guarded write per field when it is made by
its own `__init__`. It checks types as `dataclasses.replace` does, and refuses what that refuses.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, TypeVar

__all__ = ["replace"]

if TYPE_CHECKING:
    from dataclasses import replace
else:
    Record = TypeVar("Record")
    _sizes: dict[type, int] = {}
    _new, _set = object.__new__, object.__setattr__

    def replace(record: Record, /, **changes: object) -> Record:
        """Give a record with other values in some fields.

        Records with slots, those that check themselves when made, and those that keep what they
        derived go the standard way.
        """
        cls = type(record)
        size = _sizes.get(cls)
        if size is None:
            size = _sizes[cls] = _size_of(record)
        if not size:
            return dataclasses.replace(record, **changes)
        values = record.__dict__ | changes
        if len(values) != size:
            return dataclasses.replace(record, **changes)
        made = _new(cls)
        _set(made, "__dict__", values)
        return made

    def _size_of(record: object) -> int:
        """Count the fields of a record's class; 0 if its records go the standard way."""
        if not hasattr(record, "__dict__") or hasattr(record, "__post_init__"):
            return 0
        return len(dataclasses.fields(record))
