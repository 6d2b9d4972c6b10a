"""Sessions: a refresh token works once; a stolen one ends its session, a lost answer does not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.fakes.builders import NOW_MS
from tests.fakes.identity import ALICE, IdentityWorld
from understudy.domain.errors import ForbiddenError, NotAllowedError
from understudy.domain.identity import AuthMethod, Connector, Session, User, Wallet
from understudy.domain.ids import UserId, WalletId

if TYPE_CHECKING:
    from understudy.workflows.requests.sessions import TokenPair

DAY_MS = 86_400_000
WALLET = Wallet(
    WalletId("w1"), UserId("u1"), ALICE.address.lower(), Connector.REOWN, NOW_MS, NOW_MS
)


USER = User(WALLET.user_id, WALLET.wallet_id, NOW_MS, NOW_MS)


@pytest.fixture
def world() -> IdentityWorld:
    world = IdentityWorld()
    world.store.create_user(USER, WALLET)
    return world


def opened(world: IdentityWorld) -> TokenPair:
    return world.sessions.open(WALLET, AuthMethod.SIWE)


def only_session(world: IdentityWorld) -> Session:
    (session,) = world.store.sessions_by_id.values()
    return session


def refusal(world: IdentityWorld, token: str) -> str:
    with pytest.raises(NotAllowedError) as caught:
        world.sessions.refresh(token)
    return caught.value.code


def test_a_new_session_knows_whose_it_is(world: IdentityWorld) -> None:
    claims = world.sessions.caller(opened(world).access_token)

    assert (claims.app_user_id, claims.wallet_address) == (WALLET.user_id, WALLET.address)
    world.sessions.require_live(claims)


def test_a_refresh_gives_other_tokens(world: IdentityWorld) -> None:
    first = opened(world)
    world.clock.advance(60_000)

    second = world.sessions.refresh(first.refresh_token)

    assert second.refresh_token != first.refresh_token
    assert second.access_token != first.access_token


def test_every_token_of_a_session_says_when_its_user_signed_in(world: IdentityWorld) -> None:
    pair, said = opened(world), []
    for _ in range(3):
        said.append(world.sessions.caller(pair.access_token).auth_time_seconds)
        world.clock.advance(DAY_MS)
        pair = world.sessions.refresh(pair.refresh_token)

    assert said == [NOW_MS // 1000] * 3


def test_a_sign_in_of_ten_minutes_ago_is_fresh_and_one_of_longer_ago_is_not(
    world: IdentityWorld,
) -> None:
    claims = world.sessions.caller(opened(world).access_token)
    world.sessions.require_fresh(claims)
    world.clock.advance(600_000)
    world.sessions.require_fresh(claims)
    world.clock.advance(1)

    with pytest.raises(ForbiddenError) as caught:
        world.sessions.require_fresh(claims)

    assert caught.value.code == "SIGN_IN_AGAIN"


def test_a_lost_answer_gives_the_same_successor_for_ten_seconds(world: IdentityWorld) -> None:
    first = opened(world)
    second = world.sessions.refresh(first.refresh_token)
    world.clock.advance(10_000)

    again = world.sessions.refresh(first.refresh_token)

    assert again.refresh_token == second.refresh_token
    assert only_session(world).generation == 2


def test_a_used_token_after_ten_seconds_ends_the_session(world: IdentityWorld) -> None:
    first = opened(world)
    second = world.sessions.refresh(first.refresh_token)
    world.clock.advance(10_001)

    assert refusal(world, first.refresh_token) == "REFRESH_TOKEN_REUSED"
    assert refusal(world, second.refresh_token) == "SESSION_ENDED"


def test_only_the_last_used_token_may_have_been_lost(world: IdentityWorld) -> None:
    first = opened(world)
    second = world.sessions.refresh(first.refresh_token)
    world.sessions.refresh(second.refresh_token)

    assert refusal(world, first.refresh_token) == "REFRESH_TOKEN_REUSED"
    assert only_session(world).revoked_at_ms == NOW_MS


@pytest.mark.parametrize("token", ["", "a.b.c", "1" * 32 + ".1." + "0" * 64, "1" * 32 + ".01.x"])
def test_garbage_is_refused_before_the_store_is_asked(world: IdentityWorld, token: str) -> None:
    world.store.sessions_by_id = None  # type: ignore[assignment]  # asking it would raise

    assert refusal(world, token) == "REFRESH_TOKEN_INVALID"


def test_an_ended_session_neither_refreshes_nor_moves_money(world: IdentityWorld) -> None:
    tokens = opened(world)
    claims = world.sessions.caller(tokens.access_token)

    world.sessions.end(tokens.refresh_token)
    world.sessions.end(tokens.refresh_token)

    assert refusal(world, tokens.refresh_token) == "SESSION_ENDED"
    with pytest.raises(NotAllowedError):
        world.sessions.require_live(claims)


def test_a_session_is_over_after_thirty_idle_days(world: IdentityWorld) -> None:
    tokens = opened(world)
    world.clock.advance(30 * DAY_MS)

    assert refusal(world, tokens.refresh_token) == "SESSION_ENDED"


def test_a_session_is_over_after_ninety_days_however_busy(world: IdentityWorld) -> None:
    tokens = opened(world)
    for _ in range(4):
        world.clock.advance(20 * DAY_MS)
        tokens = world.sessions.refresh(tokens.refresh_token)
    world.clock.advance(10 * DAY_MS)

    assert refusal(world, tokens.refresh_token) == "SESSION_ENDED"


def test_two_refreshes_at_once_get_the_same_successor(world: IdentityWorld) -> None:
    token = opened(world).refresh_token
    sessions = world.sessions

    with ThreadPoolExecutor(2) as pool:
        pairs = list(pool.map(lambda _: sessions.refresh(token), range(8)))

    assert len({pair.refresh_token for pair in pairs}) == 1
    assert only_session(world).generation == 2


def test_no_refresh_token_is_stored(world: IdentityWorld) -> None:
    tokens = opened(world)
    world.sessions.refresh(tokens.refresh_token)

    kept = repr(world.store.sessions_by_id)
    assert tokens.refresh_token not in kept
    assert tokens.refresh_token.rpartition(".")[2] not in kept


def test_a_lost_answer_from_before_a_rotation_of_the_secret_gives_the_same_successor(
    world: IdentityWorld,
) -> None:
    first = opened(world)
    second = world.sessions.refresh(first.refresh_token)
    world.ring.rotate()

    again = world.sessions.refresh(first.refresh_token)

    assert again.refresh_token == second.refresh_token
    assert world.sessions.refresh(again.refresh_token).refresh_token != again.refresh_token


def test_a_refresh_token_outlives_one_rotation_of_the_secret(world: IdentityWorld) -> None:
    tokens = opened(world)
    world.ring.rotate()

    second = world.sessions.refresh(tokens.refresh_token)
    again = world.sessions.refresh(tokens.refresh_token)

    assert again.refresh_token == second.refresh_token
