"""Every test of this folder that takes `store` runs in memory, on moto and on the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol
from uuid import uuid4

import pytest

from tests.contract.stores import tables
from tests.contract.stores.late_replica import LateReplica
from tests.fakes.custody import fixed_stamps
from understudy.adapters.aws.account_store import DynamoAccountStore
from understudy.adapters.aws.audit_trail import DynamoAuditTrail
from understudy.adapters.aws.identity_store import DynamoIdentityStore
from understudy.adapters.aws.session_store import DynamoSessionStore
from understudy.adapters.aws.table import Table
from understudy.adapters.aws.wallet_store import DynamoWalletStore
from understudy.adapters.memory.accounts import InMemoryAccountStore
from understudy.adapters.memory.audit import InMemoryAuditTrail
from understudy.adapters.memory.identity import InMemoryIdentityStore
from understudy.adapters.memory.wallets import InMemoryWalletStore
from understudy.ports.accounts import AccountStore, ClosingAccounts
from understudy.ports.agents import AgentRegistry, DueAgents
from understudy.ports.identity import IdentityStore
from understudy.ports.profiles import CopyProfiles
from understudy.ports.sessions import SessionStore
from understudy.ports.wallets import WalletStore

if TYPE_CHECKING:
    from collections.abc import Callable

Trail = InMemoryAuditTrail | DynamoAuditTrail


class Store(IdentityStore, AgentRegistry, DueAgents, CopyProfiles, Protocol):
    """All that is kept in the table `identity`, but for sessions."""


class Accounts(AccountStore, ClosingAccounts, Protocol):
    """Accounts, and those of them that are to be deleted."""


@pytest.fixture(params=["memory", "moto", pytest.param("emulator", marks=pytest.mark.integration)])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "memory":
        return InMemoryIdentityStore()
    name = "moto_dynamodb" if request.param == "moto" else "emulated_dynamodb"
    client = request.getfixturevalue(name)
    table = tables.create(client, f"identity-{uuid4().hex}", tables.IDENTITY)
    late: Any = LateReplica(client, table)
    return DynamoIdentityStore(Table(late, table))


@pytest.fixture
def sessions(store: Store) -> SessionStore:
    """Give the sessions that stand beside what `store` holds."""
    if isinstance(store, InMemoryIdentityStore):
        return store
    assert isinstance(store, DynamoIdentityStore)
    return DynamoSessionStore(store._table)


@pytest.fixture
def wallets(store: Store) -> WalletStore:
    """Give what changes the wallets that `store` holds."""
    if isinstance(store, InMemoryIdentityStore):
        return InMemoryWalletStore(store)
    assert isinstance(store, DynamoIdentityStore)
    return DynamoWalletStore(store._table)


@pytest.fixture
def trail(store: Store) -> Trail:
    """Give an audit beside what `store` holds."""
    if isinstance(store, InMemoryIdentityStore):
        return InMemoryAuditTrail()
    assert isinstance(store, DynamoIdentityStore)
    client = store._table.client
    table = tables.create(client, f"audit-{uuid4().hex}", {})
    return DynamoAuditTrail(Table(client, table), fixed_stamps())


@pytest.fixture
def audited(trail: Trail) -> Callable[[], list[str]]:
    """Give what lists the events that the audit has, in any order."""

    def events() -> list[str]:
        if isinstance(trail, InMemoryAuditTrail):
            return [entry.event for entry in trail.entries]
        items = trail._table.client.scan(TableName=trail._table.name)["Items"]
        return [item["event"]["S"] for item in items]

    return events


@pytest.fixture
def accounts(store: Store, trail: Trail) -> Accounts:
    """Give what changes the accounts that `store` holds."""
    if isinstance(store, InMemoryIdentityStore):
        assert isinstance(trail, InMemoryAuditTrail)
        return InMemoryAccountStore(store, trail)
    assert isinstance(store, DynamoIdentityStore)
    assert isinstance(trail, DynamoAuditTrail)
    return DynamoAccountStore(store._table, trail)
