"""Queues and throttle tables in memory, on moto and on the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from moto import mock_aws

from tests.contract.conftest import client_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PLACES = ["memory", "moto", pytest.param("emulator", marks=pytest.mark.integration)]


@pytest.fixture(params=PLACES)
def clients(request: pytest.FixtureRequest) -> Iterator[Callable[[str], Any] | None]:
    """Give what makes clients of this place's cloud; None in memory."""
    if request.param == "memory":
        yield None
    elif request.param == "moto":
        with mock_aws():
            yield client_of
    else:
        url = request.getfixturevalue("emulator_url")
        yield lambda service: client_of(service, url)
