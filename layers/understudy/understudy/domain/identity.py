"""Who uses the system: users, their wallets, and the sessions they have signed in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from understudy.domain.errors import LimitExceededError
from understudy.domain.ids import UserId, WalletId
from understudy.domain.limits import OnStop

NOBODY = UserId("")
SECOND_MS = 1000


class WalletKind(StrEnum):
    """Who holds the key of a wallet."""

    EOA = "EOA"
    PRIVY_EMBEDDED = "PRIVY_EMBEDDED"
    DYNAMIC_EMBEDDED = "DYNAMIC_EMBEDDED"


class Connector(StrEnum):
    """What the user's wallet was connected with."""

    PRIVY = "PRIVY"
    REOWN = "REOWN"
    WALLETCONNECT = "WALLETCONNECT"
    DYNAMIC = "DYNAMIC"
    NOT_SAID = "NOT_SAID"


class AuthMethod(StrEnum):
    """How a session was signed in."""

    SIWE = "siwe"
    PRIVY = "privy"
    DYNAMIC = "dynamic"


@dataclass(frozen=True, slots=True)
class User:
    """A person, known by what they signed in with; zero times have not happened.

    Sessions opened up to `sessions_ended_at_ms` are over. `terms_version` is what was accepted at
    `terms_accepted_at_ms`. Who wants to be deleted is closing from `closing_since_ms` on, and what
    they hold then is treated as `closing_on_stop` says.
    """

    user_id: UserId
    active_wallet_id: WalletId
    created_at_ms: int
    last_login_at_ms: int
    terms_accepted_at_ms: int = 0
    is_flagged: bool = False
    flag_reason: str = ""
    terms_version: str = ""
    sessions_ended_at_ms: int = 0
    closing_since_ms: int = 0
    closing_on_stop: OnStop | None = None


@dataclass(frozen=True, slots=True)
class Wallet:
    """An address that belongs to one user alone; written in lower case."""

    wallet_id: WalletId
    user_id: UserId
    address: str
    connector: Connector
    created_at_ms: int
    last_seen_at_ms: int
    kind: WalletKind = WalletKind.EOA
    is_active: bool = True
    privy_wallet_id: str = ""
    privy_user_id: str = ""


def refuse_more_wallets(bound: int, most: int) -> None:
    """Raise LimitExceededError for a user who has as many wallets as one may have."""
    if bound >= most:
        raise LimitExceededError(
            f"{most} wallets are the most: remove one first", code="TOO_MANY_WALLETS"
        )


@dataclass(frozen=True, slots=True)
class RemovedWallet:
    """An address that its user has removed: only a proof of its key binds it to them again."""

    user_id: UserId
    address: str
    removed_at_ms: int


@dataclass(frozen=True, slots=True)
class ProviderIdentity:
    """Whom an identity provider's subject is here: one user, for ever."""

    provider: AuthMethod
    subject: str
    user_id: UserId
    created_at_ms: int


@dataclass(frozen=True, slots=True)
class SignInNonce:
    """A number used once, for one address, in one sign-in message.

    With a user it links the address to that user, and without one it signs in: never both.
    """

    nonce: str
    address: str
    expires_at_ms: int
    user_id: UserId = NOBODY


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in and the family of refresh tokens that keeps it alive.

    Only the keyed hashes of the current and the previous refresh token are known. `expires_at_ms`
    never moves; `idle_expires_at_ms` moves with every refresh.
    """

    session_id: str
    user_id: UserId
    auth_method: AuthMethod
    wallet_address: str
    generation: int
    current_hash: str
    previous_hash: str
    created_at_ms: int
    rotated_at_ms: int
    idle_expires_at_ms: int
    expires_at_ms: int
    revoked_at_ms: int = 0
    version: int = 0

    @property
    def auth_time_seconds(self) -> int:
        """Say when its user signed in; no refresh moves it."""
        return self.created_at_ms // SECOND_MS

    def is_live(self, now_ms: int) -> bool:
        """Say whether the session still lets its user in."""
        return not self.revoked_at_ms and now_ms < min(self.idle_expires_at_ms, self.expires_at_ms)


@dataclass(frozen=True, slots=True)
class Standing:
    """A session with everything that may have ended it, read together; None is what is not there.

    Everybody's sessions opened up to `all_ended_at_ms` are over.
    """

    session: Session | None
    user: User | None
    all_ended_at_ms: int = 0

    def admitted(self, now_ms: int) -> User | None:
        """Give the user whom the session still lets in, else None."""
        session, user = self.session, self.user
        if session is None or user is None or session.user_id != user.user_id:
            return None
        ended_at_ms = max(user.sessions_ended_at_ms, self.all_ended_at_ms)
        is_ended = session.created_at_ms <= ended_at_ms or not session.is_live(now_ms)
        return None if is_ended else user

    def confirms(
        self, auth_method: AuthMethod, wallet_address: str, auth_time_seconds: int
    ) -> bool:
        """Say whether the session was opened in this way, with this wallet, and then; 0 is no time.

        Tokens of before that claim have none.
        """
        session = self.session
        if session is None or auth_time_seconds not in {0, session.auth_time_seconds}:
            return False
        return (session.auth_method, session.wallet_address) == (auth_method, wallet_address)
