"""The API on ports in memory, and one who is signed in."""

from __future__ import annotations

import pytest

from tests.fakes.api import ApiWorld


@pytest.fixture
def api() -> ApiWorld:
    return ApiWorld()


@pytest.fixture
def token(api: ApiWorld) -> str:
    return api.token()
