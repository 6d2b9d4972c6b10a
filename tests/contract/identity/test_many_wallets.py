"""A user with more wallets than one transaction holds is erased too, what matters last."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    from understudy.adapters.aws.audit_trail import DynamoAuditTrail
    from understudy.ports.sessions import SessionStore
    from understudy.ports.wallets import WalletStore

MANY_WALLETS = 60


@pytest.fixture(autouse=True)
def people(store: Store, sessions: SessionStore, wallets: WalletStore) -> None:
    settle(store, sessions, wallets)


@TRULY_CONCURRENT
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
    store: Store,
    sessions: SessionStore,
    accounts: Accounts,
    wallets: WalletStore,
    trail: DynamoAuditTrail,
    transactions: int,
) -> None:
    assert isinstance(store, DynamoIdentityStore)
    for number in range(3, MANY_WALLETS + 1):
        store.add_wallet(wallet_of(ALICE, number), MANY_WALLETS, is_proven=True)
    active = wallet_of(ALICE, MANY_WALLETS)
    wallets.activate_wallet(ALICE, active.wallet_id)
    table = store._table
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
