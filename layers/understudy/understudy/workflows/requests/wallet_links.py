"""A user's further wallets: linked by a proof of their own, chosen, and removed.

Whoever proves the key of a linked wallet enters as its user, so a removed one ends its sessions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.domain.agents import AgentStatus
from understudy.domain.audit import AuditEntry
from understudy.domain.errors import ConflictError, NotFoundError
from understudy.domain.identity import Connector, SignInNonce, Wallet, refuse_more_wallets
from understudy.domain.ids import UserId, WalletId
from understudy.domain.replacing import replace
from understudy.ports.agents import AgentRegistry
from understudy.ports.audit import AuditTrail
from understudy.ports.clock import Clock
from understudy.ports.copying import CopyStore
from understudy.ports.identity import IdentityStore, Ids
from understudy.ports.sessions import SessionStore
from understudy.ports.wallets import WalletStore
from understudy.workflows.requests.holds import Holds
from understudy.workflows.requests.session_endings import SessionEndings
from understudy.workflows.requests.wallet_proofs import SignedMessage, WalletProofs
from understudy.workflows.requests.wallets import (
    MOST_WALLETS,
    Person,
    WalletEvent,
    address_in_use,
    person,
    retired,
)

if TYPE_CHECKING:
    from understudy.ports.identity import AccessClaims


@dataclass(frozen=True, slots=True)
class WalletUses:
    """Where a wallet may be in use."""

    copies: CopyStore
    registry: AgentRegistry

    def refuse_used(self, wallet: Wallet, now_ms: int) -> None:
        """Raise ConflictError while something can still be traded with a wallet."""
        usable = (AgentStatus.PENDING, AgentStatus.ACTIVE)
        agents = (a for a in self.registry.agents(wallet.user_id) if a.status_at(now_ms) in usable)
        if any(agent.wallet_id == wallet.wallet_id for agent in agents):
            raise _in_use("revoke its agents")
        if self.copies.wallet_follows(wallet.wallet_id):
            raise _in_use("delete its follows")


@dataclass(frozen=True, slots=True)
class WalletLinks:
    """Links, chooses and removes wallets of a user."""

    identity: IdentityStore
    wallets: WalletStore
    proofs: WalletProofs
    uses: WalletUses
    sessions: SessionStore
    endings: SessionEndings
    holds: Holds
    audit: AuditTrail
    clock: Clock
    ids: Ids

    def nonce_for(self, user_id: UserId, address: str) -> SignInNonce:
        """Give a nonce for the message by which this user links this address."""
        return self.proofs.nonce_for(address, user_id)

    def link(self, user_id: UserId, signed: SignedMessage, connector: Connector) -> Wallet:
        """Bind the wallet that signed; linking one's own again is no error.

        Raises InvalidInputError, NotAllowedError for a bad proof, ConflictError (ADDRESS_IN_USE)
        for somebody else's wallet, LimitExceededError.
        """
        address = self.proofs.proven(signed, user_id).address
        known = self.identity.wallet_of_address(address)
        if known is not None:
            return self._known(user_id, known)
        refuse_more_wallets(len(self.identity.wallets(user_id)), MOST_WALLETS)
        now = self.clock.now_ms()
        wallet = Wallet(WalletId(self.ids.new_id()), user_id, address, connector, now, now)
        # First, for linking again does nothing: it may be there twice, never not.
        self._note(WalletEvent.WALLET_LINKED, wallet)
        try:
            self.identity.add_wallet(wallet, MOST_WALLETS, is_proven=True)
        except ConflictError:  # somebody, maybe this user, links the same address at once
            known = self.identity.wallet_of_address(address)
            if known is None:
                raise
            return self._known(user_id, known)
        return wallet

    def activate(self, user_id: UserId, wallet_id: WalletId) -> Person:
        """Make a wallet the one that is meant where none is named; raises NotFoundError."""
        wallet = self._own(user_id, wallet_id)
        if not wallet.is_active:
            raise retired()
        self.wallets.activate_wallet(user_id, wallet_id)
        self._note(WalletEvent.WALLET_ACTIVATED, wallet)
        return person(self.identity, user_id)

    def remove(self, claims: AccessClaims, wallet_id: WalletId) -> Person:
        """Unbind a wallet and end the sessions that were opened with it.

        No provider's word binds it again to this user, only a proof of its key.
        Raises NotFoundError, ConflictError for the wallet of this very session, the active one,
        one with follows or agents, and any of who is stopped by an operator. Who died on the way
        asks again.
        """
        user_id = claims.app_user_id
        wallet = self._own(user_id, wallet_id)
        if wallet.address == claims.wallet_address:
            raise ConflictError(
                "you are signed in with this wallet: sign in with another one to remove it",
                code="WALLET_SIGNED_IN",
            )
        self.holds.refuse_held(user_id)
        self._retire(wallet)
        self._end_sessions(wallet)
        # First, for who asks again finds no wallet: it may be there twice, never not.
        self._note(WalletEvent.WALLET_REMOVED, wallet)
        self.wallets.remove_wallet(wallet, self.clock.now_ms())
        self._end_sessions(wallet)  # one that came in while it was linked again in between
        return person(self.identity, user_id)

    def _known(self, user_id: UserId, wallet: Wallet) -> Wallet:
        if wallet.user_id != user_id:
            raise address_in_use("remove it there")
        if wallet.is_active:
            return wallet
        self._note(WalletEvent.WALLET_LINKED, wallet)
        self.wallets.restore_wallet(user_id, wallet.wallet_id)
        return replace(wallet, is_active=True)

    def _retire(self, wallet: Wallet) -> None:
        """Let nothing new begin with a wallet before looking at what is there."""
        user_id, wallet_id = wallet.user_id, wallet.wallet_id
        if person(self.identity, user_id).user.active_wallet_id == wallet_id:
            raise ConflictError(
                "this is your active wallet: choose another one first", code="WALLET_ACTIVE"
            )
        self.wallets.retire_wallet(user_id, wallet_id)
        try:
            self.uses.refuse_used(wallet, self.clock.now_ms())
        except ConflictError:
            self.wallets.restore_wallet(user_id, wallet_id)
            raise

    def _end_sessions(self, wallet: Wallet) -> None:
        for session in self.sessions.sessions(wallet.user_id):
            if session.wallet_address == wallet.address and not session.revoked_at_ms:
                self.endings.one_of(wallet.user_id, session.session_id)

    def _own(self, user_id: UserId, wallet_id: WalletId) -> Wallet:
        own = (each for each in self.identity.wallets(user_id) if each.wallet_id == wallet_id)
        wallet = next(own, None)
        if wallet is None:
            raise NotFoundError("you have no wallet with this id", code="WALLET_NOT_FOUND")
        return wallet

    def _note(self, event: WalletEvent, wallet: Wallet) -> None:
        facts = {"wallet_id": wallet.wallet_id, "connector": wallet.connector.value}
        self.audit.append(AuditEntry(event, wallet.user_id, self.clock.now_ms(), facts))


def _in_use(first: str) -> ConflictError:
    return ConflictError(f"this wallet is in use: {first} first", code="WALLET_IN_USE")
