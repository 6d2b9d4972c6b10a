"""Signing in: a nonce works once, for its address, in time; an address is one user for ever."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.fakes.builders import NOW_MS
from tests.fakes.identity import ALICE, BOB, IdentityWorld, message
from understudy.domain.errors import ConflictError, NotAllowedError
from understudy.domain.identity import Connector, User, Wallet
from understudy.domain.ids import UserId, WalletId
from understudy.workflows.requests.wallet_proofs import SignedMessage

if TYPE_CHECKING:
    from cli.wallet_key import WalletKey
    from understudy.workflows.requests.sign_in import SignedIn


@pytest.fixture
def world() -> IdentityWorld:
    return IdentityWorld()


def signed_in(
    world: IdentityWorld, key: WalletKey = ALICE, nonce: str | None = None, **changes: str
) -> SignedIn:
    nonce = nonce or world.sign_in.nonce_for(key.address).nonce
    text = message(key.address, nonce, **changes)
    signed = SignedMessage(key.address, text, key.sign_text(text))
    return world.sign_in.verify(signed, Connector.REOWN)


def test_a_first_sign_in_makes_a_user_with_a_wallet(world: IdentityWorld) -> None:
    wallet = signed_in(world).wallet

    user = world.store.user(wallet.user_id)
    assert user is not None
    assert user.active_wallet_id == wallet.wallet_id
    assert wallet.address == ALICE.address.lower()


def test_a_second_sign_in_is_the_same_user(world: IdentityWorld) -> None:
    first = signed_in(world).wallet
    world.clock.advance(1000)

    second = signed_in(world).wallet

    assert (second.user_id, second.wallet_id) == (first.user_id, first.wallet_id)
    assert second.last_seen_at_ms == NOW_MS + 1000
    assert len(world.store.sessions_by_id) == 2


def test_a_nonce_works_once(world: IdentityWorld) -> None:
    nonce = world.sign_in.nonce_for(ALICE.address).nonce
    signed_in(world, nonce=nonce)

    with pytest.raises(NotAllowedError) as caught:
        signed_in(world, nonce=nonce)

    assert caught.value.code == "SIWE_NONCE_INVALID"


def test_of_many_uses_at_once_one_gets_in(world: IdentityWorld) -> None:
    nonce = world.sign_in.nonce_for(ALICE.address).nonce

    def tried(_: int) -> bool:
        try:
            signed_in(world, nonce=nonce)
        except NotAllowedError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(tried, range(12))) == 1


def test_somebody_elses_nonce_does_not_work(world: IdentityWorld) -> None:
    nonce = world.sign_in.nonce_for(ALICE.address).nonce

    with pytest.raises(NotAllowedError):
        signed_in(world, BOB, nonce)

    assert signed_in(world, ALICE, nonce).wallet.address == ALICE.address.lower()


def test_a_nonce_is_too_old_after_ten_minutes(world: IdentityWorld) -> None:
    nonce = world.sign_in.nonce_for(ALICE.address).nonce
    world.clock.advance(600_000)

    with pytest.raises(NotAllowedError):
        signed_in(world, nonce=nonce, issued_at="2027-01-15T08:10:00Z")


def test_a_bad_signature_costs_nobody_the_nonce(world: IdentityWorld) -> None:
    nonce = world.sign_in.nonce_for(ALICE.address).nonce
    text = message(ALICE.address, nonce)
    signed = SignedMessage(ALICE.address, text, BOB.sign_text(text))
    with pytest.raises(NotAllowedError):
        world.sign_in.verify(signed, Connector.REOWN)

    assert signed_in(world, nonce=nonce).wallet.address == ALICE.address.lower()


def test_the_request_and_the_message_must_name_one_address(world: IdentityWorld) -> None:
    text = message(ALICE.address, world.sign_in.nonce_for(ALICE.address).nonce)

    signed = SignedMessage(BOB.address, text, ALICE.sign_text(text))
    with pytest.raises(NotAllowedError):
        world.sign_in.verify(signed, Connector.REOWN)


def test_an_address_is_never_bound_twice(world: IdentityWorld) -> None:
    signed_in(world)
    other = User(UserId("u2"), WalletId("w2"), NOW_MS, NOW_MS)
    wallet = Wallet(
        WalletId("w2"), UserId("u2"), ALICE.address.lower(), Connector.REOWN, NOW_MS, NOW_MS
    )

    with pytest.raises(ConflictError):
        world.store.create_user(other, wallet)

    assert world.store.user(UserId("u2")) is None
