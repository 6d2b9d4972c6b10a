"""Signing in at a provider: one subject is one user for ever, and nobody gets another's address."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from tests.fakes.builders import NOW_MS
from tests.fakes.identity import ALICE
from tests.fakes.provider_sign_in import (
    FIRST,
    PRIVY,
    SECOND,
    TOKENS,
    Providers,
    Racing,
    linked,
)
from understudy.domain.errors import (
    ConflictError,
    DependencyError,
    LimitExceededError,
)
from understudy.domain.identity import AuthMethod, WalletKind
from understudy.workflows.requests.wallets import MOST_WALLETS


@pytest.fixture
def world() -> Providers:
    return Providers()


def test_a_provider_that_is_not_configured_is_said_so(world: Providers) -> None:
    with pytest.raises(LimitExceededError) as caught:
        world.service({}).verify(PRIVY, TOKENS)

    assert caught.value.code == "PROVIDER_NOT_CONFIGURED"


def test_while_the_provider_is_down_nobody_is_made(world: Providers) -> None:
    world.voucher.is_down = True

    with pytest.raises(DependencyError):
        world.enter()

    assert world.store.users == {}


def test_a_first_sign_in_makes_a_user_with_all_wallets(world: Providers) -> None:
    world.voucher.says("alice", linked(FIRST, WalletKind.EOA), linked(SECOND))

    entered = world.enter()

    user = world.store.user(entered.user_id)
    assert user is not None
    assert user.active_wallet_id == entered.wallet_id
    assert entered.address == SECOND, "the wallet that the provider keeps comes first"
    assert [each.address for each in world.store.wallets(user.user_id)] == [FIRST, SECOND]
    assert (entered.privy_wallet_id, entered.privy_user_id) == ("id-b", "alice")


def test_the_session_says_how_it_was_signed_in(world: Providers) -> None:
    world.enter(AuthMethod.DYNAMIC)

    (session,) = world.store.sessions_by_id.values()
    assert (session.auth_method, session.wallet_address) == (AuthMethod.DYNAMIC, FIRST)


def test_the_same_subject_comes_back_to_the_same_user(world: Providers) -> None:
    first = world.enter()
    world.clock.advance(1000)

    second = world.enter()

    assert (second.user_id, second.wallet_id) == (first.user_id, first.wallet_id)
    assert second.last_seen_at_ms == NOW_MS + 1000
    user = world.store.user(first.user_id)
    assert user is not None
    assert user.last_login_at_ms == NOW_MS + 1000


def test_the_same_subject_with_another_wallet_is_still_the_same_user(world: Providers) -> None:
    first = world.enter()
    world.voucher.says("alice", linked(SECOND))

    second = world.enter()

    assert second.user_id == first.user_id
    assert second.address == SECOND
    assert [each.address for each in world.store.wallets(first.user_id)] == [FIRST, SECOND]


def test_the_active_wallet_goes_first_while_the_provider_still_names_it(world: Providers) -> None:
    world.enter()
    world.voucher.says("alice", linked(SECOND), linked(FIRST))

    assert world.enter().address == FIRST


def test_one_name_at_two_providers_is_two_people(world: Providers) -> None:
    first = world.enter(AuthMethod.PRIVY)
    world.voucher.says("alice", linked(SECOND))

    second = world.enter(AuthMethod.DYNAMIC)

    assert second.user_id != first.user_id
    assert second.privy_user_id == ""


def test_an_address_of_somebody_else_is_a_conflict_and_makes_nobody(world: Providers) -> None:
    wallet = world.sign_message()
    world.voucher.says("mallory", linked(FIRST), linked(wallet.address))

    with pytest.raises(ConflictError) as caught:
        world.enter()

    assert caught.value.code == "ADDRESS_IN_USE"
    assert list(world.store.users) == [wallet.user_id]
    assert world.store.identities == {}
    assert world.store.wallet_of_address(FIRST) is None


def test_a_returning_user_is_not_given_anybody_elses_address(world: Providers) -> None:
    wallet, entered = world.sign_message(), world.enter()
    world.voucher.says("alice", linked(FIRST), linked(SECOND), linked(wallet.address))

    with pytest.raises(ConflictError) as caught:
        world.enter()

    assert caught.value.code == "ADDRESS_IN_USE"
    assert list(world.store.wallets(entered.user_id)) == [entered]
    assert world.store.wallet_of_address(wallet.address) == wallet


def test_two_subjects_with_one_address_are_a_conflict(world: Providers) -> None:
    world.enter()
    world.voucher.says("bob", linked(FIRST))

    with pytest.raises(ConflictError) as caught:
        world.enter()

    assert caught.value.code == "ADDRESS_IN_USE"


def test_who_proves_the_key_of_a_wallet_enters_as_its_user(world: Providers) -> None:
    world.voucher.says("alice", linked(ALICE.address.lower()))
    entered = world.enter()

    signed = world.sign_message()

    assert (signed.user_id, signed.wallet_id) == (entered.user_id, entered.wallet_id)
    assert len(world.store.users) == 1


def test_of_many_first_sign_ins_at_once_one_user_comes(world: Providers) -> None:
    world.voucher.says("alice", linked(FIRST), linked(SECOND))
    with ThreadPoolExecutor(8) as pool:
        users = {wallet.user_id for wallet in pool.map(lambda _: world.enter(), range(24))}

    assert len(users) == len(world.store.users) == 1
    assert len(world.store.wallets_by_address) == 2


def test_a_wallet_that_the_same_user_bound_in_between_is_theirs(world: Providers) -> None:
    first = world.enter()
    world.voucher.says("alice", linked(FIRST), linked(SECOND))
    added = replace(first, wallet_id=first.wallet_id, address=SECOND)
    world.ids = Racing(
        given=100, meanwhile=lambda: world.store.add_wallet(added, 2, is_proven=True)
    )

    assert world.enter().user_id == first.user_id


def test_a_wallet_that_another_bound_in_between_is_a_conflict(world: Providers) -> None:
    first = world.enter()
    world.voucher.says("alice", linked(FIRST), linked(SECOND))
    stolen = replace(first, user_id=world.sign_message().user_id, address=SECOND)
    world.ids = Racing(
        given=100, meanwhile=lambda: world.store.add_wallet(stolen, 2, is_proven=True)
    )

    with pytest.raises(ConflictError) as caught:
        world.enter()

    assert caught.value.code == "ADDRESS_IN_USE"


def test_without_an_ethereum_wallet_there_is_nobody_to_trade_for(world: Providers) -> None:
    world.voucher.says("alice")

    with pytest.raises(LimitExceededError) as caught:
        world.enter()

    assert caught.value.code == "NO_WALLET"
    assert world.store.users == {}


def test_nobody_brings_wallets_without_end(world: Providers) -> None:
    many = [linked(f"0x{number:040x}") for number in range(MOST_WALLETS + 1)]
    world.voucher.says("alice", *many)

    with pytest.raises(LimitExceededError) as caught:
        world.enter()

    assert caught.value.code == "TOO_MANY_WALLETS"
    world.voucher.says("alice", *many[:-1])
    assert len(world.store.wallets(world.enter().user_id)) == MOST_WALLETS


def test_token_after_token_brings_no_more_wallets_than_one_may(world: Providers) -> None:
    user_id = world.enter().user_id
    for batch in range(1, 4):
        many = [linked(f"0x{batch}{number:039x}") for number in range(MOST_WALLETS - 1)]
        world.voucher.says("alice", linked(FIRST), *many)

        assert world.enter().address == FIRST

    bound = {each.address for each in world.store.wallets(user_id)}
    assert bound == {FIRST, *(f"0x1{number:039x}" for number in range(MOST_WALLETS - 1))}


def test_where_there_is_room_for_some_the_first_ones_are_bound(world: Providers) -> None:
    many = [linked(f"0x{number:040x}") for number in range(MOST_WALLETS - 1)]
    world.voucher.says("alice", *many)
    user_id = world.enter().user_id

    world.voucher.says("alice", many[0], linked(FIRST), linked(SECOND))
    world.enter()

    bound = {each.address for each in world.store.wallets(user_id)}
    assert bound == {FIRST, *(each.address for each in many)}


def test_who_has_as_many_as_one_may_and_brings_only_others_is_told_so(world: Providers) -> None:
    many = [linked(f"0x{number:040x}") for number in range(MOST_WALLETS)]
    world.voucher.says("alice", *many)
    world.enter()

    world.voucher.says("alice", linked(FIRST))
    with pytest.raises(LimitExceededError) as caught:
        world.enter()

    assert caught.value.code == "TOO_MANY_WALLETS"
