"""No agent begins for a wallet that is gone or on its way out; what there is may end."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.contract.identity.people import ADDRESS, AGENT, USER, WALLET
from tests.fakes.builders import NOW_MS
from understudy.domain.agents import AgentStatus
from understudy.domain.errors import ConflictError
from understudy.domain.ids import UserId, WalletId

if TYPE_CHECKING:
    from tests.contract.identity.conftest import Store
    from understudy.domain.agents import Agent
    from understudy.ports.wallets import WalletStore

SECOND = replace(WALLET, wallet_id=WalletId("w2"), address="0x" + "e" * 40)
OF_SECOND = replace(AGENT, wallet_id=SECOND.wallet_id, wallet_address=SECOND.address)
ACTIVE, REVOKED = AgentStatus.ACTIVE, AgentStatus.REVOKED


@pytest.fixture(autouse=True)
def user(store: Store) -> None:
    store.create_user(USER, WALLET, SECOND)


def gone(store: Store, wallets: WalletStore) -> None:
    wallets.retire_wallet(USER.user_id, SECOND.wallet_id)
    wallets.remove_wallet(SECOND, NOW_MS)


def refused(store: Store, agent: Agent, *, begins: bool = False) -> bool:
    before = store.agent(agent.user_id, agent.agent_id)
    with pytest.raises(ConflictError):
        store.put_agent(agent, begins=begins)
    return store.agent(agent.user_id, agent.agent_id) == before


def test_none_is_made_for_a_wallet_on_its_way_out_until_it_stays(
    store: Store, wallets: WalletStore
) -> None:
    wallets.retire_wallet(USER.user_id, SECOND.wallet_id)
    assert refused(store, OF_SECOND)

    wallets.restore_wallet(USER.user_id, SECOND.wallet_id)

    assert store.put_agent(OF_SECOND) == replace(OF_SECOND, version=1)


def test_none_is_made_for_a_wallet_that_is_gone_though_its_address_is_back(
    store: Store, wallets: WalletStore
) -> None:
    gone(store, wallets)
    again = replace(SECOND, wallet_id=WalletId("w3"))
    store.add_wallet(again, 3, is_proven=True)

    assert refused(store, OF_SECOND)
    assert store.put_agent(replace(OF_SECOND, wallet_id=again.wallet_id)).version == 1


def test_none_is_made_for_a_wallet_of_somebody_else(store: Store) -> None:
    other = UserId("u2")
    theirs = replace(WALLET, user_id=other, wallet_id=WalletId("w9"), address="0x" + "d" * 40)
    store.create_user(replace(USER, user_id=other), theirs)

    assert refused(store, replace(AGENT, wallet_id=theirs.wallet_id))


def test_one_that_waited_does_not_begin_to_sign_for_a_wallet_that_goes(
    store: Store, wallets: WalletStore
) -> None:
    waiting = store.put_agent(OF_SECOND)
    wallets.retire_wallet(USER.user_id, SECOND.wallet_id)
    assert refused(store, replace(waiting, status=ACTIVE), begins=True)

    wallets.remove_wallet(SECOND, NOW_MS)

    assert refused(store, replace(waiting, status=ACTIVE), begins=True)


def test_what_there_is_of_a_wallet_that_is_gone_may_end(store: Store, wallets: WalletStore) -> None:
    waiting = store.put_agent(OF_SECOND)
    gone(store, wallets)

    ended = store.put_agent(replace(waiting, status=REVOKED))
    over = store.put_agent(replace(OF_SECOND, agent_id="a2", status=REVOKED))

    assert list(store.agents(USER.user_id)) == [ended, over]


def test_one_that_begins_is_stored_only_as_it_was_read(store: Store) -> None:
    waiting = store.put_agent(AGENT)
    active = store.put_agent(replace(waiting, status=ACTIVE), begins=True)

    assert refused(store, replace(waiting, status=ACTIVE), begins=True)
    assert store.agent(USER.user_id, AGENT.agent_id) == active
    assert store.wallet_of_address(ADDRESS) == WALLET
