"""The older system's users, the chain and the order desk in memory; answers may be lost."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections import Counter, defaultdict
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from custody.migration.legacy import LegacyUser, Stage, WalletKind
from custody.migration.ports import UsersPage
from custody.secp256k1 import address_of, recovered
from understudy.domain.errors import ConflictError, DependencyError, NotAllowedError
from understudy.domain.money import ZERO

if TYPE_CHECKING:
    from collections.abc import Callable

    from custody.authorities import DigestSigner
    from custody.migration.ports import LegacyStore
    from understudy.domain.audit import AuditEntry

SECRET = "the older system's own secret"
KINDS = tuple(WalletKind)
DIGEST = b"\x09" * 32
PAGE_USERS = 100


def legacy_secret(number: int) -> bytes:
    return hashlib.sha256(f"legacy {number}".encode()).digest()


def sealed_as_before(secret: bytes, system_secret: str = SECRET) -> str:
    """Write a key as the older system wrote it, with another library than ours reads it."""
    key, iv = hashlib.sha256(system_secret.encode()).digest(), secret[:12]
    both = AESGCM(key).encrypt(iv, f"0x{secret.hex()}".encode(), None)
    return ".".join(b64encode(part).decode() for part in (iv, both[:-16], both[-16:]))


@cache
def legacy_user(number: int) -> LegacyUser:
    secret = legacy_secret(number)
    owner, kind = address_of(secret), KINDS[number % len(KINDS)]
    wallet = owner if kind is WalletKind.EOA else f"0x{number:040x}"
    return LegacyUser(f"user-{number:04}", wallet, kind, owner, sealed_as_before(secret))


class InMemoryLegacyStore:
    """Implements `LegacyStore`; `after` is called when a stage was stored, and may raise."""

    def __init__(self, audited: list[AuditEntry] | None = None) -> None:
        self.users: dict[str, LegacyUser] = {}
        self.audited: list[AuditEntry] = [] if audited is None else audited
        self.after: Callable[[LegacyUser], None] = lambda _: None

    def add(self, user: LegacyUser, audit: AuditEntry) -> bool:
        if user.user_id in self.users:
            return False
        self.users[user.user_id] = user
        self.audited.append(audit)
        return True

    def page(self, start: str) -> UsersPage:
        ids = sorted(each for each in self.users if each > start)[:PAGE_USERS]
        return UsersPage(ids, ids[-1] if len(ids) == PAGE_USERS else "")

    def read(self, user_id: str) -> LegacyUser | None:
        return self.users.get(user_id)

    def advance(self, was: LegacyUser, now: LegacyUser, audit: AuditEntry, at_ms: int) -> None:
        stored = self.users[was.user_id]
        if (stored.stage, stored.new_ciphertext) != (was.stage, was.new_ciphertext):
            raise ConflictError("the user is at another stage, or the key moved: read again")
        if now.stage is Stage.DESTROYED and at_ms < stored.quarantine_ends_ms:
            raise ConflictError("the quarantine has not ended")
        self.users[was.user_id] = now
        self.audited.append(audit)
        self.after(now)


class EndingAfterEachStep:
    """A store after whose every step the process ends, once per user and step."""

    def __init__(self, store: LegacyStore, end: type[Exception]) -> None:
        self._store, self._end = store, end
        self.ended: set[tuple[str, Stage]] = set()

    def add(self, user: LegacyUser, audit: AuditEntry) -> bool:
        return self._store.add(user, audit)

    def page(self, start: str) -> UsersPage:
        return self._store.page(start)

    def read(self, user_id: str) -> LegacyUser | None:
        return self._store.read(user_id)

    def advance(self, was: LegacyUser, now: LegacyUser, audit: AuditEntry, at_ms: int) -> None:
        self._store.advance(was, now, audit, at_ms)
        if (now.user_id, now.stage) not in self.ended:
            self.ended.add((now.user_id, now.stage))
            raise self._end("the process ended here")


class InMemoryChain:
    """Implements `Chain`; `sent` counts what changed it, by user."""

    def __init__(self) -> None:
        self.owners: dict[str, str] = {}
        self.worth: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
        self.sent: Counter[str] = Counter()
        self.is_away = False
        self.loses_answers = False

    def holds(self, user: LegacyUser, worth: Decimal) -> None:
        self.owners[user.wallet_address] = user.owner_address
        self.worth[user.wallet_address] = worth

    def owner_of(self, wallet_address: str) -> str:
        self._refuse_if_away()
        return self.owners[wallet_address]

    def worth_of(self, address: str) -> Decimal:
        self._refuse_if_away()
        return self.worth[address]

    def change_owner(self, user: LegacyUser, key: DigestSigner) -> None:
        self._sent(user, key)
        if user.kind is not WalletKind.SAFE:
            raise _refused("OWNER_CANNOT_CHANGE")
        self.owners[user.wallet_address] = user.new_address
        self._answer()

    def move_everything(self, user: LegacyUser, key: DigestSigner) -> None:
        self._sent(user, key)
        if not self.worth[user.wallet_address]:
            raise _refused("NOT_ENOUGH")
        self.worth[user.new_address] += self.worth.pop(user.wallet_address)
        self._answer()

    def _sent(self, user: LegacyUser, key: DigestSigner) -> None:
        self._refuse_if_away()
        signed = key.signature_of(DIGEST)
        if recovered(DIGEST, signed.r, signed.s, self.owners[user.wallet_address]) is None:
            raise _refused("NOT_THE_OWNER")
        self.sent[user.user_id] += 1

    def _answer(self) -> None:
        if self.loses_answers:
            raise DependencyError("the chain's answer was lost")

    def _refuse_if_away(self) -> None:
        if self.is_away:
            raise DependencyError("the chain is away")


def _refused(code: str) -> NotAllowedError:
    return NotAllowedError(f"the chain or the venue refuses this: {code}", code="CHAIN_REFUSED")


class InMemoryDesk:
    """Implements `OrderDesk`: one order a user, whoever asks how often."""

    def __init__(self) -> None:
        self.orders: dict[str, str] = {}
        self.accepts = True

    def proven_by_an_order(self, user: LegacyUser, key: DigestSigner) -> str:
        signed = key.signature_of(DIGEST)
        if not self.accepts or not recovered(DIGEST, signed.r, signed.s, user.new_address):
            return ""
        return self.orders.setdefault(user.user_id, f"order-{user.user_id}")
