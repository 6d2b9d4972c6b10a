"""Signs people in with what their wallet signed; an address not seen before is a new user."""

from __future__ import annotations

from dataclasses import dataclass

from understudy.domain.errors import ConflictError
from understudy.domain.identity import AuthMethod, Connector, SignInNonce, User, Wallet
from understudy.domain.ids import UserId, WalletId
from understudy.domain.replacing import replace
from understudy.ports.clock import Clock
from understudy.ports.identity import IdentityStore, Ids
from understudy.workflows.requests.operators import Operators
from understudy.workflows.requests.sessions import (
    CONTRACT_SESSION_LIFETIME_MS,
    SESSION_LIFETIME_MS,
    Sessions,
    TokenPair,
)
from understudy.workflows.requests.wallet_proofs import SignedMessage, WalletProofs
from understudy.workflows.requests.wallets import retired


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session and whose it is."""

    tokens: TokenPair
    wallet: Wallet


@dataclass(frozen=True, slots=True)
class SignIn:
    """Lets in who proves a wallet's key.

    Where there are `operators` they alone come in, and are named by their address: a record is to
    say whose wallet it was. A new user is named by chance.
    """

    store: IdentityStore
    proofs: WalletProofs
    sessions: Sessions
    clock: Clock
    ids: Ids
    operators: Operators | None = None

    def nonce_for(self, address: str) -> SignInNonce:
        """Give an address a nonce for its next sign-in message."""
        return self.proofs.nonce_for(address)

    def verify(self, signed: SignedMessage, connector: Connector) -> SignedIn:
        """Open a session for who signed the message.

        Raises InvalidInputError or NotAllowedError, ConflictError for a wallet on its way out. Only
        who has proven a wallet's key is told, by ForbiddenError, that it is no operator's.
        """
        claim = self.proofs.proven(signed)
        if self.operators is not None:
            self.operators.require(claim.address)
        wallet = self._wallet(claim.address, connector)
        lifetime_ms = CONTRACT_SESSION_LIFETIME_MS if claim.by_contract else SESSION_LIFETIME_MS
        return SignedIn(self.sessions.open(wallet, AuthMethod.SIWE, lifetime_ms), wallet)

    def _wallet(self, address: str, connector: Connector) -> Wallet:
        known = self.store.wallet_of_address(address)
        if known is None:
            try:
                return self._new_user(address, connector)
            except ConflictError:  # the same address signs in twice at once
                known = self.store.wallet_of_address(address)
        if known is None:
            raise ConflictError("the address is being bound to a user: try again")
        if not known.is_active:
            raise retired()
        named = known.connector if connector is Connector.NOT_SAID else connector
        seen = replace(known, connector=named, last_seen_at_ms=self.clock.now_ms())
        self.store.record_login(known.user_id, seen)
        return seen

    def _new_user(self, address: str, connector: Connector) -> Wallet:
        now = self.clock.now_ms()
        user_id = UserId(address if self.operators is not None else self.ids.new_id())
        wallet_id = WalletId(self.ids.new_id())
        wallet = Wallet(wallet_id, user_id, address, connector, now, now)
        self.store.create_user(User(user_id, wallet_id, now, now), wallet)
        return wallet
