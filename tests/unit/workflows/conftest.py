"""The API on ports in memory, one who is signed in, and what goes on with deletions by itself."""

from __future__ import annotations

import pytest

from tests.fakes.api import ApiWorld
from tests.fakes.erasing import Schedule


@pytest.fixture
def api() -> ApiWorld:
    return ApiWorld()


@pytest.fixture
def token(api: ApiWorld) -> str:
    return api.token()


@pytest.fixture
def schedule(api: ApiWorld) -> Schedule:
    return Schedule(api)
