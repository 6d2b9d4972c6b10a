"""A user of the older system: the wallet, its key as it came, and how far it was taken. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from custody.agents import address_mark, owner_mark
from understudy.domain.audit import AuditEntry
from understudy.domain.money import ZERO

KEY_VERSION = 1


class Stage(StrEnum):
    """How far a user is; each stage but the first was audited when it was reached."""

    LEGACY = "LEGACY"
    STARTED = "STARTED"
    WALLET_CREATED = "WALLET_CREATED"
    TRANSFERRED = "TRANSFERRED"  # in quarantine: the old key still exists
    DESTROYED = "DESTROYED"
    COMPLETED = "COMPLETED"


class WalletKind(StrEnum):
    """How the older system's wallet is held on chain."""

    SAFE = "SAFE"  # its owner can change
    PROXY = "PROXY"  # its owner cannot: what it holds moves
    EOA = "EOA"  # the key itself: what it holds moves


EVENTS = {
    Stage.STARTED: "MIGRATION_STARTED",
    Stage.WALLET_CREATED: "SERVER_WALLET_CREATED",
    Stage.TRANSFERRED: "OWNERSHIP_TRANSFERRED",
    Stage.DESTROYED: "PRIVATE_KEY_DESTROYED",
    Stage.COMPLETED: "MIGRATION_COMPLETED",
}
TAKEN_OVER = "LEGACY_USER_TAKEN_OVER"


class NewKey(NamedTuple):
    """The key of the authority to which a user is taken; `user_id` says in whose record it is."""

    agent_id: str
    key_version: int
    address: str
    key_id: str
    ciphertext: bytes
    user_id: str


@dataclass(frozen=True, slots=True)
class LegacyUser:
    """One user. `sealed_key` is `iv.ciphertext.tag` as it came, '' once it is destroyed.

    `worth` is what the wallet held when the migration started, in USDC; `proof` names the order by
    which the new authority was proven.
    """

    user_id: str
    wallet_address: str
    kind: WalletKind
    owner_address: str
    sealed_key: str = field(default="", repr=False)
    stage: Stage = Stage.LEGACY
    worth: Decimal = ZERO
    new_address: str = ""
    new_key_id: str = ""
    new_ciphertext: bytes = field(default=b"", repr=False)
    proof: str = ""
    quarantine_ends_ms: int = 0

    @property
    def new_key(self) -> NewKey:
        """The key that the authority made, or is to make: its name is the user's for good."""
        return NewKey(
            f"migrated-{owner_mark(self.user_id)}",
            KEY_VERSION,
            self.new_address,
            self.new_key_id,
            self.new_ciphertext,
            self.user_id,
        )


def taken_over(user: LegacyUser, at_ms: int) -> AuditEntry:
    """Say that a user and the key as it came are kept here from now on."""
    return _told(TAKEN_OVER, user, at_ms)


def reached(user: LegacyUser, at_ms: int) -> AuditEntry:
    """Say which stage a user has reached, and on what evidence."""
    return _told(EVENTS[user.stage], user, at_ms)


def _told(event: str, user: LegacyUser, at_ms: int) -> AuditEntry:
    """Name a user.

    Rows outlive users, so the older system's own name, addresses and the order are marks here.
    """
    subject = f"migration-{owner_mark(user.user_id)}"
    facts: dict[str, object] = {
        f"{name}_mark": address_mark(subject, getattr(user, name)) if getattr(user, name) else "-"
        for name in ("wallet_address", "new_address", "proof")
    }
    facts |= {"kind": user.kind, "quarantine_ends_ms": user.quarantine_ends_ms or "-"}
    return AuditEntry(event, subject, at_ms, facts)
