"""What identity tests share: counted ids, a fixed key ring, and wallets that sign."""

from __future__ import annotations

from dataclasses import dataclass, field

from cli.wallet_key import WalletKey
from tests.fakes.builders import NOW_MS
from understudy.adapters.identity.access_tokens import Hs256AccessTokens
from understudy.adapters.identity.refresh_tokens import HmacRefreshTokens
from understudy.adapters.identity.siwe import SiweVerifier
from understudy.adapters.identity.token_keys import TokenKeys, derive_keys
from understudy.adapters.memory.audit import InMemoryAuditTrail
from understudy.adapters.memory.clock import ManualClock
from understudy.adapters.memory.identity import InMemoryIdentityStore
from understudy.workflows.requests.session_endings import SessionEndings
from understudy.workflows.requests.sessions import Sessions
from understudy.workflows.requests.sign_in import SignIn
from understudy.workflows.requests.standings import Standings
from understudy.workflows.requests.wallet_proofs import WalletProofs

DOMAIN = "app.understudy.test"
ORIGIN = f"https://{DOMAIN}"
CHAIN_ID = 42161
ISSUER = "https://api.understudy.test"
ALICE = WalletKey(b"\x01" * 32)
BOB = WalletKey(b"\x02" * 32)
OPERATOR = WalletKey(b"\x0f" * 32)


@dataclass
class CountedIds:
    """Gives 1, 2, 3 … as 32 hex digits."""

    given: int = 0

    def new_id(self) -> str:
        self.given += 1
        return f"{self.given:032x}"


@dataclass
class FixedRing:
    """A key ring whose first key signs; `rotate` puts a new one before the others."""

    keys: list[TokenKeys] = field(default_factory=lambda: [derive_keys(b"a" * 32)])

    def __call__(self) -> list[TokenKeys]:
        return self.keys

    def rotate(self) -> None:
        self.keys = [derive_keys(b"b" * 32), self.keys[0]]


@dataclass
class IdentityWorld:
    """Signing in on ports in memory, at a time that is moved by hand."""

    clock: ManualClock = field(default_factory=lambda: ManualClock(NOW_MS))
    ids: CountedIds = field(default_factory=CountedIds)
    ring: FixedRing = field(default_factory=FixedRing)
    store: InMemoryIdentityStore = field(default_factory=InMemoryIdentityStore)
    audit: InMemoryAuditTrail = field(default_factory=InMemoryAuditTrail)

    def __post_init__(self) -> None:
        self.standings = Standings(self.store, self.clock)

    @property
    def sessions(self) -> Sessions:
        access, refresh = Hs256AccessTokens(self.ring, ISSUER), HmacRefreshTokens(self.ring)
        return Sessions(
            self.store, self.standings, access, refresh, self.clock, self.ids, self.audit
        )

    @property
    def endings(self) -> SessionEndings:
        return SessionEndings(self.store, self.standings, self.audit, self.clock)

    @property
    def sign_in(self) -> SignIn:
        return SignIn(self.store, self.proofs, self.sessions, self.clock, self.ids)

    @property
    def proofs(self) -> WalletProofs:
        return WalletProofs(self.store, verifier(), self.clock, self.ids)


def verifier() -> SiweVerifier:
    return SiweVerifier(frozenset({DOMAIN}), frozenset({ORIGIN}), frozenset({CHAIN_ID}))


def message(address: str, nonce: str = "a1b2c3d4", **changes: str) -> str:
    """Write a sign-in message of NOW_MS; `changes` replace what stands in its lines."""
    said = {
        "domain": DOMAIN,
        "uri": f"{ORIGIN}/login",
        "chain_id": str(CHAIN_ID),
        "issued_at": "2027-01-15T08:00:00Z",
        "more": "",
        **changes,
    }
    return (
        f"{said['domain']} wants you to sign in with your Ethereum account:\n{address}\n\n"
        f"Sign in.\n\nURI: {said['uri']}\nVersion: 1\nChain ID: {said['chain_id']}\n"
        f"Nonce: {nonce}\nIssued At: {said['issued_at']}{said['more']}"
    )
