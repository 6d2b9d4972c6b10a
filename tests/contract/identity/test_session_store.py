"""What every store of sessions promises: one successor, no ending undone, nothing for nobody."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.contract.identity.concurrency import TRULY_CONCURRENT
from tests.contract.identity.people import SESSION, USER, WALLET
from tests.fakes.builders import NOW_MS
from tests.fakes.identity import ISSUER, CountedIds, FixedRing
from understudy.adapters.identity.access_tokens import Hs256AccessTokens
from understudy.adapters.identity.refresh_tokens import HmacRefreshTokens
from understudy.adapters.memory.audit import InMemoryAuditTrail
from understudy.adapters.memory.clock import ManualClock
from understudy.domain.errors import ConflictError, NotFoundError
from understudy.domain.identity import AuthMethod, Standing, User
from understudy.domain.ids import UserId, WalletId
from understudy.workflows.requests.sessions import Sessions
from understudy.workflows.requests.standings import Standings

if TYPE_CHECKING:
    from tests.contract.identity.conftest import Store
    from understudy.ports.sessions import SessionStore
    from understudy.ports.wallets import WalletStore

OTHER_ID = "2" * 32
SECOND = replace(WALLET, wallet_id=WalletId("w2"), address="0x" + "2" * 40)
WITH_SECOND = replace(SESSION, wallet_address=SECOND.address)


@pytest.fixture(autouse=True)
def user(store: Store) -> User:
    store.create_user(USER, WALLET)
    return USER


def workflow(sessions: SessionStore) -> Sessions:
    clock, ring = ManualClock(NOW_MS), FixedRing()
    return Sessions(
        store=sessions,
        standings=Standings(sessions, clock),
        access=Hs256AccessTokens(ring, ISSUER),
        refresh_tokens=HmacRefreshTokens(ring),
        clock=clock,
        ids=CountedIds(),
        audit=InMemoryAuditTrail(),
    )


def test_a_session_is_replaced_only_as_it_was_read(sessions: SessionStore) -> None:
    first = sessions.open_session(SESSION, WALLET.wallet_id)
    second = sessions.put_session(replace(first, generation=2))

    with pytest.raises(ConflictError):
        sessions.put_session(replace(first, generation=3))
    with pytest.raises(ConflictError):
        sessions.open_session(SESSION, WALLET.wallet_id)

    assert sessions.session(SESSION.session_id) == second
    assert (second.generation, second.version) == (2, 2)


def test_nobody_who_is_not_there_opens_a_session(sessions: SessionStore) -> None:
    with pytest.raises(ConflictError):
        sessions.open_session(replace(SESSION, user_id=UserId("u2")), WALLET.wallet_id)

    assert sessions.session(SESSION.session_id) is None
    assert list(sessions.sessions(UserId("u2"))) == []


def test_a_wallet_on_its_way_out_opens_no_session(
    sessions: SessionStore, store: Store, wallets: WalletStore
) -> None:
    store.add_wallet(SECOND, 3, is_proven=True)
    wallets.retire_wallet(USER.user_id, SECOND.wallet_id)
    with pytest.raises(ConflictError):
        sessions.open_session(WITH_SECOND, SECOND.wallet_id)

    wallets.restore_wallet(USER.user_id, SECOND.wallet_id)
    opened = sessions.open_session(WITH_SECOND, SECOND.wallet_id)

    assert list(sessions.sessions(USER.user_id)) == [opened]


def test_a_sign_in_that_was_noted_opens_nothing_once_its_wallet_is_removed(
    sessions: SessionStore, store: Store, wallets: WalletStore
) -> None:
    store.add_wallet(SECOND, 3, is_proven=True)
    store.record_login(USER.user_id, SECOND)
    wallets.retire_wallet(USER.user_id, SECOND.wallet_id)
    wallets.remove_wallet(SECOND, NOW_MS)

    with pytest.raises(ConflictError):
        sessions.open_session(WITH_SECOND, SECOND.wallet_id)

    assert sessions.session(SESSION.session_id) is None
    assert list(sessions.sessions(USER.user_id)) == []


def test_an_address_that_is_anew_somebodys_opens_no_session_of_before(
    sessions: SessionStore, store: Store, wallets: WalletStore
) -> None:
    store.add_wallet(SECOND, 3, is_proven=True)
    wallets.retire_wallet(USER.user_id, SECOND.wallet_id)
    wallets.remove_wallet(SECOND, NOW_MS)
    anew = replace(SECOND, wallet_id=WalletId("w3"))
    store.add_wallet(anew, 3, is_proven=True)

    with pytest.raises(ConflictError):
        sessions.open_session(WITH_SECOND, SECOND.wallet_id)

    assert sessions.open_session(WITH_SECOND, anew.wallet_id).wallet_address == anew.address


def test_a_users_sessions_are_listed_oldest_first(sessions: SessionStore, store: Store) -> None:
    other = replace(WALLET, user_id=UserId("u2"), address="0x" + "b" * 40)
    store.create_user(replace(USER, user_id=UserId("u2")), other)
    younger = sessions.open_session(replace(SESSION, created_at_ms=NOW_MS + 1), WALLET.wallet_id)
    older = sessions.open_session(replace(SESSION, session_id=OTHER_ID), WALLET.wallet_id)
    of_other = replace(
        SESSION, session_id="3" * 32, user_id=other.user_id, wallet_address=other.address
    )
    sessions.open_session(of_other, other.wallet_id)

    assert list(sessions.sessions(USER.user_id)) == [older, younger]


def test_a_session_stands_with_its_user_and_what_ended_everybodys(sessions: SessionStore) -> None:
    opened = sessions.open_session(SESSION, WALLET.wallet_id)
    assert sessions.standing(SESSION.session_id, USER.user_id) == Standing(opened, USER)

    sessions.end_sessions(USER.user_id, NOW_MS + 5)
    sessions.end_all_sessions(NOW_MS + 7)

    ended = replace(USER, sessions_ended_at_ms=NOW_MS + 5)
    assert sessions.standing(SESSION.session_id, USER.user_id) == Standing(
        opened, ended, NOW_MS + 7
    )


def test_what_is_not_there_does_not_stand(sessions: SessionStore) -> None:
    assert sessions.standing(OTHER_ID, UserId("u9")) == Standing(None, None)


def test_an_earlier_ending_never_undoes_a_later_one(sessions: SessionStore, store: Store) -> None:
    for at_ms in (NOW_MS + 5, NOW_MS + 5, NOW_MS + 4):
        sessions.end_sessions(USER.user_id, at_ms)
        sessions.end_all_sessions(at_ms)

    standing = sessions.standing(OTHER_ID, USER.user_id)
    assert store.user(USER.user_id) == replace(USER, sessions_ended_at_ms=NOW_MS + 5)
    assert standing.all_ended_at_ms == NOW_MS + 5


def test_nobodys_sessions_cannot_be_ended(sessions: SessionStore, store: Store) -> None:
    with pytest.raises(NotFoundError):
        sessions.end_sessions(UserId("u9"), NOW_MS)

    assert store.user(UserId("u9")) is None


def test_a_sign_in_at_the_same_time_keeps_the_ending(sessions: SessionStore, store: Store) -> None:
    sessions.end_sessions(USER.user_id, NOW_MS + 5)

    store.record_login(USER.user_id, replace(WALLET, last_seen_at_ms=NOW_MS + 6))

    user = store.user(USER.user_id)
    assert user is not None
    assert (user.sessions_ended_at_ms, user.last_login_at_ms) == (NOW_MS + 5, NOW_MS + 6)


@TRULY_CONCURRENT
@pytest.mark.parametrize("threads", [2, 8])
def test_truly_concurrent_refreshes_get_one_successor(sessions: SessionStore, threads: int) -> None:
    flow = workflow(sessions)
    token = flow.open(WALLET, AuthMethod.SIWE).refresh_token

    with ThreadPoolExecutor(threads) as pool:
        for generation in range(2, 5):
            pairs = list(pool.map(flow.refresh, [token] * threads))
            (token,) = {pair.refresh_token for pair in pairs}
            (kept,) = sessions.sessions(USER.user_id)
            assert (kept.generation, kept.revoked_at_ms) == (generation, 0)


@TRULY_CONCURRENT
def test_an_ending_beside_refreshes_is_never_lost(sessions: SessionStore) -> None:
    flow = workflow(sessions)
    pair = flow.open(WALLET, AuthMethod.SIWE)

    def refreshed_or_ended(number: int) -> None:
        try:
            if number == 3:
                flow.end(pair.refresh_token)
            else:
                flow.refresh(pair.refresh_token)
        except Exception as error:  # noqa: BLE001 - looked at below, in this thread
            refused.append(error)

    refused: list[Exception] = []
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(refreshed_or_ended, range(8)))

    (kept,) = sessions.sessions(USER.user_id)
    assert kept.revoked_at_ms == NOW_MS
    assert {getattr(error, "code", repr(error)) for error in refused} <= {"SESSION_ENDED"}
