"""What a provider's word binds is in the audit, and never what its user has removed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fakes.identity import ALICE
from tests.fakes.provider_sign_in import FIRST, SECOND, THIRD, Providers, Racing, linked
from understudy.domain.errors import ConflictError
from understudy.domain.identity import WalletKind
from understudy.domain.ids import WalletId


@pytest.fixture
def world() -> Providers:
    return Providers()


def test_every_binding_on_a_providers_word_is_in_the_audit(world: Providers) -> None:
    world.voucher.says("alice", linked(FIRST), linked(SECOND))
    world.enter()
    assert world.bindings() == [(FIRST, "privy"), (SECOND, "privy")]

    world.voucher.says("alice", linked(FIRST), linked(THIRD))
    world.enter()
    world.enter()

    assert world.bindings() == [(FIRST, "privy"), (SECOND, "privy"), (THIRD, "privy")]


def test_a_removed_wallet_comes_back_by_no_providers_word(world: Providers) -> None:
    external = ALICE.address.lower()
    world.voucher.says("alice", linked(FIRST), linked(external, WalletKind.EOA))
    user_id = world.enter().user_id
    world.remove(external)

    entered = world.enter()

    assert [each.address for each in world.store.wallets(user_id)] == [FIRST]
    assert (entered.user_id, entered.address) == (user_id, FIRST)
    assert world.sign_message().user_id != user_id, "who has its key is a stranger"


def test_whoever_has_a_removed_wallet_now_keeps_its_former_user_out_of_nothing(
    world: Providers,
) -> None:
    external = ALICE.address.lower()
    world.voucher.says("alice", linked(FIRST), linked(external, WalletKind.EOA))
    user_id = world.enter().user_id
    world.remove(external)
    other = world.sign_message()

    assert world.enter().user_id == user_id
    assert world.store.wallet_of_address(external) == other


def test_a_wallet_that_its_user_proved_again_is_theirs_at_the_provider_too(
    world: Providers,
) -> None:
    world.voucher.says("alice", linked(FIRST), linked(SECOND))
    user_id = world.enter().user_id
    again = world.store.wallets_by_address[SECOND]
    world.remove(SECOND)
    world.store.add_wallet(again, 3, is_proven=True)
    world.voucher.says("alice", linked(SECOND))

    assert (world.enter().user_id, world.enter().address) == (user_id, SECOND)


def test_who_is_named_with_removed_wallets_alone_is_told_what_to_do(world: Providers) -> None:
    world.voucher.says("alice", linked(FIRST), linked(SECOND))
    world.enter()
    world.remove(SECOND)
    world.voucher.says("alice", linked(SECOND))

    with pytest.raises(ConflictError) as caught:
        world.enter()

    assert caught.value.code == "WALLET_REMOVED"
    assert world.store.wallet_of_address(SECOND) is None


def test_a_wallet_that_is_removed_in_this_very_moment_is_not_bound_again(world: Providers) -> None:
    world.voucher.says("alice", linked(FIRST), linked(SECOND))
    user_id = world.enter().user_id
    world.voucher.says("alice", linked(FIRST), linked(THIRD))

    def added_and_removed() -> None:
        added = replace(world.store.wallets_by_address[FIRST], wallet_id=WalletId("w9"))
        world.store.add_wallet(replace(added, address=THIRD), 3, is_proven=True)
        world.remove(THIRD)

    world.ids = Racing(given=100, meanwhile=added_and_removed)

    assert world.enter().address == FIRST
    assert [each.address for each in world.store.wallets(user_id)] == [FIRST, SECOND]
