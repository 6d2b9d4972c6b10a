"""The kill switch: what was opened before is over, access tokens too; what comes after is not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.fakes.builders import NOW_MS
from tests.fakes.identity import ALICE, BOB, IdentityWorld
from understudy.domain.errors import NotAllowedError, NotFoundError
from understudy.domain.identity import AuthMethod, Connector, User, Wallet
from understudy.domain.ids import UserId, WalletId
from understudy.workflows.requests.operators import Deed
from understudy.workflows.requests.sessions import TokenPair
from understudy.workflows.requests.standings import MOST_REMEMBERED, REMEMBERED_MS

DEED = Deed("operator-1", "stolen", NOW_MS)


def wallet_of(name: str, address: str) -> Wallet:
    wallet_id = WalletId(f"w-{name}")
    return Wallet(wallet_id, UserId(name), address.lower(), Connector.REOWN, NOW_MS, NOW_MS)


OF_ALICE, OF_BOB = wallet_of("alice", ALICE.address), wallet_of("bob", BOB.address)


@pytest.fixture
def world() -> IdentityWorld:
    world = IdentityWorld()
    for wallet in (OF_ALICE, OF_BOB):
        world.store.create_user(User(wallet.user_id, wallet.wallet_id, NOW_MS, NOW_MS), wallet)
    return world


def opened(world: IdentityWorld, wallet: Wallet = OF_ALICE) -> TokenPair:
    pair = world.sessions.open(wallet, AuthMethod.SIWE)
    world.clock.advance(1)
    return pair


def session_of(world: IdentityWorld, pair: TokenPair) -> str:
    return world.sessions.caller(pair.access_token).session_id


def is_dead(world: IdentityWorld, pair: TokenPair) -> bool:
    """Say whether a session is over, and see that all its tokens agree."""
    claims = world.sessions.caller(pair.access_token)
    ends = []
    for ask in (world.sessions.require_live, world.sessions.require_lately_live):
        try:
            ask(claims)
        except NotAllowedError as error:
            ends.append(error.code)
    try:
        world.sessions.refresh(pair.refresh_token)
    except NotAllowedError as error:
        ends.append(error.code)
    assert ends in ([], ["SESSION_ENDED"] * 3)
    return bool(ends)


def test_one_ended_session_leaves_the_others(world: IdentityWorld) -> None:
    first, second = opened(world), opened(world)

    world.endings.one(DEED, session_of(world, first))

    assert is_dead(world, first)
    assert not is_dead(world, second)


def test_ending_all_of_a_user_leaves_other_users(world: IdentityWorld) -> None:
    first, second, other = opened(world), opened(world), opened(world, OF_BOB)

    world.endings.all_of(OF_ALICE.user_id, DEED)

    assert is_dead(world, first)
    assert is_dead(world, second)
    assert not is_dead(world, other)


def test_who_ends_all_of_their_own_leaves_other_users(world: IdentityWorld) -> None:
    first, second, third, other = opened(world), opened(world), opened(world), opened(world, OF_BOB)

    world.endings.everywhere(OF_ALICE.user_id, session_of(world, second))

    assert [is_dead(world, each) for each in (first, second, third)] == [True] * 3
    assert not is_dead(world, other)


def test_ending_everybodys_leaves_nobody(world: IdentityWorld) -> None:
    first, other = opened(world), opened(world, OF_BOB)

    world.endings.everybodys(DEED)

    assert is_dead(world, first)
    assert is_dead(world, other)


def test_who_signs_in_again_is_let_in(world: IdentityWorld) -> None:
    here = session_of(world, opened(world))
    world.endings.everywhere(OF_ALICE.user_id, here)
    world.endings.everybodys(DEED)
    world.clock.advance(1)

    assert not is_dead(world, opened(world))


def test_ending_twice_is_no_error(world: IdentityWorld) -> None:
    pair = opened(world)
    for _ in range(2):
        world.endings.one_of(OF_ALICE.user_id, session_of(world, pair))
        world.endings.everywhere(OF_ALICE.user_id, session_of(world, pair))
        world.endings.all_of(OF_ALICE.user_id, DEED)

    assert is_dead(world, pair)


def test_nobody_ends_what_is_not_theirs_or_not_there(world: IdentityWorld) -> None:
    other = opened(world, OF_BOB)

    for session_id in (session_of(world, other), "0" * 32):
        with pytest.raises(NotFoundError) as caught:
            world.endings.one_of(OF_ALICE.user_id, session_id)
        assert caught.value.code == "SESSION_NOT_FOUND"
    with pytest.raises(NotFoundError):
        world.endings.one(DEED, "0" * 32)
    with pytest.raises(NotFoundError):
        world.endings.all_of(UserId("nobody"), DEED)

    assert not is_dead(world, other)


def test_every_ending_is_audited_with_who_wanted_it(world: IdentityWorld) -> None:
    pair = opened(world)
    world.endings.one(DEED, session_of(world, pair))
    world.endings.everywhere(OF_ALICE.user_id, session_of(world, pair))
    world.endings.all_of(OF_ALICE.user_id, DEED)
    world.endings.everybodys(DEED)

    told = {"operator": "operator-1", "reason": "stolen"}
    kept = [(each.event, each.subject, dict(each.facts)) for each in world.audit.entries[1:]]
    assert kept == [
        ("SESSION_ENDED", "alice", {**told, "session_id": session_of(world, pair)}),
        ("SESSIONS_ENDED", "alice", {"by": "user"}),
        ("SESSIONS_ENDED", "alice", told),
        ("ALL_SESSIONS_ENDED", "everybody", told),
    ]


def test_a_user_sees_the_sessions_that_still_let_them_in(world: IdentityWorld) -> None:
    first, second, third = opened(world), opened(world), opened(world)
    opened(world, OF_BOB)
    world.endings.one(DEED, session_of(world, second))

    here = session_of(world, third)
    shown = world.endings.living(OF_ALICE.user_id, here)

    assert [each.session_id for each in shown] == [session_of(world, first), here]
    assert [each.is_current for each in shown] == [False, True]
    world.endings.everywhere(OF_ALICE.user_id, here)
    assert list(world.endings.living(OF_ALICE.user_id, here)) == []


def test_what_another_worker_ended_reads_for_five_seconds_and_changes_nothing(
    world: IdentityWorld,
) -> None:
    claims = world.sessions.caller(opened(world).access_token)
    world.sessions.require_lately_live(claims)
    world.store.end_sessions(OF_ALICE.user_id, world.clock.now_ms())

    world.clock.advance(REMEMBERED_MS - 1)
    world.sessions.require_lately_live(claims)
    with pytest.raises(NotAllowedError):
        world.sessions.require_live(claims)
    with pytest.raises(NotAllowedError):
        world.sessions.require_lately_live(claims)


def test_a_session_that_is_remembered_still_ends_by_itself(world: IdentityWorld) -> None:
    claims = world.sessions.caller(opened(world).access_token)
    world.clock.advance(30 * 86_400_000 - 2)
    world.sessions.require_lately_live(claims)

    world.clock.advance(2)

    with pytest.raises(NotAllowedError):
        world.sessions.require_lately_live(claims)


def test_another_users_token_does_not_stand_by_this_session(world: IdentityWorld) -> None:
    session_id = session_of(world, opened(world))

    assert world.store.standing(session_id, OF_BOB.user_id).admitted(NOW_MS) is None


@pytest.mark.parametrize(
    "claim",
    [
        {"auth_method": AuthMethod.PRIVY},
        {"wallet_address": OF_BOB.address},
        {"auth_time_seconds": NOW_MS // 1000 + 1},
        {"auth_time_seconds": NOW_MS // 1000 - 1},
    ],
)
def test_a_token_that_claims_more_than_its_session_opens_nothing(
    world: IdentityWorld, claim: dict[str, Any]
) -> None:
    claims = world.sessions.caller(opened(world).access_token)

    for ask in (world.sessions.require_live, world.sessions.require_lately_live):
        with pytest.raises(NotAllowedError):
            ask(replace(claims, **claim))
        assert ask(claims).user_id == OF_ALICE.user_id


def test_no_more_than_a_thousand_sessions_are_remembered(world: IdentityWorld) -> None:
    for _ in range(MOST_REMEMBERED + 3):
        pair = opened(world)
        world.sessions.require_lately_live(world.sessions.caller(pair.access_token))

    assert len(world.standings.known) == MOST_REMEMBERED
