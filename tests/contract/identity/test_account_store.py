"""What every store of accounts promises: changes stand apart, and an erased user left nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.contract.identity.concurrency import TRULY_CONCURRENT
from tests.fakes.builders import NOW_MS
from understudy.adapters.aws.account_store import DynamoAccountStore
from understudy.adapters.aws.identity_store import DynamoIdentityStore
from understudy.adapters.aws.table import Table
from understudy.domain.agents import Agent, AgentScope
from understudy.domain.errors import ConflictError, DependencyError, NotFoundError
from understudy.domain.identity import (
    AuthMethod,
    Connector,
    ProviderIdentity,
    Session,
    User,
    Wallet,
)
from understudy.domain.ids import UserId, WalletId
from understudy.ports.profiles import CopyProfile

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.contract.identity.conftest import Store
    from understudy.ports.accounts import AccountStore
    from understudy.ports.sessions import SessionStore
    from understudy.ports.wallets import WalletStore

ALICE, BOB = UserId("alice"), UserId("bob")
SESSIONS, MANY_SESSIONS = 3, 60
MANY_WALLETS = 110
PRIVY, DYNAMIC = AuthMethod.PRIVY, AuthMethod.DYNAMIC


def user_of(user_id: UserId) -> User:
    return User(user_id, WalletId(f"{user_id}-1"), NOW_MS, NOW_MS)


def wallet_of(user_id: UserId, number: int = 1) -> Wallet:
    address = f"0x{user_id.encode().hex():0>39}{number}"
    wallet_id = WalletId(f"{user_id}-{number}")
    return Wallet(wallet_id, user_id, address, Connector.REOWN, NOW_MS + number, NOW_MS)


def session_of(user_id: UserId, number: int = 1) -> Session:
    return Session(
        session_id=f"{user_id}-{number}",
        user_id=user_id,
        auth_method=AuthMethod.SIWE,
        wallet_address=wallet_of(user_id).address,
        generation=1,
        current_hash="c" * 64,
        previous_hash="",
        created_at_ms=NOW_MS,
        rotated_at_ms=NOW_MS,
        idle_expires_at_ms=NOW_MS + 1,
        expires_at_ms=NOW_MS + 2,
    )


def agent_of(user_id: UserId) -> Agent:
    wallet = wallet_of(user_id)
    return Agent(
        agent_id=f"agent-{user_id}",
        user_id=user_id,
        wallet_id=wallet.wallet_id,
        wallet_address=wallet.address,
        venue="hyperliquid",
        hl_chain="Testnet",
        address="0x" + "b" * 40,
        name="one",
        scope=AgentScope.TRADE_ONLY,
        nonce=NOW_MS,
        created_at_ms=NOW_MS,
        approve_by_ms=NOW_MS + 1,
        valid_until_ms=NOW_MS + 2,
    )


def identity_of(user_id: UserId) -> ProviderIdentity:
    return ProviderIdentity(PRIVY, f"did:privy:{user_id}", user_id, NOW_MS)


@pytest.fixture(autouse=True)
def people(store: Store, sessions: SessionStore) -> None:
    for user_id in (ALICE, BOB):
        both = (wallet_of(user_id), wallet_of(user_id, 2))
        store.create_user(user_of(user_id), *both, identity=identity_of(user_id))
        store.put_agent(agent_of(user_id))
        store.put_copy_profile(CopyProfile(user_id, {"slippage_bps": 20}))
        for number in range(SESSIONS):
            sessions.open_session(session_of(user_id, number))


def about(store: Store, sessions: SessionStore, accounts: AccountStore, user_id: UserId) -> Any:
    """Give everything that can be found about a user, by whatever leads there."""
    named = [sessions.session(session_of(user_id, n).session_id) for n in range(SESSIONS)]
    return (
        store.user(user_id),
        [store.wallet_of_address(wallet_of(user_id, number).address) for number in (1, 2)],
        store.provider_identity(PRIVY, identity_of(user_id).subject),
        [each for each in named if each],
        *map(list, (store.wallets(user_id), store.agents(user_id), sessions.sessions(user_id))),
        list(accounts.identities(user_id)),
        store.copy_profile(user_id).limits,
    )


NOTHING: Any = (None, [None, None], None, [], [], [], [], [], {})


def test_accepted_terms_are_read_back(store: Store, accounts: AccountStore) -> None:
    accounts.accept_terms(ALICE, "2027-01", NOW_MS + 5)

    accepted = replace(user_of(ALICE), terms_version="2027-01", terms_accepted_at_ms=NOW_MS + 5)
    assert store.user(ALICE) == accepted


def test_a_flag_comes_and_goes_with_its_reason(store: Store, accounts: AccountStore) -> None:
    accounts.flag(ALICE, "unpaid")
    assert store.user(ALICE) == replace(user_of(ALICE), is_flagged=True, flag_reason="unpaid")

    accounts.flag(ALICE, "")
    assert store.user(ALICE) == user_of(ALICE)


def test_closing_counts_from_the_first_time(store: Store, accounts: AccountStore) -> None:
    accounts.begin_closing(ALICE, NOW_MS + 5)
    accounts.begin_closing(ALICE, NOW_MS + 9)

    assert store.user(ALICE) == replace(user_of(ALICE), closing_since_ms=NOW_MS + 5)


CHANGES: list[Callable[[AccountStore, UserId], None]] = [
    lambda accounts, user_id: accounts.accept_terms(user_id, "1", NOW_MS),
    lambda accounts, user_id: accounts.flag(user_id, "unpaid"),
    lambda accounts, user_id: accounts.begin_closing(user_id, NOW_MS),
]


@pytest.mark.parametrize("change", CHANGES)
def test_nobody_who_is_not_there_is_changed(
    store: Store, accounts: AccountStore, change: Callable[[AccountStore, UserId], None]
) -> None:
    with pytest.raises(NotFoundError):
        change(accounts, UserId("nobody"))

    assert store.user(UserId("nobody")) is None


def test_a_users_identities_are_listed(accounts: AccountStore) -> None:
    assert list(accounts.identities(ALICE)) == [identity_of(ALICE)]
    assert list(accounts.identities(UserId("nobody"))) == []


def test_an_erased_user_left_nothing_and_others_everything(
    store: Store, sessions: SessionStore, accounts: AccountStore
) -> None:
    before = about(store, sessions, accounts, BOB)

    accounts.erase(ALICE)
    accounts.erase(ALICE)

    assert about(store, sessions, accounts, ALICE) == NOTHING
    assert about(store, sessions, accounts, BOB) == before


@TRULY_CONCURRENT
def test_a_user_with_more_than_fits_into_a_transaction_is_erased_too(
    store: Store, sessions: SessionStore, accounts: AccountStore
) -> None:
    for number in range(SESSIONS, MANY_SESSIONS):
        sessions.open_session(session_of(ALICE, number))

    accounts.erase(ALICE)

    assert about(store, sessions, accounts, ALICE) == NOTHING
    assert sessions.session(session_of(ALICE, MANY_SESSIONS - 1).session_id) is None


@TRULY_CONCURRENT
def test_a_user_with_more_wallets_than_fit_into_a_transaction_is_erased_too(
    store: Store, sessions: SessionStore, accounts: AccountStore
) -> None:
    more = [wallet_of(ALICE, number) for number in range(3, MANY_WALLETS + 1)]
    for wallet in more:
        store.add_wallet(wallet)
    before = about(store, sessions, accounts, BOB)

    accounts.erase(ALICE)

    assert about(store, sessions, accounts, ALICE) == NOTHING
    assert [each for each in more if store.wallet_of_address(each.address)] == []
    assert about(store, sessions, accounts, BOB) == before


def test_after_an_erasure_nothing_can_be_added(
    store: Store, sessions: SessionStore, accounts: AccountStore
) -> None:
    accounts.erase(ALICE)

    with pytest.raises(ConflictError):
        sessions.open_session(session_of(ALICE))
    with pytest.raises(ConflictError):
        store.add_wallet(wallet_of(ALICE, 3))
    with pytest.raises(ConflictError):
        store.record_login(ALICE, wallet_of(ALICE))

    assert about(store, sessions, accounts, ALICE) == NOTHING


def test_what_was_the_erased_users_is_free_again(store: Store, accounts: AccountStore) -> None:
    accounts.erase(ALICE)

    again = UserId("again")
    wallet = replace(wallet_of(ALICE), user_id=again, wallet_id=WalletId("w"))
    store.create_user(
        replace(user_of(again), active_wallet_id=wallet.wallet_id),
        wallet,
        identity=replace(identity_of(ALICE), user_id=again),
    )

    assert store.wallet_of_address(wallet.address) == wallet


class DyingClient:
    """A client that answers transactions so often, and then never again."""

    def __init__(self, client: Any, transactions: int) -> None:
        self.client, self.left = client, transactions

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    def transact_write_items(self, **request: Any) -> Any:
        self.left -= 1
        if self.left < 0:
            denied: Any = {"Error": {"Code": "AccessDeniedException", "Message": "gone"}}
            raise ClientError(denied, "TransactWriteItems")
        return self.client.transact_write_items(**request)


ON_TABLES = ["moto", pytest.param("emulator", marks=pytest.mark.integration)]


@pytest.mark.parametrize("store", ON_TABLES, indirect=True)  # in memory an erasure is one step
@pytest.mark.parametrize("transactions", range(3))
def test_an_erasure_that_died_leaves_the_ways_in_until_the_last_write(
    store: Store, sessions: SessionStore, accounts: AccountStore, transactions: int
) -> None:
    assert isinstance(store, DynamoIdentityStore)
    table = store._table
    dying = Table(DyingClient(table.client, transactions), table.name)  # type: ignore[arg-type]

    try:
        DynamoAccountStore(dying).erase(ALICE)
    except DependencyError:
        assert store.wallet_of_address(wallet_of(ALICE).address) == wallet_of(ALICE)
        assert store.provider_identity(PRIVY, identity_of(ALICE).subject) == identity_of(ALICE)
        assert store.user(ALICE) == user_of(ALICE)
    else:
        assert transactions == 2, "what hangs on the user, and then the ways in"
    accounts.erase(ALICE)

    assert about(store, sessions, accounts, ALICE) == NOTHING


@pytest.mark.parametrize("store", ON_TABLES, indirect=True)
@pytest.mark.parametrize("transactions", range(5))
def test_of_more_ways_in_than_go_at_once_those_that_matter_go_last(
    store: Store,
    sessions: SessionStore,
    accounts: AccountStore,
    wallets: WalletStore,
    transactions: int,
) -> None:
    assert isinstance(store, DynamoIdentityStore)
    for number in range(3, MANY_WALLETS + 1):
        store.add_wallet(wallet_of(ALICE, number))
    active = wallet_of(ALICE, MANY_WALLETS)
    wallets.activate_wallet(ALICE, active.wallet_id)
    table = store._table
    dying = Table(DyingClient(table.client, transactions), table.name)  # type: ignore[arg-type]

    try:
        DynamoAccountStore(dying).erase(ALICE)
    except DependencyError:
        assert store.wallet_of_address(active.address) == active
        assert store.provider_identity(PRIVY, identity_of(ALICE).subject) == identity_of(ALICE)
        assert store.user(ALICE)
    else:
        assert transactions == 4, "what hangs on the user, the many wallets, the last ways in"
    accounts.erase(ALICE)

    assert about(store, sessions, accounts, ALICE) == NOTHING


class LateClient(DyingClient):
    """A client before whose second transaction somebody else does something."""

    def __init__(self, client: Any, meanwhile: Callable[[], object]) -> None:
        super().__init__(client, transactions=2)
        self.meanwhile = meanwhile

    def transact_write_items(self, **request: Any) -> Any:
        if self.left == 1:
            self.meanwhile()
            self.left = 9
        return super().transact_write_items(**request)


@pytest.mark.parametrize("store", ON_TABLES, indirect=True)
def test_who_comes_in_during_an_erasure_is_gone_with_the_rest(
    store: Store, sessions: SessionStore, accounts: AccountStore
) -> None:
    assert isinstance(store, DynamoIdentityStore)
    late, wallet = session_of(ALICE, SESSIONS), wallet_of(ALICE, 3)

    def meanwhile() -> None:
        sessions.open_session(late)
        store.add_wallet(wallet)

    table = store._table
    busy: Any = LateClient(table.client, meanwhile)
    DynamoAccountStore(Table(busy, table.name)).erase(ALICE)

    assert about(store, sessions, accounts, ALICE) == NOTHING
    assert sessions.session(late.session_id) is None
    assert store.wallet_of_address(wallet.address) is None
