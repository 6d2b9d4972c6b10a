"""What takes `books` runs on moto and on the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.audit.books import Books

if TYPE_CHECKING:
    from tests.contract.conftest import Clients


@pytest.fixture(params=["moto", pytest.param("emulator", marks=pytest.mark.integration)])
def books(request: pytest.FixtureRequest) -> Books:
    clients: Clients = request.getfixturevalue(f"{request.param}_clients")
    return Books(clients)
