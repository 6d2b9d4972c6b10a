"""One user, two with everything that is kept of a user, and a cloud that dies on the way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.fakes.builders import NOW_MS
from understudy.domain.agents import Agent, AgentScope
from understudy.domain.audit import AuditEntry
from understudy.domain.identity import (
    AuthMethod,
    Connector,
    ProviderIdentity,
    Session,
    User,
    Wallet,
)
from understudy.domain.ids import UserId, WalletId
from understudy.ports.profiles import CopyProfile

if TYPE_CHECKING:
    from tests.contract.identity.conftest import Store
    from understudy.ports.accounts import AccountStore
    from understudy.ports.sessions import SessionStore
    from understudy.ports.wallets import WalletStore

ALICE, BOB = UserId("alice"), UserId("bob")
SESSIONS, MANY_SESSIONS = 3, 45
PRIVY, DYNAMIC = AuthMethod.PRIVY, AuthMethod.DYNAMIC

ADDRESS = "0x" + "a" * 40
USER = User(UserId("u1"), WalletId("w1"), NOW_MS, NOW_MS)
WALLET = Wallet(WalletId("w1"), UserId("u1"), ADDRESS, Connector.REOWN, NOW_MS, NOW_MS)
SESSION = Session(
    session_id="1" * 32,
    user_id=UserId("u1"),
    auth_method=AuthMethod.SIWE,
    wallet_address=ADDRESS,
    generation=1,
    current_hash="c" * 64,
    previous_hash="",
    created_at_ms=NOW_MS,
    rotated_at_ms=NOW_MS,
    idle_expires_at_ms=NOW_MS + 1,
    expires_at_ms=NOW_MS + 2,
)
AGENT = Agent(
    agent_id="a1",
    user_id=UserId("u1"),
    wallet_id=WalletId("w1"),
    wallet_address=ADDRESS,
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


def user_of(user_id: UserId) -> User:
    return User(user_id, WalletId(f"{user_id}-1"), NOW_MS, NOW_MS)


def wallet_of(user_id: UserId, number: int = 1) -> Wallet:
    address = f"0x{user_id.encode().hex():0>39}{number}"
    wallet_id = WalletId(f"{user_id}-{number}")
    return Wallet(wallet_id, user_id, address, Connector.REOWN, NOW_MS + number, NOW_MS)


def session_of(user_id: UserId, number: int = 1) -> Session:
    name, address = f"{user_id}-{number}", wallet_of(user_id).address
    return replace(SESSION, session_id=name, user_id=user_id, wallet_address=address)


def agent_of(user_id: UserId) -> Agent:
    wallet = wallet_of(user_id)
    return replace(
        AGENT,
        agent_id=f"agent-{user_id}",
        user_id=user_id,
        wallet_id=wallet.wallet_id,
        wallet_address=wallet.address,
    )


def identity_of(user_id: UserId) -> ProviderIdentity:
    return ProviderIdentity(PRIVY, f"did:privy:{user_id}", user_id, NOW_MS)


def settle(store: Store, sessions: SessionStore, wallets: WalletStore) -> None:
    """Store two users with everything that one can have, and had."""
    for user_id in (ALICE, BOB):
        both = (wallet_of(user_id), wallet_of(user_id, 2))
        store.create_user(user_of(user_id), *both, identity=identity_of(user_id))
        store.put_agent(agent_of(user_id))
        store.put_copy_profile(CopyProfile(user_id, {"slippage_bps": 20}))
        remove_one(store, wallets, user_id)
        for number in range(SESSIONS):
            sessions.open_session(session_of(user_id, number), wallet_of(user_id).wallet_id)


def remove_one(store: Store, wallets: WalletStore, user_id: UserId) -> None:
    removed = wallet_of(user_id, 9)
    store.add_wallet(removed, 3, is_proven=True)
    wallets.retire_wallet(user_id, removed.wallet_id)
    wallets.remove_wallet(removed, NOW_MS)


def about(store: Store, sessions: SessionStore, accounts: AccountStore, user_id: UserId) -> Any:
    """Give everything that can be found about a user, by whatever leads there."""
    named = [sessions.session(session_of(user_id, n).session_id) for n in range(SESSIONS)]
    return (
        store.user(user_id),
        [store.wallet_of_address(wallet_of(user_id, number).address) for number in (1, 2)],
        store.provider_identity(PRIVY, identity_of(user_id).subject),
        [each for each in named if each],
        *map(list, (store.wallets(user_id), store.agents(user_id), sessions.sessions(user_id))),
        list(accounts.identities(user_id)),
        list(store.removed_wallets(user_id)),
        store.copy_profile(user_id).limits,
    )


GONE = AuditEntry("ACCOUNT_DELETED", ALICE, NOW_MS, {})
NOTHING: Any = (None, [None, None], None, [], [], [], [], [], [], {})


class DyingClient:
    """A client that answers transactions so often, and then never again."""

    def __init__(self, client: Any, transactions: int) -> None:
        self.client, self.left = client, transactions

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    def transact_write_items(self, **request: Any) -> Any:
        self.left -= 1
        if self.left < 0:
            denied: Any = {"Error": {"Code": "AccessDeniedException", "Message": "gone"}}
            raise ClientError(denied, "TransactWriteItems")
        return self.client.transact_write_items(**request)


ON_TABLES = ["moto", pytest.param("emulator", marks=pytest.mark.integration)]
