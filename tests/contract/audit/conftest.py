"""What takes `books` runs on moto and on the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from moto import mock_aws

from tests.contract.audit.books import Books
from tests.contract.conftest import moto_client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.contract.conftest import Clients


@pytest.fixture(scope="module")
def moto_clients() -> Iterator[Clients]:
    """Give what makes clients of a moto that each module begins anew, as `emulator_clients` do."""
    with mock_aws():
        yield moto_client


@pytest.fixture(scope="module")
def origins() -> dict[str, Books]:
    """Give a place for the books of each cloud whose history the others have too."""
    return {}


@pytest.fixture(params=["moto", pytest.param("emulator", marks=pytest.mark.integration)])
def books(request: pytest.FixtureRequest, origins: dict[str, Books]) -> Books:
    clients: Clients = request.getfixturevalue(f"{request.param}_clients")
    if request.param not in origins:
        origins[request.param] = Books(clients)
    return Books(clients, origins[request.param])
