"""What signing in needs from the world: verifiers, tokens, a store, and chance as an argument."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from understudy.domain.identity import (
    AuthMethod,
    Connector,
    ProviderIdentity,
    RemovedWallet,
    SignInNonce,
    User,
    Wallet,
    WalletKind,
)
from understudy.domain.ids import UserId

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Ids(Protocol):
    """Gives names that nobody can guess; the only source of chance in the workflows."""

    def new_id(self) -> str:
        """Give 32 hex digits (128 bits) of chance."""
        ...


@dataclass(frozen=True, slots=True)
class SignInClaim:
    """What a verified sign-in message says: whose it is (lower case) and its nonce.

    `by_contract`: no key of the address signed, a contract there stood behind the signature.
    """

    address: str
    nonce: str
    by_contract: bool = False


class SignInVerifier(Protocol):
    """Verifies what a wallet signed in order to sign in."""

    def verify(self, message: str, signature: str, now_ms: int) -> SignInClaim:
        """Check form, origin, times and signature of the received text; the nonce is left to do.

        Raises InvalidInputError for a malformed message or signature, NotAllowedError for one
        that is well formed and does not let in, DependencyError while a contract wallet's chain
        does not answer.
        """
        ...


@dataclass(frozen=True, slots=True)
class ProviderTokens:
    """What an identity provider gave a user: proof of a sign-in, and whose wallets are whose.

    The same token twice where a provider has one for both.
    """

    access: str
    identity: str


@dataclass(frozen=True, slots=True)
class LinkedWallet:
    """An Ethereum wallet that a provider vouches for; the address is in lower case."""

    address: str
    kind: WalletKind
    connector: Connector
    provider_wallet_id: str = ""


@dataclass(frozen=True, slots=True)
class ProviderClaim:
    """What verified tokens say: who signed in at the provider, with which wallets."""

    subject: str
    wallets: tuple[LinkedWallet, ...]


class ProviderVerifier(Protocol):
    """Verifies what one identity provider signed."""

    def verify(self, tokens: ProviderTokens, now_ms: int) -> ProviderClaim:
        """Check signatures, issuer, audience, times and completeness.

        Raises NotAllowedError for tokens that do not let in, DependencyError while the provider's
        keys cannot be had.
        """
        ...

    def standing(self) -> Mapping[str, int]:
        """Say how old the provider's keys are, nothing before the first sign-in; asks nobody.

        Raises DependencyError while the last question to the provider had no answer.
        """
        ...


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What an access token says of its bearer, and when they signed in; 0 where it does not say."""

    app_user_id: UserId
    auth_method: AuthMethod
    session_id: str
    wallet_address: str
    auth_time_seconds: int = 0


class AccessTokens(Protocol):
    """Issues and reads the short-lived tokens of the API."""

    def issue(self, claims: AccessClaims, now_ms: int) -> str:
        """Write a token that is good for `lifetime_seconds`."""
        ...

    def read(self, token: str, now_ms: int) -> AccessClaims:
        """Read a token; raises NotAllowedError for any that is not ours, whole and in time.

        Raises ForbiddenError for what says that it is a user's where only operators' are taken.
        """
        ...

    @property
    def lifetime_seconds(self) -> int:
        """Give how long a token is good for."""
        ...


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token's text, what it names, and the keyed hash under which it is stored."""

    text: str
    session_id: str
    generation: int
    hash: str


class RefreshTokens(Protocol):
    """Makes refresh tokens that can be made again, so that no text of one is ever stored."""

    def make(self, session_id: str, generation: int) -> RefreshToken:
        """Make the token of this generation."""
        ...

    def read(self, text: str) -> RefreshToken:
        """Read a presented token; raises NotAllowedError for one that was never made here."""
        ...

    def again(self, session_id: str, generation: int, stored_hash: str) -> RefreshToken | None:
        """Make the token with this stored hash again, also under an older key; None if unable."""
        ...


class IdentityStore(Protocol):
    """Nonces, users, wallets and provider identities."""

    def put_nonce(self, nonce: SignInNonce) -> None:
        """Keep a nonce until it is taken or its time is up."""
        ...

    def take_nonce(self, nonce: SignInNonce, now_ms: int) -> bool:
        """Use a nonce up; False when it was never given for this, taken, or is too old.

        What it is for are its address and its user; its own end does not count, but the kept one.
        """
        ...

    def create_user(
        self, user: User, *wallets: Wallet, identity: ProviderIdentity | None = None
    ) -> None:
        """Store a new user with wallets and, if a provider vouches for them, that identity.

        All or nothing; raises ConflictError when an address or the identity is somebody's already.
        """
        ...

    def add_wallet(self, wallet: Wallet, most: int, *, is_proven: bool) -> None:
        """Bind a further wallet to its user, whose key was proven or is said to be theirs.

        A proof takes the mark of a removal away. Raises LimitExceededError (TOO_MANY_WALLETS) when
        the user has `most` wallets, ConflictError when the address is taken, the user gone, or the
        wallet not proven and removed by this user before.
        """
        ...

    def removed_wallets(self, user_id: UserId) -> Sequence[RemovedWallet]:
        """List the addresses that a user has removed and not bound again, in any order."""
        ...

    def provider_identity(self, provider: AuthMethod, subject: str) -> ProviderIdentity | None:
        """Read whom a provider's subject is here."""
        ...

    def record_login(self, user_id: UserId, wallet: Wallet) -> None:
        """Note that a user signed in with this wallet, by its connector, at `last_seen_at_ms`.

        Raises ConflictError when either is gone, or the wallet on its way out.
        """
        ...

    def user(self, user_id: UserId) -> User | None:
        """Read a user."""
        ...

    def wallets(self, user_id: UserId) -> Sequence[Wallet]:
        """List a user's wallets, oldest first."""
        ...

    def wallet_of_address(self, address: str) -> Wallet | None:
        """Read the wallet with this address, whoever has it."""
        ...
