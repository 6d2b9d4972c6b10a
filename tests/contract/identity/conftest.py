"""Every test of this folder that takes `store` runs in memory, on moto and on the emulator."""

from __future__ import annotations

from typing import Protocol
from uuid import uuid4

import pytest

from tests.contract.stores import tables
from understudy.adapters.aws.identity_store import DynamoIdentityStore
from understudy.adapters.aws.table import Table
from understudy.adapters.memory.identity import InMemoryIdentityStore
from understudy.ports.agents import AgentRegistry, DueAgents
from understudy.ports.identity import IdentityStore
from understudy.ports.profiles import CopyProfiles


class Store(IdentityStore, AgentRegistry, DueAgents, CopyProfiles, Protocol):
    """All that is kept in the table `identity`."""


@pytest.fixture(params=["memory", "moto", pytest.param("emulator", marks=pytest.mark.integration)])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "memory":
        return InMemoryIdentityStore()
    name = "moto_dynamodb" if request.param == "moto" else "emulated_dynamodb"
    client = request.getfixturevalue(name)
    table = tables.create(client, f"identity-{uuid4().hex}", tables.IDENTITY)
    return DynamoIdentityStore(Table(client, table))
