"""A user with more wallets than one transaction holds is erased too, what matters last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.identity.concurrency import TRULY_CONCURRENT
from tests.contract.identity.people import (
    ALICE,
    BOB,
    GONE,
    NOTHING,
    ON_TABLES,
    PRIVY,
    DyingClient,
    about,
    identity_of,
    settle,
    wallet_of,
)
from understudy.adapters.aws.account_store import DynamoAccountStore
from understudy.adapters.aws.identity_store import DynamoIdentityStore
from understudy.adapters.aws.table import Table
from understudy.domain.errors import DependencyError

if TYPE_CHECKING:
    from tests.contract.identity.conftest import Accounts, Store
    from understudy.adapters.aws.attributes import Item
    from understudy.adapters.aws.audit_trail import DynamoAuditTrail
    from understudy.ports.sessions import SessionStore
    from understudy.ports.wallets import WalletStore

MANY_WALLETS = 60
MOST_IN_A_BATCH = 25


@pytest.fixture
def people(store: Store, sessions: SessionStore, wallets: WalletStore) -> None:
    settle(store, sessions, wallets)


@pytest.fixture(scope="module")
def once_written() -> dict[str, list[Item]]:
    """Give a place for what one case has written into a cloud and the next ones put as it was."""
    return {}


@pytest.fixture
def many(
    request: pytest.FixtureRequest,
    store: Store,
    wallets: WalletStore,
    once_written: dict[str, list[Item]],
) -> DynamoIdentityStore:
    """Give a table in which ALICE has many wallets, the last of them active."""
    assert isinstance(store, DynamoIdentityStore)
    client: Any = store._table.client
    table = store._table.name
    cloud = request.node.callspec.params["store"]
    if cloud in once_written:
        items = once_written[cloud]
        for start in range(0, len(items), MOST_IN_A_BATCH):
            puts = [{"PutRequest": {"Item": each}} for each in items[start:][:MOST_IN_A_BATCH]]
            assert not client.batch_write_item(RequestItems={table: puts})["UnprocessedItems"]
        return store
    request.getfixturevalue("people")
    for number in range(3, MANY_WALLETS + 1):
        store.add_wallet(wallet_of(ALICE, number), MANY_WALLETS, is_proven=True)
    wallets.activate_wallet(ALICE, wallet_of(ALICE, MANY_WALLETS).wallet_id)
    pages = client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    once_written[cloud] = pages.build_full_result()["Items"]
    return store


@TRULY_CONCURRENT
@pytest.mark.usefixtures("people")
def test_a_user_with_more_wallets_than_fit_into_a_transaction_is_erased_too(
    store: Store, sessions: SessionStore, accounts: Accounts
) -> None:
    more = [wallet_of(ALICE, number) for number in range(3, MANY_WALLETS + 1)]
    for wallet in more:
        store.add_wallet(wallet, MANY_WALLETS, is_proven=True)
    before = about(store, sessions, accounts, BOB)

    accounts.erase(ALICE, GONE)

    assert about(store, sessions, accounts, ALICE) == NOTHING
    assert [each for each in more if store.wallet_of_address(each.address)] == []
    assert about(store, sessions, accounts, BOB) == before


@pytest.mark.parametrize("store", ON_TABLES, indirect=True)
@pytest.mark.parametrize("transactions", range(4))
def test_of_more_ways_in_than_go_at_once_those_that_matter_go_last(
    many: DynamoIdentityStore,
    sessions: SessionStore,
    accounts: Accounts,
    trail: DynamoAuditTrail,
    transactions: int,
) -> None:
    store, table = many, many._table
    active = wallet_of(ALICE, MANY_WALLETS)
    dying = Table(DyingClient(table.client, transactions), table.name)  # type: ignore[arg-type]  # a client that is interfered with

    try:
        DynamoAccountStore(dying, trail).erase(ALICE, GONE)
    except DependencyError:
        assert store.wallet_of_address(active.address) == active
        assert store.provider_identity(PRIVY, identity_of(ALICE).subject) == identity_of(ALICE)
        assert store.user(ALICE)
    else:
        assert transactions == 3, "what hangs on the user, the many wallets, the last ways in"
    accounts.erase(ALICE, GONE)

    assert about(store, sessions, accounts, ALICE) == NOTHING
