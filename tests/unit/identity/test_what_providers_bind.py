"""What a provider's word binds is in the audit, and never what its user has removed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from tests.fakes.identity import ALICE
from tests.fakes.provider_sign_in import FIRST, SECOND, THIRD, Providers, Racing, linked
from understudy.adapters.memory.identity import InMemoryIdentityStore
from understudy.domain.errors import ConflictError
from understudy.domain.identity import WalletKind
from understudy.domain.ids import WalletId
from understudy.workflows.requests.wallets import MOST_WALLETS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.domain.identity import Wallet
    from understudy.domain.ids import UserId


@dataclass
class Looking(InMemoryIdentityStore):
    """Notes how often a user's wallets are asked for from outside."""

    looks: int = 0

    def wallets(self, user_id: UserId) -> Sequence[Wallet]:
        self.looks += 1
        return super().wallets(user_id)

    def add_wallet(self, wallet: Wallet, most: int, *, is_proven: bool) -> None:
        before = self.looks
        super().add_wallet(wallet, most, is_proven=is_proven)
        self.looks = before


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


def test_what_does_not_fit_is_not_in_the_audit_however_often_it_is_brought(
    world: Providers,
) -> None:
    many = [linked(f"0x{number:040x}") for number in range(MOST_WALLETS - 1)]
    world.voucher.says("alice", *many)
    world.enter()

    world.voucher.says("alice", many[0], linked(FIRST), linked(SECOND))
    for _ in range(3):
        world.enter()

    assert world.bindings()[len(many) :] == [(FIRST, "privy")]


def test_who_brings_somebody_elses_address_first_leaves_nothing_in_the_audit(
    world: Providers,
) -> None:
    held = world.sign_message().address
    before = len(world.audit.entries)
    world.voucher.says("mallory", linked(FIRST), linked(held))

    for _ in range(3):
        with pytest.raises(ConflictError):
            world.enter()

    assert len(world.audit.entries) == before


def test_wallets_are_looked_at_once_however_many_are_brought(world: Providers) -> None:
    """Beside the store's own count of each, and the look at who signs in with what."""
    world.store = store = Looking()
    world.voucher.says("alice", linked(FIRST))
    world.enter()
    world.voucher.says("alice", *(linked(f"0x{number:040x}") for number in range(9)))

    store.looks = 0
    world.enter()

    assert (len(store.wallets_by_address), store.looks) == (10, 2)


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
