"""What every store of accounts promises: changes stand apart, and an erased user left nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.identity.concurrency import TRULY_CONCURRENT
from tests.contract.identity.people import (
    ALICE,
    BOB,
    GONE,
    MANY_SESSIONS,
    NOTHING,
    ON_TABLES,
    PRIVY,
    SESSIONS,
    DyingClient,
    about,
    identity_of,
    session_of,
    settle,
    user_of,
    wallet_of,
)
from tests.fakes.builders import NOW_MS
from understudy.adapters.aws.account_store import DynamoAccountStore
from understudy.adapters.aws.identity_store import DynamoIdentityStore
from understudy.adapters.aws.table import Table
from understudy.domain.errors import ConflictError, DependencyError, NotFoundError
from understudy.domain.ids import UserId, WalletId
from understudy.domain.limits import OnStop

if TYPE_CHECKING:
    from tests.contract.identity.conftest import Accounts, Store
    from understudy.adapters.aws.audit_trail import DynamoAuditTrail
    from understudy.ports.accounts import AccountStore
    from understudy.ports.sessions import SessionStore
    from understudy.ports.wallets import WalletStore

Audited = Callable[[], list[str]]
Meanwhile = Callable[[], object]


@pytest.fixture(autouse=True)
def people(store: Store, sessions: SessionStore, wallets: WalletStore) -> None:
    settle(store, sessions, wallets)


def test_accepted_terms_are_read_back(store: Store, accounts: Accounts) -> None:
    accounts.accept_terms(ALICE, "2027-01", NOW_MS + 5)

    accepted = replace(user_of(ALICE), terms_version="2027-01", terms_accepted_at_ms=NOW_MS + 5)
    assert store.user(ALICE) == accepted


def test_a_flag_comes_and_goes_with_its_reason(store: Store, accounts: Accounts) -> None:
    accounts.flag(ALICE, "unpaid")
    assert store.user(ALICE) == replace(user_of(ALICE), is_flagged=True, flag_reason="unpaid")

    accounts.flag(ALICE, "")
    assert store.user(ALICE) == user_of(ALICE)


def test_the_audit_has_an_erasure_once_however_often_it_is_asked_for(
    accounts: Accounts, audited: Audited
) -> None:
    for _ in range(3):
        accounts.erase(ALICE, GONE)
    accounts.erase(UserId("nobody"), GONE)

    assert audited() == ["ACCOUNT_DELETED"]


CHANGES: list[Callable[[AccountStore, UserId], None]] = [
    lambda accounts, user_id: accounts.accept_terms(user_id, "1", NOW_MS),
    lambda accounts, user_id: accounts.flag(user_id, "unpaid"),
    lambda accounts, user_id: accounts.begin_closing(user_id, NOW_MS, OnStop.KEEP, NOW_MS),
]


@pytest.mark.parametrize("change", CHANGES)
def test_nobody_who_is_not_there_is_changed(
    store: Store, accounts: Accounts, change: Callable[[AccountStore, UserId], None]
) -> None:
    with pytest.raises(NotFoundError):
        change(accounts, UserId("nobody"))

    assert store.user(UserId("nobody")) is None


def test_a_users_identities_are_listed(accounts: Accounts) -> None:
    assert list(accounts.identities(ALICE)) == [identity_of(ALICE)]
    assert list(accounts.identities(UserId("nobody"))) == []


def test_an_erased_user_left_nothing_and_others_everything(
    store: Store, sessions: SessionStore, accounts: Accounts
) -> None:
    before = about(store, sessions, accounts, BOB)

    accounts.erase(ALICE, GONE)
    accounts.erase(ALICE, GONE)

    assert about(store, sessions, accounts, ALICE) == NOTHING
    assert about(store, sessions, accounts, BOB) == before


@TRULY_CONCURRENT
def test_a_user_with_more_than_fits_into_a_transaction_is_erased_too(
    store: Store, sessions: SessionStore, accounts: Accounts
) -> None:
    for number in range(SESSIONS, MANY_SESSIONS):
        sessions.open_session(session_of(ALICE, number), wallet_of(ALICE).wallet_id)

    accounts.erase(ALICE, GONE)

    assert about(store, sessions, accounts, ALICE) == NOTHING
    assert sessions.session(session_of(ALICE, MANY_SESSIONS - 1).session_id) is None


def test_after_an_erasure_nothing_can_be_added(
    store: Store, sessions: SessionStore, accounts: Accounts
) -> None:
    accounts.erase(ALICE, GONE)

    with pytest.raises(ConflictError):
        sessions.open_session(session_of(ALICE), wallet_of(ALICE).wallet_id)
    with pytest.raises(ConflictError):
        store.add_wallet(wallet_of(ALICE, 3), 3, is_proven=True)
    with pytest.raises(ConflictError):
        store.record_login(ALICE, wallet_of(ALICE))

    assert about(store, sessions, accounts, ALICE) == NOTHING


def test_what_was_the_erased_users_is_free_again(store: Store, accounts: Accounts) -> None:
    accounts.erase(ALICE, GONE)

    again = UserId("again")
    wallet = replace(wallet_of(ALICE), user_id=again, wallet_id=WalletId("w"))
    store.create_user(
        replace(user_of(again), active_wallet_id=wallet.wallet_id),
        wallet,
        identity=replace(identity_of(ALICE), user_id=again),
    )

    assert store.wallet_of_address(wallet.address) == wallet


@pytest.mark.parametrize("store", ON_TABLES, indirect=True)  # in memory an erasure is one step
@pytest.mark.parametrize("transactions", range(2))
def test_an_erasure_that_died_leaves_the_ways_in_until_the_last_write(
    store: Store, sessions: SessionStore, accounts: Accounts, transactions: int, request: Any
) -> None:
    assert isinstance(store, DynamoIdentityStore)
    trail, audited = (request.getfixturevalue(name) for name in ("trail", "audited"))
    table = store._table
    dying = Table(DyingClient(table.client, transactions), table.name)  # type: ignore[arg-type]  # a client that is interfered with

    with pytest.raises(DependencyError):
        DynamoAccountStore(dying, trail).erase(ALICE, GONE)

    assert store.wallet_of_address(wallet_of(ALICE).address) == wallet_of(ALICE)
    assert store.provider_identity(PRIVY, identity_of(ALICE).subject) == identity_of(ALICE)
    assert store.user(ALICE) == user_of(ALICE)
    assert store.removed_wallets(ALICE), "else a provider's word would bring it back"
    assert audited() == []
    accounts.erase(ALICE, GONE)
    assert about(store, sessions, accounts, ALICE) == NOTHING
    assert audited() == ["ACCOUNT_DELETED"]


@pytest.mark.parametrize("store", ON_TABLES, indirect=True)
def test_an_erasure_that_died_before_its_second_look_is_due_for_it(
    store: Store, sessions: SessionStore, accounts: Accounts, trail: DynamoAuditTrail
) -> None:
    assert isinstance(store, DynamoIdentityStore)
    table = store._table
    dying = Table(DyingClient(table.client, 2), table.name)  # type: ignore[arg-type]  # a client that is interfered with

    with pytest.raises(DependencyError):
        DynamoAccountStore(dying, trail).erase(ALICE, GONE)

    assert store.user(ALICE) is None
    assert list(accounts.due_closings(NOW_MS, 9)) == [ALICE]
    accounts.clear(ALICE)
    assert about(store, sessions, accounts, ALICE) == NOTHING


class LateClient(DyingClient):
    """A client before whose second transaction somebody else does something."""

    def __init__(self, client: Any, meanwhile: Meanwhile, transactions_after: int) -> None:
        super().__init__(client, transactions=2)
        self.meanwhile: Meanwhile | None = meanwhile
        self.transactions_after = transactions_after

    def transact_write_items(self, **request: Any) -> Any:
        if self.left == 1 and self.meanwhile is not None:
            self.meanwhile()
            self.meanwhile, self.left = None, self.transactions_after
        return super().transact_write_items(**request)


def overtaken(
    store: Store, trail: DynamoAuditTrail, meanwhile: Meanwhile, transactions_after: int = 9
) -> DynamoAccountStore:
    assert isinstance(store, DynamoIdentityStore)
    table = store._table
    client: Any = LateClient(table.client, meanwhile, transactions_after)
    return DynamoAccountStore(Table(client, table.name), trail)


LATE_SESSION, LATE_WALLET = session_of(ALICE, SESSIONS), wallet_of(ALICE, 3)


def come_in(store: Store, sessions: SessionStore) -> None:
    sessions.open_session(LATE_SESSION, wallet_of(ALICE).wallet_id)
    store.add_wallet(LATE_WALLET, 3, is_proven=True)


@pytest.mark.parametrize("store", ON_TABLES, indirect=True)
def test_who_comes_in_during_an_erasure_is_gone_with_the_rest(
    store: Store, sessions: SessionStore, accounts: Accounts, trail: DynamoAuditTrail
) -> None:
    overtaken(store, trail, lambda: come_in(store, sessions)).erase(ALICE, GONE)

    assert about(store, sessions, accounts, ALICE) == NOTHING
    assert sessions.session(LATE_SESSION.session_id) is None
    assert store.wallet_of_address(LATE_WALLET.address) is None


@pytest.mark.parametrize("store", ON_TABLES, indirect=True)
def test_who_comes_in_during_an_erasure_that_dies_is_named_until_all_is_gone(
    store: Store, sessions: SessionStore, accounts: Accounts, trail: DynamoAuditTrail
) -> None:
    dying = overtaken(store, trail, lambda: come_in(store, sessions), transactions_after=1)
    with pytest.raises(DependencyError):
        dying.erase(ALICE, GONE)
    assert store.user(ALICE) is None
    assert store.wallet_of_address(LATE_WALLET.address) == LATE_WALLET, "this is what stayed behind"
    assert list(accounts.due_closings(NOW_MS, 9)) == [ALICE]

    accounts.defer_closing(ALICE, NOW_MS + 5)
    assert list(accounts.due_closings(NOW_MS, 9)) == []
    accounts.clear(ALICE)

    assert list(accounts.due_closings(NOW_MS + 5, 9)) == []
    assert about(store, sessions, accounts, ALICE) == NOTHING
    assert sessions.session(LATE_SESSION.session_id) is None
    assert store.wallet_of_address(LATE_WALLET.address) is None


def test_who_is_there_is_not_cleared_away(
    store: Store, sessions: SessionStore, accounts: Accounts
) -> None:
    before = about(store, sessions, accounts, ALICE)

    accounts.clear(ALICE)
    accounts.clear(UserId("nobody"))

    assert about(store, sessions, accounts, ALICE) == before


@pytest.mark.parametrize("store", ON_TABLES, indirect=True)
def test_of_two_erasures_at_once_one_is_in_the_audit(
    store: Store, accounts: Accounts, trail: DynamoAuditTrail, audited: Audited
) -> None:
    slow = overtaken(store, trail, lambda: accounts.erase(ALICE, GONE))

    with pytest.raises(ConflictError):
        slow.erase(ALICE, GONE)

    assert audited() == ["ACCOUNT_DELETED"]
    assert store.user(ALICE) is None
