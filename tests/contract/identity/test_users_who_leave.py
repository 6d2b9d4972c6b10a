"""Nothing new is kept for a user who is gone, or who wants to be."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.fakes.builders import NOW_MS
from understudy.domain.agents import Agent, AgentScope, AgentStatus
from understudy.domain.audit import AuditEntry
from understudy.domain.errors import ConflictError
from understudy.domain.identity import User
from understudy.domain.ids import UserId, WalletId
from understudy.domain.limits import OnStop
from understudy.ports.profiles import CopyProfile

if TYPE_CHECKING:
    from tests.contract.identity.conftest import Store
    from understudy.ports.accounts import AccountStore

USER = User(UserId("u1"), WalletId("w1"), NOW_MS, NOW_MS)
GONE = AuditEntry("ACCOUNT_DELETED", USER.user_id, NOW_MS, {})
AGENT = Agent(
    agent_id="a1",
    user_id=USER.user_id,
    wallet_id=USER.active_wallet_id,
    wallet_address="0x" + "a" * 40,
    venue="hyperliquid",
    hl_chain="Testnet",
    address="0x" + "b" * 40,
    name="one",
    scope=AgentScope.TRADE_ONLY,
    nonce=NOW_MS,
    created_at_ms=NOW_MS,
    approve_by_ms=NOW_MS + 1,
    valid_until_ms=NOW_MS + 2,
)


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
    store.create_user(USER)
    agent = store.put_agent(AGENT)
    accounts.erase(USER.user_id, GONE)

    with pytest.raises(ConflictError):
        store.put_agent(replace(agent, checked_at_ms=NOW_MS))

    assert list(store.agents(USER.user_id)) == []


def test_who_is_closing_gets_no_new_agent_and_may_still_end_the_one_there_is(
    store: Store, accounts: AccountStore
) -> None:
    store.create_user(USER)
    agent = store.put_agent(AGENT)
    accounts.begin_closing(USER.user_id, NOW_MS, OnStop.KEEP, NOW_MS)

    with pytest.raises(ConflictError):
        store.put_agent(replace(AGENT, agent_id="successor"))
    ended = store.put_agent(replace(agent, status=AgentStatus.REVOKED))

    assert list(store.agents(USER.user_id)) == [ended]
