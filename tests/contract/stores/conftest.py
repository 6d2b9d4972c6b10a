"""Every test of this folder that takes `world` runs on each of the worlds."""

from __future__ import annotations

import pytest

from tests.contract.stores.worlds import World, in_memory, on_tables


@pytest.fixture(params=["memory", "moto", pytest.param("emulator", marks=pytest.mark.integration)])
def world(request: pytest.FixtureRequest) -> World:
    if request.param == "memory":
        return in_memory()
    make_client = request.getfixturevalue(f"{request.param}_clients")
    return on_tables(make_client("dynamodb"), make_client("dynamodbstreams"))
