"""What every store promises of agents that are made: each is counted, none for who leaves.

As many as there may be in a day are made so that none of them waits, and else more than may wait.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.identity.concurrency import TRULY_CONCURRENT
from tests.contract.identity.people import ADDRESS, AGENT, USER, WALLET
from tests.fakes.builders import NOW_MS
from understudy.adapters.aws.identity_store import DynamoIdentityStore
from understudy.adapters.memory.identity import InMemoryIdentityStore
from understudy.domain.agents import (
    BEING_MADE_MS,
    DAY_MS,
    MOST_MADE_A_DAY,
    Agent,
    AgentStatus,
    MadeAgents,
)
from understudy.domain.audit import AuditEntry
from understudy.domain.errors import ConflictError, LimitExceededError, TooManyCallsError
from understudy.domain.identity import User
from understudy.domain.ids import UserId, WalletId
from understudy.domain.limits import OnStop
from understudy.workflows.requests.agent_places import MAX_WAITING, give_place_back, take_place

if TYPE_CHECKING:
    from tests.contract.identity.conftest import Store
    from understudy.ports.accounts import AccountStore

NONE = MadeAgents(USER.user_id, ADDRESS)
OTHER = User(UserId("u2"), WalletId("w2"), NOW_MS, NOW_MS)
GONE = AuditEntry("ACCOUNT_DELETED", USER.user_id, NOW_MS, {})


@pytest.fixture(autouse=True)
def user(store: Store) -> None:
    store.create_user(USER, WALLET)


def made(store: Store) -> MadeAgents:
    return store.made_agents(USER.user_id, ADDRESS)


def test_what_was_made_is_kept_by_address_whoever_has_it(store: Store) -> None:
    kept = store.put_made_agents(NONE.with_one_more(NOW_MS))

    assert made(store) == kept == replace(NONE, made_at_ms=(NOW_MS,), version=1)
    other = replace(NONE, wallet_address="0x2")
    assert store.made_agents(other.user_id, other.wallet_address) == other
    later = store.made_agents(OTHER.user_id, ADDRESS)
    assert later == replace(kept, user_id=OTHER.user_id)


def test_it_is_replaced_only_as_it_was_read(store: Store) -> None:
    first = store.put_made_agents(NONE.with_one_more(NOW_MS))
    second = store.put_made_agents(first.with_one_more(NOW_MS))

    for late in (NONE, first):
        with pytest.raises(ConflictError):
            store.put_made_agents(late.with_one_more(NOW_MS))

    assert made(store) == second


def test_who_is_closing_or_gone_makes_none(store: Store, accounts: AccountStore) -> None:
    first = store.put_made_agents(NONE.with_one_more(NOW_MS))
    accounts.begin_closing(USER.user_id, NOW_MS, OnStop.KEEP, NOW_MS)
    with pytest.raises(ConflictError):
        store.put_made_agents(first.with_one_more(NOW_MS))

    accounts.erase(USER.user_id, GONE)

    for late in (NONE, first):
        with pytest.raises(ConflictError):
            store.put_made_agents(late.with_one_more(NOW_MS))
    assert made(store) == first


def test_who_leaves_and_comes_back_goes_on_with_the_day(
    store: Store, accounts: AccountStore
) -> None:
    for number in range(MOST_MADE_A_DAY):
        take_place(store, WALLET, NOW_MS + number)
        revoked(store, NOW_MS + number)
    accounts.erase(USER.user_id, GONE)
    again = replace(WALLET, user_id=OTHER.user_id, created_at_ms=NOW_MS + MOST_MADE_A_DAY)
    store.create_user(OTHER, again)

    with pytest.raises(TooManyCallsError):
        take_place(store, again, again.created_at_ms)

    take_place(store, again, NOW_MS + DAY_MS)


def test_what_was_being_made_when_its_user_left_waits_for_nobody(
    store: Store, accounts: AccountStore
) -> None:
    for number in range(MAX_WAITING):
        take_place(store, WALLET, NOW_MS + number)
    accounts.erase(USER.user_id, GONE)
    again = replace(WALLET, user_id=OTHER.user_id, created_at_ms=NOW_MS + MAX_WAITING)
    store.create_user(OTHER, again)

    take_place(store, again, again.created_at_ms)

    assert len(store.made_agents(OTHER.user_id, ADDRESS).made_at_ms) == MAX_WAITING + 1


def test_nothing_in_it_says_whose_it_is(store: Store) -> None:
    store.put_made_agents(NONE.with_one_more(NOW_MS))

    if isinstance(store, DynamoIdentityStore):
        table = store._table
        items = table.client.scan(TableName=table.name, ConsistentRead=True)["Items"]
        (kept,) = [repr(item) for item in items if item["pk"]["S"].startswith("MADE#")]
        assert "expires_on" in kept
    else:
        assert isinstance(store, InMemoryIdentityStore)
        kept = repr(store.made_by_mark)
    assert str(NOW_MS) in kept
    assert ADDRESS not in kept
    assert f"'{USER.user_id}'" not in kept


def revoked(store: Store, at_ms: int) -> Agent:
    """Store an agent that was begun then and waits for nothing any more."""
    begun = replace(AGENT, agent_id=f"begun-{at_ms}", created_at_ms=at_ms)
    return store.put_agent(replace(begun, status=AgentStatus.REVOKED))


def test_a_days_places_are_taken_and_come_back_one_by_one(store: Store) -> None:
    for number in range(MOST_MADE_A_DAY):
        take_place(store, WALLET, NOW_MS + number)
        revoked(store, NOW_MS + number)

    with pytest.raises(TooManyCallsError) as caught:
        take_place(store, WALLET, NOW_MS + DAY_MS - 1500)

    assert (caught.value.code, caught.value.again_in_seconds) == ("TOO_MANY_AGENTS", 2)
    take_place(store, WALLET, NOW_MS + DAY_MS)
    with pytest.raises(TooManyCallsError):
        take_place(store, WALLET, NOW_MS + DAY_MS)
    take_place(store, WALLET, NOW_MS + DAY_MS + 1)


def test_what_waits_and_what_is_being_made_have_places_in_common(store: Store) -> None:
    later_ms = NOW_MS + DAY_MS
    for number in range(MAX_WAITING):
        take_place(store, WALLET, later_ms + number)
    made_of = replace(AGENT, created_at_ms=later_ms, approve_by_ms=later_ms + BEING_MADE_MS)
    with pytest.raises(LimitExceededError) as caught:
        take_place(store, WALLET, later_ms + MAX_WAITING)
    agent = store.put_agent(made_of)
    with pytest.raises(LimitExceededError):
        take_place(store, WALLET, later_ms + MAX_WAITING)

    store.put_agent(replace(agent, status=AgentStatus.REVOKED))

    assert caught.value.code == "TOO_MANY_PENDING_AGENTS"
    take_place(store, WALLET, later_ms + MAX_WAITING)
    with pytest.raises(LimitExceededError):
        take_place(store, WALLET, later_ms + MAX_WAITING)


def test_a_place_given_back_is_one_place(store: Store) -> None:
    take_place(store, WALLET, NOW_MS)
    take_place(store, WALLET, NOW_MS)

    give_place_back(store, WALLET, NOW_MS)
    give_place_back(store, WALLET, NOW_MS - 1)

    assert made(store).made_at_ms == (NOW_MS,)


@TRULY_CONCURRENT
@pytest.mark.parametrize(
    ("are_revoked", "most"), [(True, MOST_MADE_A_DAY), (False, MAX_WAITING)], ids=["day", "waiting"]
)
def test_of_many_who_take_a_place_at_once_no_more_get_one_than_there_are(
    store: Store, are_revoked: Any, most: int
) -> None:
    times = [NOW_MS + number for number in range(3 * MOST_MADE_A_DAY)]
    for at_ms in times if are_revoked else ():
        revoked(store, at_ms)

    def taken(at_ms: int) -> bool:
        try:
            take_place(store, WALLET, at_ms)
        except (ConflictError, LimitExceededError, TooManyCallsError):
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(taken, times))

    assert 0 < sum(done) <= most
    assert sorted(made(store).made_at_ms) == [
        at_ms for at_ms, is_taken in zip(times, done, strict=True) if is_taken
    ]
