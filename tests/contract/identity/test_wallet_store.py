"""What every store of wallets promises: the active one stays, and a removed address is free."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.identity.concurrency import TRULY_CONCURRENT
from tests.contract.identity.people import ON_TABLES
from tests.fakes.builders import NOW_MS
from understudy.adapters.aws.identity_store import DynamoIdentityStore
from understudy.adapters.aws.table import Table
from understudy.domain.errors import ConflictError, LimitExceededError
from understudy.domain.identity import Connector, RemovedWallet, User, Wallet
from understudy.domain.ids import UserId, WalletId

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.contract.identity.conftest import Store
    from understudy.ports.wallets import WalletStore

ALICE, BOB = UserId("alice"), UserId("bob")
FIRST = Wallet(WalletId("w1"), ALICE, "0x" + "a" * 40, Connector.REOWN, NOW_MS, NOW_MS)
SECOND = replace(FIRST, wallet_id=WalletId("w2"), address="0x" + "b" * 40, created_at_ms=NOW_MS + 1)
MOST = 6
OF_BOB = replace(FIRST, wallet_id=WalletId("w3"), address="0x" + "c" * 40, user_id=BOB)


@pytest.fixture(autouse=True)
def people(store: Store) -> None:
    store.create_user(User(ALICE, FIRST.wallet_id, NOW_MS, NOW_MS), FIRST, SECOND)
    store.create_user(User(BOB, OF_BOB.wallet_id, NOW_MS, NOW_MS), OF_BOB)


def further(number: int) -> Wallet:
    name, address = WalletId(f"more{number}"), f"0x{number:040x}"
    return replace(FIRST, wallet_id=name, address=address, created_at_ms=NOW_MS + 2 + number)


class Overtaken:
    """A client before whose first transaction somebody else acts."""

    def __init__(self, client: Any, meanwhile: Callable[[], None]) -> None:
        self.client, self.meanwhile = client, [meanwhile]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    def transact_write_items(self, **request: Any) -> Any:
        while self.meanwhile:
            self.meanwhile.pop()()
        return self.client.transact_write_items(**request)


def active_of(store: Store, user_id: UserId = ALICE) -> WalletId:
    user = store.user(user_id)
    assert user is not None
    return user.active_wallet_id


def test_another_wallet_becomes_the_active_one(store: Store, wallets: WalletStore) -> None:
    wallets.activate_wallet(ALICE, SECOND.wallet_id)

    assert active_of(store) == SECOND.wallet_id
    assert active_of(store, BOB) == OF_BOB.wallet_id


@pytest.mark.parametrize(("user", "wallet"), [(ALICE, "w3"), (ALICE, "w9"), (UserId("x"), "w1")])
def test_nobody_chooses_what_is_not_theirs(
    store: Store, wallets: WalletStore, user: UserId, wallet: str
) -> None:
    with pytest.raises(ConflictError):
        wallets.activate_wallet(user, WalletId(wallet))

    assert active_of(store) == FIRST.wallet_id
    assert store.user(UserId("x")) is None


def test_a_retired_wallet_is_not_chosen_and_not_signed_in_with(
    store: Store, wallets: WalletStore
) -> None:
    wallets.retire_wallet(ALICE, SECOND.wallet_id)

    assert store.wallet_of_address(SECOND.address) == replace(SECOND, is_active=False)
    with pytest.raises(ConflictError):
        wallets.activate_wallet(ALICE, SECOND.wallet_id)
    with pytest.raises(ConflictError):
        store.record_login(ALICE, SECOND)
    wallets.restore_wallet(ALICE, SECOND.wallet_id)
    wallets.activate_wallet(ALICE, SECOND.wallet_id)


@pytest.mark.parametrize(("user", "wallet"), [(ALICE, "w1"), (ALICE, "w3"), (ALICE, "w9")])
def test_the_active_wallet_and_what_is_not_there_are_not_retired(
    store: Store, wallets: WalletStore, user: UserId, wallet: str
) -> None:
    with pytest.raises(ConflictError):
        wallets.retire_wallet(user, WalletId(wallet))

    assert [each.is_active for each in store.wallets(ALICE)] == [True, True]


def test_what_is_gone_is_not_restored(store: Store, wallets: WalletStore) -> None:
    with pytest.raises(ConflictError):
        wallets.restore_wallet(ALICE, WalletId("w9"))

    assert len(store.wallets(ALICE)) == 2


def test_a_wallet_is_removed_only_once_it_is_retired(store: Store, wallets: WalletStore) -> None:
    with pytest.raises(ConflictError):
        wallets.remove_wallet(SECOND, NOW_MS)
    wallets.retire_wallet(ALICE, SECOND.wallet_id)

    wallets.remove_wallet(SECOND, NOW_MS)

    assert list(store.wallets(ALICE)) == [FIRST]
    assert store.wallet_of_address(SECOND.address) is None
    with pytest.raises(ConflictError):
        wallets.remove_wallet(SECOND, NOW_MS)


def test_a_removed_wallet_comes_back_by_a_proof_alone(store: Store, wallets: WalletStore) -> None:
    wallets.retire_wallet(ALICE, SECOND.wallet_id)
    wallets.remove_wallet(SECOND, NOW_MS + 5)
    again = replace(SECOND, wallet_id=WalletId("w4"))

    assert list(store.removed_wallets(ALICE)) == [RemovedWallet(ALICE, SECOND.address, NOW_MS + 5)]
    with pytest.raises(ConflictError):
        store.add_wallet(again, 3, is_proven=False)
    assert store.wallet_of_address(SECOND.address) is None
    store.add_wallet(again, 3, is_proven=True)

    assert store.wallet_of_address(SECOND.address) == again
    assert list(store.removed_wallets(ALICE)) == []


def test_what_was_not_removed_is_not_marked(store: Store, wallets: WalletStore) -> None:
    with pytest.raises(ConflictError):
        wallets.remove_wallet(SECOND, NOW_MS)

    assert list(store.removed_wallets(ALICE)) == []


def test_what_one_removed_another_may_be_vouched_for(store: Store, wallets: WalletStore) -> None:
    wallets.retire_wallet(ALICE, SECOND.wallet_id)
    wallets.remove_wallet(SECOND, NOW_MS)
    of_bob = replace(SECOND, wallet_id=WalletId("w4"), user_id=BOB)

    store.add_wallet(of_bob, 3, is_proven=False)

    assert store.wallet_of_address(SECOND.address) == of_bob
    assert list(store.removed_wallets(BOB)) == []
    assert [each.address for each in store.removed_wallets(ALICE)] == [SECOND.address]


def test_a_removed_address_is_free_for_anybody(store: Store, wallets: WalletStore) -> None:
    wallets.retire_wallet(ALICE, SECOND.wallet_id)
    wallets.remove_wallet(SECOND, NOW_MS)

    bound = replace(SECOND, wallet_id=WalletId("w4"), user_id=BOB)
    store.add_wallet(bound, 2, is_proven=True)

    assert store.wallet_of_address(SECOND.address) == bound
    with pytest.raises(ConflictError):  # a late removal by the one before
        wallets.remove_wallet(SECOND, NOW_MS)
    assert store.wallet_of_address(SECOND.address) == bound


def test_a_user_has_so_many_wallets_and_no_more(store: Store, wallets: WalletStore) -> None:
    with pytest.raises(LimitExceededError) as caught:
        store.add_wallet(further(1), 2, is_proven=True)

    assert caught.value.code == "TOO_MANY_WALLETS"
    assert store.wallet_of_address(further(1).address) is None
    wallets.retire_wallet(ALICE, SECOND.wallet_id)
    with pytest.raises(LimitExceededError):  # one that is on its way out is not gone
        store.add_wallet(further(1), 2, is_proven=True)
    wallets.remove_wallet(SECOND, NOW_MS)
    store.add_wallet(further(1), 2, is_proven=True)
    assert list(store.wallets(ALICE)) == [FIRST, further(1)]
    store.add_wallet(further(2), 3, is_proven=True)
    assert len(store.wallets(ALICE)) == 3


@TRULY_CONCURRENT
def test_of_many_wallets_bound_at_once_no_more_stay_than_a_user_may_have(store: Store) -> None:
    def bound(number: int) -> bool:
        try:
            store.add_wallet(further(number), MOST, is_proven=True)
        except (ConflictError, LimitExceededError):
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(bound, range(16)))

    assert 0 < sum(done) <= MOST - 2
    assert len(store.wallets(ALICE)) == 2 + sum(done)


@pytest.mark.parametrize("store", ON_TABLES, indirect=True)
def test_a_wallet_bound_between_the_count_and_the_writing_counts_too(store: Store) -> None:
    """Another worker binds the last one that fits, just before this one writes."""
    assert isinstance(store, DynamoIdentityStore)
    table = store._table
    overtaken = Overtaken(table.client, lambda: store.add_wallet(further(1), 3, is_proven=True))
    late = DynamoIdentityStore(Table(overtaken, table.name))  # type: ignore[arg-type]  # a client that is interfered with

    with pytest.raises(LimitExceededError):
        late.add_wallet(further(2), 3, is_proven=True)

    assert [each.wallet_id for each in store.wallets(ALICE)] == ["w1", "w2", "more1"]
    assert store.wallet_of_address(further(2).address) is None


@TRULY_CONCURRENT
def test_a_wallet_chosen_and_retired_at_once_is_never_both(
    store: Store, wallets: WalletStore
) -> None:
    def tried(change: Callable[[UserId, WalletId], None]) -> bool:
        try:
            change(ALICE, SECOND.wallet_id)
        except ConflictError:
            return False
        return True

    for _ in range(5):
        with ThreadPoolExecutor(2) as pool:
            done = list(pool.map(tried, [wallets.activate_wallet, wallets.retire_wallet]))
        (second,) = [each for each in store.wallets(ALICE) if each.wallet_id == SECOND.wallet_id]
        assert any(done)
        assert second.is_active or active_of(store) == FIRST.wallet_id
        wallets.restore_wallet(ALICE, SECOND.wallet_id)
        wallets.activate_wallet(ALICE, FIRST.wallet_id)
