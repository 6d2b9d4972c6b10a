"""Queues and throttle tables in memory, on moto and on the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.contract.conftest import Clients


@pytest.fixture(params=["memory", "moto", pytest.param("emulator", marks=pytest.mark.integration)])
def clients(request: pytest.FixtureRequest) -> Clients | None:
    """Give what makes clients of this place's cloud; None in memory."""
    if request.param == "memory":
        return None
    make: Clients = request.getfixturevalue(f"{request.param}_clients")
    return make
