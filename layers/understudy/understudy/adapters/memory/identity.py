"""Identity in memory, refusing what the real store refuses; for tests and single processes."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from understudy.domain.agents import Agent, MadeAgents, making_mark
from understudy.domain.errors import ConflictError, NotFoundError
from understudy.domain.identity import (
    AuthMethod,
    ProviderIdentity,
    RemovedWallet,
    Session,
    SignInNonce,
    Standing,
    User,
    Wallet,
    refuse_more_wallets,
)
from understudy.domain.ids import UserId, WalletId
from understudy.domain.replacing import replace
from understudy.ports.profiles import CopyProfile

if TYPE_CHECKING:
    from collections.abc import Sequence

_NOBODYS = MadeAgents(UserId(""), "")


@dataclass(slots=True)
class InMemoryIdentityStore:
    """All that the table `identity` holds, under one lock.

    Implements `IdentityStore`, `SessionStore`, `AgentRegistry`, `DueAgents` and `CopyProfiles`.
    """

    nonces: dict[str, SignInNonce] = field(default_factory=dict)
    users: dict[UserId, User] = field(default_factory=dict)
    wallets_by_address: dict[str, Wallet] = field(default_factory=dict)
    removed: dict[tuple[UserId, str], RemovedWallet] = field(default_factory=dict)
    identities: dict[tuple[AuthMethod, str], ProviderIdentity] = field(default_factory=dict)
    sessions_by_id: dict[str, Session] = field(default_factory=dict)
    all_ended_at_ms: int = 0
    profiles: dict[UserId, CopyProfile] = field(default_factory=dict)
    agents_by_id: dict[str, Agent] = field(default_factory=dict)
    made_by_mark: dict[str, MadeAgents] = field(default_factory=dict)
    closings: dict[UserId, int] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def put_nonce(self, nonce: SignInNonce) -> None:
        """Keep a nonce; see `IdentityStore`."""
        self.nonces[nonce.nonce] = nonce

    def take_nonce(self, nonce: SignInNonce, now_ms: int) -> bool:
        """Use a nonce up; see `IdentityStore`."""
        with self.lock:
            kept = self.nonces.get(nonce.nonce)
            if kept is None or kept.expires_at_ms <= now_ms:
                return False
            if (kept.address, kept.user_id) != (nonce.address, nonce.user_id):
                return False
            del self.nonces[nonce.nonce]
            return True

    def create_user(
        self, user: User, *wallets: Wallet, identity: ProviderIdentity | None = None
    ) -> None:
        """Store a new user; see `IdentityStore`."""
        with self.lock:
            taken = any(wallet.address in self.wallets_by_address for wallet in wallets)
            known = identity is not None and _name_of(identity) in self.identities
            if taken or known or user.user_id in self.users:
                raise ConflictError("an address or the identity belongs to a user already")
            self.users[user.user_id] = user
            self.wallets_by_address.update({wallet.address: wallet for wallet in wallets})
            if identity is not None:
                self.identities[_name_of(identity)] = identity

    def add_wallet(self, wallet: Wallet, most: int, *, is_proven: bool) -> None:
        """Bind a further wallet; see `IdentityStore`."""
        with self.lock:
            if wallet.address in self.wallets_by_address or wallet.user_id not in self.users:
                raise ConflictError("the address belongs to a user already, or the user is gone")
            mark = wallet.user_id, wallet.address
            if mark in self.removed and not is_proven:
                raise ConflictError("the user has removed this wallet")
            refuse_more_wallets(len(self.wallets(wallet.user_id)), most)
            self.removed.pop(mark, None)
            self.wallets_by_address[wallet.address] = wallet

    def removed_wallets(self, user_id: UserId) -> Sequence[RemovedWallet]:
        """List the addresses that a user has removed and not bound again."""
        return [each for each in self.removed.values() if each.user_id == user_id]

    def provider_identity(self, provider: AuthMethod, subject: str) -> ProviderIdentity | None:
        """Read whom a provider's subject is here."""
        return self.identities.get((provider, subject))

    def record_login(self, user_id: UserId, wallet: Wallet) -> None:
        """Note a sign-in; see `IdentityStore`."""
        with self.lock:
            user, kept = self.users.get(user_id), self.wallets_by_address.get(wallet.address)
            if user is None or kept is None or kept.user_id != user_id or not kept.is_active:
                raise ConflictError("the user or the wallet is gone")
            seen_at_ms = wallet.last_seen_at_ms
            self.users[user_id] = replace(user, last_login_at_ms=seen_at_ms)
            seen = replace(kept, last_seen_at_ms=seen_at_ms, connector=wallet.connector)
            self.wallets_by_address[wallet.address] = seen

    def user(self, user_id: UserId) -> User | None:
        """Read a user."""
        return self.users.get(user_id)

    def wallets(self, user_id: UserId) -> Sequence[Wallet]:
        """List a user's wallets, oldest first."""
        own = (w for w in self.wallets_by_address.values() if w.user_id == user_id)
        return sorted(own, key=_age_of_wallet)

    def wallet_of_address(self, address: str) -> Wallet | None:
        """Read the wallet with this address."""
        return self.wallets_by_address.get(address)

    def open_session(self, session: Session, wallet_id: WalletId) -> Session:
        """Store a new session; see `SessionStore`."""
        with self.lock:
            wallet = self.wallets_by_address.get(session.wallet_address)
            of_session = (session.user_id, wallet_id)
            if wallet is None or (wallet.user_id, wallet.wallet_id) != of_session:
                raise ConflictError("the session's user or wallet is gone")
            if not wallet.is_active:
                raise ConflictError("the session's wallet is on its way out")
            return self.put_session(session)

    def put_session(self, session: Session) -> Session:
        """Store a session under its version; see `SessionStore`."""
        with self.lock:
            kept = self.sessions_by_id.get(session.session_id)
            _check_version(kept.version if kept else 0, session.version)
            stored = replace(session, version=session.version + 1)
            self.sessions_by_id[session.session_id] = stored
            return stored

    def session(self, session_id: str) -> Session | None:
        """Read a session."""
        return self.sessions_by_id.get(session_id)

    def sessions(self, user_id: UserId) -> Sequence[Session]:
        """List what is kept of a user's sessions, oldest first."""
        own = (each for each in self.sessions_by_id.values() if each.user_id == user_id)
        return sorted(own, key=lambda session: (session.created_at_ms, session.session_id))

    def standing(self, session_id: str, user_id: UserId) -> Standing:
        """Read a session with everything that may have ended it."""
        with self.lock:
            session, user = self.sessions_by_id.get(session_id), self.users.get(user_id)
            return Standing(session, user, self.all_ended_at_ms)

    def end_sessions(self, user_id: UserId, at_ms: int) -> None:
        """End a user's sessions; see `SessionStore`."""
        with self.lock:
            user = self.users.get(user_id)
            if user is None:
                raise NotFoundError("there is no such user", code="USER_NOT_FOUND")
            ended_at_ms = max(user.sessions_ended_at_ms, at_ms)
            self.users[user_id] = replace(user, sessions_ended_at_ms=ended_at_ms)

    def end_all_sessions(self, at_ms: int) -> None:
        """End everybody's sessions; see `SessionStore`."""
        with self.lock:
            self.all_ended_at_ms = max(self.all_ended_at_ms, at_ms)

    def agents(self, user_id: UserId) -> Sequence[Agent]:
        """List a user's agents, oldest first."""
        own = (agent for agent in self.agents_by_id.values() if agent.user_id == user_id)
        return sorted(own, key=lambda agent: (agent.created_at_ms, agent.agent_id))

    def agent(self, user_id: UserId, agent_id: str) -> Agent | None:
        """Read one agent of this user."""
        agent = self.agents_by_id.get(agent_id)
        return agent if agent is not None and agent.user_id == user_id else None

    def put_agent(self, agent: Agent, *, begins: bool = False) -> Agent:
        """Store an agent under its version; see `AgentRegistry`."""
        with self.lock:
            kept = self.agents_by_id.get(agent.agent_id)
            _check_version(kept.version if kept else 0, agent.version)
            if kept is None:
                self._refuse_leaving(agent.user_id)
            if begins or agent.is_new:
                self.refuse_retired(agent.user_id, agent.wallet_id)
            stored = replace(agent, version=agent.version + 1)
            self.agents_by_id[agent.agent_id] = stored
            return stored

    def made_agents(self, user_id: UserId, wallet_address: str) -> MadeAgents:
        """Read when agents were made; see `AgentRegistry`."""
        kept = self.made_by_mark.get(making_mark(wallet_address), _NOBODYS)
        return replace(kept, user_id=user_id, wallet_address=wallet_address)

    def put_made_agents(self, made: MadeAgents) -> MadeAgents:
        """Store when agents were made, under its version; see `AgentRegistry`."""
        with self.lock:
            kept = self.made_agents(made.user_id, made.wallet_address)
            _check_version(kept.version, made.version)
            self._refuse_leaving(made.user_id)
            stored = replace(made, version=made.version + 1)
            nobodys = replace(stored, user_id=_NOBODYS.user_id, wallet_address="")
            self.made_by_mark[making_mark(made.wallet_address)] = nobodys
            return stored

    def due_agents(self, until_ms: int, limit: int) -> Sequence[Agent]:
        """List agents that are due; see `DueAgents`."""
        due = (each for each in self.agents_by_id.values() if 0 < each.attend_at_ms <= until_ms)
        return sorted(due, key=lambda agent: agent.attend_at_ms)[:limit]

    def copy_profile(self, user_id: UserId) -> CopyProfile:
        """Read a profile; see `CopyProfiles`."""
        return self.profiles.get(user_id, CopyProfile(user_id))

    def put_copy_profile(self, profile: CopyProfile) -> CopyProfile:
        """Store a profile under its version; see `CopyProfiles`."""
        with self.lock:
            _check_version(self.copy_profile(profile.user_id).version, profile.version)
            if profile.user_id not in self.users:
                raise ConflictError("the profile's user is gone")
            stored = replace(profile, version=profile.version + 1)
            self.profiles[profile.user_id] = stored
            return stored

    def refuse_retired(self, user_id: UserId, wallet_id: WalletId) -> None:
        """Raise ConflictError for a wallet that is not this user's, or on its way out."""
        own = (each for each in self.wallets(user_id) if each.wallet_id == wallet_id)
        if not any(each.is_active for each in own):
            raise ConflictError("the wallet is gone, or on its way out")

    def _refuse_leaving(self, user_id: UserId) -> None:
        user = self.users.get(user_id)
        if user is None or user.closing_since_ms:
            raise ConflictError("the user is gone, or about to go")


def _name_of(identity: ProviderIdentity) -> tuple[AuthMethod, str]:
    return identity.provider, identity.subject


def _age_of_wallet(wallet: Wallet) -> tuple[int, WalletId]:
    return wallet.created_at_ms, wallet.wallet_id


def _check_version(stored: int, carried: int) -> None:
    if stored != carried:
        raise ConflictError("it has changed since it was read: read it again")
