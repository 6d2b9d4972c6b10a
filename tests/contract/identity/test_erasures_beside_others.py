"""An erasure takes nothing that has become another's since it looked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.contract.identity.people import (
    ALICE,
    BOB,
    GONE,
    NOTHING,
    ON_TABLES,
    about,
    session_of,
    settle,
    wallet_of,
)
from tests.contract.identity.test_account_store import overtaken
from tests.fakes.builders import NOW_MS
from understudy.adapters.aws import identity_keys as keys
from understudy.adapters.aws.identity_store import DynamoIdentityStore
from understudy.domain.errors import ConflictError
from understudy.domain.ids import WalletId

if TYPE_CHECKING:
    from tests.contract.identity.conftest import Accounts, Store
    from understudy.adapters.aws.audit_trail import DynamoAuditTrail
    from understudy.ports.sessions import SessionStore
    from understudy.ports.wallets import WalletStore

# In memory an erasure is one step, and nobody comes in between.
TO_BE_OVERTAKEN = pytest.mark.parametrize("store", ON_TABLES, indirect=True)


@pytest.fixture(autouse=True)
def people(store: Store, sessions: SessionStore, wallets: WalletStore) -> None:
    settle(store, sessions, wallets)


@TO_BE_OVERTAKEN
def test_an_address_that_became_anothers_meanwhile_stays_theirs(
    store: Store,
    sessions: SessionStore,
    wallets: WalletStore,
    accounts: Accounts,
    trail: DynamoAuditTrail,
) -> None:
    second = wallet_of(ALICE, 2)
    bobs = replace(second, user_id=BOB, wallet_id=WalletId("bob-4"))

    def change_hands() -> None:
        wallets.retire_wallet(ALICE, second.wallet_id)
        wallets.remove_wallet(second, NOW_MS)
        store.add_wallet(bobs, 3, is_proven=True)

    with pytest.raises(ConflictError):
        overtaken(store, trail, change_hands).erase(ALICE, GONE)
    assert store.wallet_of_address(bobs.address) == bobs

    accounts.erase(ALICE, GONE)
    assert store.wallet_of_address(bobs.address) == bobs
    assert store.wallet_of_address(wallet_of(ALICE).address) is None
    assert store.user(ALICE) is None


@TO_BE_OVERTAKEN
def test_a_session_that_is_anothers_under_a_name_of_hers_goes_on(
    store: Store, sessions: SessionStore, accounts: Accounts
) -> None:
    assert isinstance(store, DynamoIdentityStore)
    name = session_of(ALICE).session_id
    store._table.delete_many([keys.session(name)])  # as the table does after its end
    bobs = replace(session_of(BOB, 9), session_id=name)
    opened = sessions.open_session(bobs, wallet_of(BOB).wallet_id)

    with pytest.raises(ConflictError):
        accounts.erase(ALICE, GONE)

    assert sessions.session(name) == opened


@TO_BE_OVERTAKEN
def test_a_session_that_the_table_has_thrown_away_stops_no_erasure(
    store: Store, sessions: SessionStore, accounts: Accounts
) -> None:
    assert isinstance(store, DynamoIdentityStore)
    store._table.delete_many([keys.session(session_of(ALICE).session_id)])

    accounts.erase(ALICE, GONE)

    assert about(store, sessions, accounts, ALICE) == NOTHING
