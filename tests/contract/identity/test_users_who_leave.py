"""Nothing new is kept for a user who is gone, or who wants to be."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.contract.identity.people import AGENT, USER, WALLET
from tests.fakes.builders import NOW_MS
from understudy.domain.agents import AgentStatus
from understudy.domain.audit import AuditEntry
from understudy.domain.errors import ConflictError
from understudy.domain.limits import OnStop
from understudy.ports.profiles import CopyProfile

if TYPE_CHECKING:
    from tests.contract.identity.conftest import Store
    from understudy.ports.accounts import AccountStore

GONE = AuditEntry("ACCOUNT_DELETED", USER.user_id, NOW_MS, {})


def test_nothing_is_kept_for_a_user_who_is_not_there(store: Store) -> None:
    with pytest.raises(ConflictError):
        store.put_agent(AGENT)
    with pytest.raises(ConflictError):
        store.put_copy_profile(CopyProfile(USER.user_id, {"slippage_bps": 20}))

    assert list(store.agents(USER.user_id)) == []
    assert store.copy_profile(USER.user_id) == CopyProfile(USER.user_id)


def test_an_agent_that_was_read_before_its_user_was_erased_does_not_come_back(
    store: Store, accounts: AccountStore
) -> None:
    store.create_user(USER, WALLET)
    agent = store.put_agent(AGENT)
    accounts.erase(USER.user_id, GONE)

    with pytest.raises(ConflictError):
        store.put_agent(replace(agent, checked_at_ms=NOW_MS))

    assert list(store.agents(USER.user_id)) == []


def test_who_is_closing_gets_no_new_agent_and_may_still_end_the_one_there_is(
    store: Store, accounts: AccountStore
) -> None:
    store.create_user(USER, WALLET)
    agent = store.put_agent(AGENT)
    accounts.begin_closing(USER.user_id, NOW_MS, OnStop.KEEP, NOW_MS)

    with pytest.raises(ConflictError):
        store.put_agent(replace(AGENT, agent_id="successor"))
    ended = store.put_agent(replace(agent, status=AgentStatus.REVOKED))

    assert list(store.agents(USER.user_id)) == [ended]
