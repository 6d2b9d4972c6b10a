"""The id of the request that is being answered: bound once, for whatever it does to name it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_current: ContextVar[str] = ContextVar("correlation_id", default="")


@contextmanager
def correlated(correlation_id: str) -> Iterator[None]:
    """Bind an id for the time of a block."""
    token = _current.set(correlation_id)
    try:
        yield
    finally:
        _current.reset(token)


def correlation_id() -> str:
    """Give the id that is bound, '' outside every request."""
    return _current.get()
