"""What every identity store promises: nothing twice, nothing over what was read, nobody else's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.contract.identity.concurrency import TRULY_CONCURRENT
from tests.contract.identity.people import ADDRESS, AGENT, USER, WALLET
from tests.fakes.builders import NOW_MS
from understudy.domain.agents import AgentStatus
from understudy.domain.errors import ConflictError
from understudy.domain.identity import (
    AuthMethod,
    Connector,
    ProviderIdentity,
    SignInNonce,
    User,
    Wallet,
    WalletKind,
)
from understudy.domain.ids import UserId, WalletId
from understudy.ports.profiles import CopyProfile

if TYPE_CHECKING:
    from tests.contract.identity.conftest import Store

SECOND_WALLET = Wallet(
    WalletId("w2"), UserId("u1"), "0x" + "e" * 40, Connector.PRIVY, NOW_MS + 1, NOW_MS + 1,
    WalletKind.PRIVY_EMBEDDED, privy_wallet_id="id-1", privy_user_id="did:privy:alice",
)  # fmt: skip
NONCE = SignInNonce("n1", ADDRESS, NOW_MS + 1)
IDENTITY = ProviderIdentity(AuthMethod.PRIVY, "did:privy:alice", UserId("u1"), NOW_MS)


def test_a_nonce_is_taken_once(store: Store) -> None:
    store.put_nonce(NONCE)

    assert store.take_nonce(NONCE, NOW_MS)
    assert not store.take_nonce(NONCE, NOW_MS)


@pytest.mark.parametrize(
    ("taken", "now_ms"),
    [
        (replace(NONCE, nonce="n2"), NOW_MS),
        (replace(NONCE, address="0x" + "b" * 40), NOW_MS),
        (replace(NONCE, user_id=UserId("u1")), NOW_MS),
        (NONCE, NOW_MS + 1),
    ],
)
def test_another_nonce_or_address_or_user_or_time_takes_nothing(
    store: Store, taken: SignInNonce, now_ms: int
) -> None:
    store.put_nonce(NONCE)

    assert not store.take_nonce(taken, now_ms)
    assert store.take_nonce(NONCE, NOW_MS)


@pytest.mark.parametrize("user", ["", "u2"])
def test_a_nonce_of_one_user_is_for_nothing_else(store: Store, user: str) -> None:
    own = replace(NONCE, user_id=UserId("u1"))
    store.put_nonce(own)

    assert not store.take_nonce(replace(NONCE, user_id=UserId(user)), NOW_MS)
    assert store.take_nonce(own, NOW_MS)


def test_a_user_is_read_back_with_the_wallet(store: Store) -> None:
    store.create_user(USER, WALLET)

    assert store.user(USER.user_id) == USER
    assert list(store.wallets(USER.user_id)) == [WALLET]
    assert store.wallet_of_address(ADDRESS) == WALLET


def test_nobody_is_there_before_they_came(store: Store) -> None:
    assert store.user(UserId("u1")) is None
    assert store.wallet_of_address(ADDRESS) is None
    assert list(store.agents(UserId("u1"))) == []


def test_an_address_belongs_to_one_user(store: Store) -> None:
    store.create_user(USER, WALLET)
    other, second = UserId("u2"), WalletId("w2")

    with pytest.raises(ConflictError):
        store.create_user(
            replace(USER, user_id=other, active_wallet_id=second),
            replace(WALLET, user_id=other, wallet_id=second),
        )

    assert store.user(other) is None
    assert store.wallet_of_address(ADDRESS) == WALLET


def test_a_user_may_come_with_wallets_and_an_identity(store: Store) -> None:
    store.create_user(USER, WALLET, SECOND_WALLET, identity=IDENTITY)

    assert list(store.wallets(USER.user_id)) == [WALLET, SECOND_WALLET]
    assert store.provider_identity(AuthMethod.PRIVY, "did:privy:alice") == IDENTITY
    assert store.provider_identity(AuthMethod.DYNAMIC, "did:privy:alice") is None
    assert store.provider_identity(AuthMethod.PRIVY, "did:privy:bob") is None


def test_a_subject_belongs_to_one_user(store: Store) -> None:
    store.create_user(USER, WALLET, identity=IDENTITY)
    other = UserId("u2")

    with pytest.raises(ConflictError):
        store.create_user(
            replace(USER, user_id=other),
            replace(SECOND_WALLET, user_id=other),
            identity=replace(IDENTITY, user_id=other),
        )

    assert store.user(other) is None
    assert store.wallet_of_address(SECOND_WALLET.address) is None
    assert store.provider_identity(AuthMethod.PRIVY, "did:privy:alice") == IDENTITY


def test_a_user_with_one_taken_address_of_several_is_not_made(store: Store) -> None:
    store.create_user(USER, WALLET)
    other = UserId("u2")

    with pytest.raises(ConflictError):
        store.create_user(
            replace(USER, user_id=other),
            replace(SECOND_WALLET, user_id=other),
            replace(WALLET, user_id=other),
            identity=replace(IDENTITY, user_id=other),
        )

    assert store.wallet_of_address(SECOND_WALLET.address) is None
    assert store.provider_identity(AuthMethod.PRIVY, "did:privy:alice") is None


@TRULY_CONCURRENT
def test_of_many_who_make_a_user_for_one_subject_at_once_one_does(store: Store) -> None:
    def made(number: int) -> bool:
        user_id, wallet_id = UserId(f"u{number}"), WalletId(f"w{number}")
        wallet = replace(WALLET, user_id=user_id, wallet_id=wallet_id, address=f"0x{number:040x}")
        try:
            store.create_user(
                User(user_id, wallet_id, NOW_MS, NOW_MS),
                wallet,
                identity=replace(IDENTITY, user_id=user_id),
            )
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(made, range(8))) == 1

    known = store.provider_identity(AuthMethod.PRIVY, "did:privy:alice")
    assert known is not None
    assert store.user(known.user_id) is not None


def test_a_further_wallet_is_bound_once(store: Store) -> None:
    store.create_user(USER, WALLET)

    store.add_wallet(SECOND_WALLET, 2, is_proven=True)

    assert list(store.wallets(USER.user_id)) == [WALLET, SECOND_WALLET]
    with pytest.raises(ConflictError):
        store.add_wallet(
            replace(SECOND_WALLET, wallet_id=WalletId("w3"), user_id=UserId("u2")),
            2,
            is_proven=True,
        )
    assert store.wallet_of_address(SECOND_WALLET.address) == SECOND_WALLET


def test_nobody_who_is_not_there_gets_a_wallet(store: Store) -> None:
    with pytest.raises(ConflictError):
        store.add_wallet(WALLET, 2, is_proven=True)

    assert store.wallet_of_address(ADDRESS) is None


@TRULY_CONCURRENT
def test_of_many_users_who_link_one_address_at_once_one_gets_it(store: Store) -> None:
    users = [UserId(f"u{number}") for number in range(8)]
    for number, user_id in enumerate(users):
        own = replace(WALLET, user_id=user_id, address=f"0x{number:040x}")
        store.create_user(replace(USER, user_id=user_id), own)

    def linked(user_id: UserId) -> bool:
        try:
            store.add_wallet(replace(SECOND_WALLET, user_id=user_id), 2, is_proven=True)
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(linked, users)) == 1

    (owner,) = [each for each in users if len(store.wallets(each)) == 2]
    kept = store.wallet_of_address(SECOND_WALLET.address)
    assert kept is not None
    assert kept.user_id == owner


def test_a_login_is_noted_on_user_and_wallet(store: Store) -> None:
    store.create_user(USER, WALLET)
    seen = replace(WALLET, last_seen_at_ms=NOW_MS + 5, connector=Connector.DYNAMIC)

    store.record_login(USER.user_id, replace(seen, created_at_ms=0))

    assert store.user(USER.user_id) == replace(USER, last_login_at_ms=NOW_MS + 5)
    assert store.wallet_of_address(ADDRESS) == seen


def test_a_login_brings_no_wallet_back(store: Store) -> None:
    store.create_user(USER, WALLET)

    with pytest.raises(ConflictError):
        store.record_login(USER.user_id, replace(SECOND_WALLET, last_seen_at_ms=NOW_MS + 5))

    assert list(store.wallets(USER.user_id)) == [WALLET]
    assert store.user(USER.user_id) == USER


def test_an_agent_is_replaced_only_as_it_was_read(store: Store) -> None:
    store.create_user(USER, WALLET)
    first = store.put_agent(AGENT)
    second = store.put_agent(replace(first, status=AgentStatus.ACTIVE))

    with pytest.raises(ConflictError):
        store.put_agent(replace(first, status=AgentStatus.REVOKED))

    assert store.agent(AGENT.user_id, AGENT.agent_id) == second


def test_agents_are_listed_for_their_user_oldest_first(store: Store) -> None:
    store.create_user(USER, WALLET)
    younger = store.put_agent(replace(AGENT, agent_id="a0", created_at_ms=NOW_MS + 1))
    older = store.put_agent(AGENT)
    theirs = UserId("u2")
    store.create_user(
        replace(USER, user_id=theirs), replace(WALLET, user_id=theirs, address=AGENT.address)
    )
    store.put_agent(replace(AGENT, agent_id="a9", user_id=theirs))

    assert list(store.agents(AGENT.user_id)) == [older, younger]
    assert store.agent(AGENT.user_id, "a9") is None


def test_a_profile_is_empty_at_first_and_replaced_only_as_it_was_read(store: Store) -> None:
    store.create_user(USER)
    empty = store.copy_profile(UserId("u1"))
    first = store.put_copy_profile(
        replace(empty, limits={"slippage_bps": 20, "symbols_allow": ["BTC"]})
    )

    with pytest.raises(ConflictError):
        store.put_copy_profile(empty)

    assert empty == CopyProfile(UserId("u1"))
    assert store.copy_profile(UserId("u1")) == first


def test_agents_that_are_due_are_found_the_longest_due_first(store: Store) -> None:
    store.create_user(USER, WALLET)
    dates = {"a1": NOW_MS + 2, "a2": NOW_MS + 1, "a3": NOW_MS + 3, "a4": 0}
    kept = {
        name: store.put_agent(replace(AGENT, agent_id=name, attend_at_ms=at_ms))
        for name, at_ms in dates.items()
    }

    assert list(store.due_agents(NOW_MS + 2, 10)) == [kept["a2"], kept["a1"]]
    assert list(store.due_agents(NOW_MS + 9, 1)) == [kept["a2"]]
    assert list(store.due_agents(NOW_MS, 10)) == []


def test_an_agent_that_is_done_with_is_not_due_any_more(store: Store) -> None:
    store.create_user(USER, WALLET)
    kept = store.put_agent(replace(AGENT, attend_at_ms=NOW_MS))

    store.put_agent(replace(kept, attend_at_ms=0))

    assert list(store.due_agents(NOW_MS + 1, 10)) == []
