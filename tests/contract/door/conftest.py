"""The door's table in memory, on moto and on the emulator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.contract.stores import tables
from understudy.adapters.aws.call_counts import DynamoCallCounts
from understudy.adapters.aws.table import Table
from understudy.adapters.memory.call_counts import InMemoryCallCounts
from understudy.ports.call_counts import CallCounts

MakeCounts = Callable[[], CallCounts]


@pytest.fixture(params=["memory", "moto", pytest.param("emulator", marks=pytest.mark.integration)])
def make_counts(request: pytest.FixtureRequest) -> MakeCounts:
    """Give what makes the counts of one more worker at the same door."""
    if request.param == "memory":
        shared = InMemoryCallCounts()
        return lambda: shared
    client: Any = request.getfixturevalue(f"{request.param}_clients")("dynamodb")
    table = Table(client, tables.create(client, f"door-{uuid4().hex}", tables.DOOR))
    return lambda: DynamoCallCounts(table)
