"""What every store of accounts promises of those who want to be deleted: none is forgotten."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.contract.identity.people import ALICE, BOB, GONE, agent_of, user_of, wallet_of
from tests.fakes.builders import NOW_MS
from understudy.domain.ids import UserId
from understudy.domain.limits import OnStop

if TYPE_CHECKING:
    from tests.contract.identity.conftest import Accounts, Store


@pytest.fixture(autouse=True)
def people(store: Store) -> None:
    for user_id in (ALICE, BOB):
        store.create_user(user_of(user_id), wallet_of(user_id))


def test_closing_counts_from_the_first_time(store: Store, accounts: Accounts) -> None:
    accounts.begin_closing(ALICE, NOW_MS + 5, OnStop.CLOSE_NOW, NOW_MS + 6)
    accounts.begin_closing(ALICE, NOW_MS + 9, OnStop.CLOSE_NOW, NOW_MS + 10)

    assert store.user(ALICE) == replace(
        user_of(ALICE), closing_since_ms=NOW_MS + 5, closing_on_stop=OnStop.CLOSE_NOW
    )


def test_the_newest_wish_about_positions_counts(store: Store, accounts: Accounts) -> None:
    accounts.begin_closing(ALICE, NOW_MS, OnStop.CLOSE_NOW, NOW_MS)
    accounts.begin_closing(ALICE, NOW_MS, OnStop.KEEP, NOW_MS)

    user = store.user(ALICE)
    assert user is not None
    assert user.closing_on_stop is OnStop.KEEP


def test_who_asked_to_be_deleted_is_named_from_then_on_the_longest_due_first(
    accounts: Accounts,
) -> None:
    accounts.begin_closing(BOB, NOW_MS, OnStop.KEEP, NOW_MS + 2)
    accounts.begin_closing(ALICE, NOW_MS, OnStop.KEEP, NOW_MS + 1)

    assert list(accounts.due_closings(NOW_MS, 9)) == []
    assert list(accounts.due_closings(NOW_MS + 1, 9)) == [ALICE]
    assert list(accounts.due_closings(NOW_MS + 2, 9)) == [ALICE, BOB]
    assert list(accounts.due_closings(NOW_MS + 2, 1)) == [ALICE]


def test_who_is_deferred_is_named_later_and_behind_the_others(accounts: Accounts) -> None:
    for user_id in (ALICE, BOB):
        accounts.begin_closing(user_id, NOW_MS, OnStop.KEEP, NOW_MS)

    accounts.defer_closing(ALICE, NOW_MS + 5)

    assert list(accounts.due_closings(NOW_MS + 4, 9)) == [BOB]
    assert list(accounts.due_closings(NOW_MS + 5, 9)) == [BOB, ALICE]


def test_deferring_who_is_gone_or_never_asked_names_nobody(
    store: Store, accounts: Accounts
) -> None:
    accounts.defer_closing(UserId("nobody"), NOW_MS)
    accounts.defer_closing(ALICE, NOW_MS)

    assert list(accounts.due_closings(NOW_MS, 9)) == []
    assert store.user(UserId("nobody")) is None


def test_who_is_to_be_deleted_is_no_agent_that_is_due(store: Store, accounts: Accounts) -> None:
    due = store.put_agent(replace(agent_of(BOB), agent_id="due", attend_at_ms=NOW_MS))
    accounts.begin_closing(ALICE, NOW_MS, OnStop.KEEP, NOW_MS)

    assert list(store.due_agents(NOW_MS, 9)) == [due]
    assert list(accounts.due_closings(NOW_MS, 9)) == [ALICE]


def test_who_was_erased_and_is_back_is_named_at_once_with_what_they_hold_kept(
    store: Store, accounts: Accounts
) -> None:
    accounts.close_again(ALICE, NOW_MS)

    assert list(accounts.due_closings(NOW_MS, 9)) == [ALICE]
    assert store.user(ALICE) == replace(
        user_of(ALICE), closing_since_ms=NOW_MS, closing_on_stop=OnStop.KEEP
    )


def test_who_is_back_without_an_account_is_named_until_that_is_cleared(
    store: Store, accounts: Accounts
) -> None:
    gone = UserId("gone")
    accounts.close_again(gone, NOW_MS)
    accounts.close_again(gone, NOW_MS)

    assert list(accounts.due_closings(NOW_MS, 9)) == [gone]
    assert store.user(gone) is None
    accounts.clear(gone)
    assert list(accounts.due_closings(NOW_MS, 9)) == []


def test_who_is_erased_is_named_no_more(accounts: Accounts) -> None:
    accounts.begin_closing(ALICE, NOW_MS, OnStop.KEEP, NOW_MS)

    accounts.erase(ALICE, GONE)

    assert list(accounts.due_closings(NOW_MS, 9)) == []
