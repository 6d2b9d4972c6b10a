"""A table that transactions write to, whose waits the test ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.transacting import Table
from understudy.adapters.aws import transactions

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    made = Table()
    monkeypatch.setattr(transactions, "Event", made.waits.event)
    yield made
    made.goes_on.set()
