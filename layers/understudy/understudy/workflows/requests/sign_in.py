"""Signs people in with what their wallet signed; an address not seen before is a new user."""

from __future__ import annotations

from dataclasses import dataclass

from understudy.domain.errors import ConflictError, NotAllowedError
from understudy.domain.identity import AuthMethod, Connector, SignInNonce, User, Wallet
from understudy.domain.ids import UserId, WalletId
from understudy.domain.replacing import replace
from understudy.ports.clock import Clock
from understudy.ports.identity import IdentityStore, Ids, SignInVerifier
from understudy.workflows.requests.sessions import Sessions, TokenPair

NONCE_LIFETIME_MS = 600_000


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session and whose it is."""

    tokens: TokenPair
    wallet: Wallet


@dataclass(frozen=True, slots=True)
class SignIn:
    """Gives nonces out and takes signed messages in."""

    store: IdentityStore
    verifier: SignInVerifier
    sessions: Sessions
    clock: Clock
    ids: Ids

    def nonce_for(self, address: str) -> SignInNonce:
        """Give an address a nonce for its next sign-in message."""
        expires_at_ms = self.clock.now_ms() + NONCE_LIFETIME_MS
        nonce = SignInNonce(self.ids.new_id(), address.lower(), expires_at_ms)
        self.store.put_nonce(nonce)
        return nonce

    def verify(self, address: str, message: str, signature: str, connector: Connector) -> SignedIn:
        """Open a session for who signed the message.

        The nonce is used up only by a message that is right in every other way, so nobody else
        can spend it. Raises InvalidInputError or NotAllowedError.
        """
        claim = self.verifier.verify(message, signature, self.clock.now_ms())
        if claim.address != address.lower():
            raise NotAllowedError(
                "the message names another address than the request", code="SIWE_WRONG_SIGNER"
            )
        if not self.store.take_nonce(claim.nonce, claim.address, self.clock.now_ms()):
            raise NotAllowedError(
                "the nonce is unknown, used or too old: fetch a new one and sign again",
                code="SIWE_NONCE_INVALID",
            )
        wallet = self._wallet(claim.address, connector)
        return SignedIn(self.sessions.open(wallet, AuthMethod.SIWE), wallet)

    def _wallet(self, address: str, connector: Connector) -> Wallet:
        known = self.store.wallet_of_address(address)
        if known is None:
            try:
                return self._new_user(address, connector)
            except ConflictError:  # the same address signs in twice at once
                known = self.store.wallet_of_address(address)
        if known is None:
            raise ConflictError("the address is being bound to a user: try again")
        seen = replace(known, connector=connector, last_seen_at_ms=self.clock.now_ms())
        self.store.record_login(known.user_id, seen)
        return seen

    def _new_user(self, address: str, connector: Connector) -> Wallet:
        now = self.clock.now_ms()
        user_id, wallet_id = UserId(self.ids.new_id()), WalletId(self.ids.new_id())
        wallet = Wallet(wallet_id, user_id, address, connector, now, now)
        self.store.create_user(User(user_id, wallet_id, now, now), wallet)
        return wallet
