"""Every test of this folder that takes `world` runs on each of the worlds."""

from __future__ import annotations

import pytest

from tests.contract.stores.worlds import World, in_memory, on_tables, simulated

BESIDE = {"memory": in_memory, "simulated": simulated}


@pytest.fixture(
    params=[*BESIDE, "moto", pytest.param("emulator", marks=pytest.mark.integration)],
)
def world(request: pytest.FixtureRequest) -> World:
    if request.param in BESIDE:
        return BESIDE[request.param]()
    make_client = request.getfixturevalue(f"{request.param}_clients")
    return on_tables(make_client("dynamodb"), make_client("dynamodbstreams"))
