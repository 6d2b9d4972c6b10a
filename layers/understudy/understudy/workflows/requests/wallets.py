"""A user and the wallets that are theirs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from understudy.domain.errors import ConflictError, NotAllowedError, NotFoundError
from understudy.domain.identity import User, Wallet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.domain.ids import UserId, WalletId
    from understudy.ports.identity import IdentityStore

MOST_WALLETS = 20


class WalletEvent(StrEnum):
    """What the audit keeps of a user's wallets, by their ids."""

    WALLET_LINKED = "WALLET_LINKED"
    WALLET_ACTIVATED = "WALLET_ACTIVATED"
    WALLET_REMOVED = "WALLET_REMOVED"


@dataclass(frozen=True, slots=True)
class Person:
    """A user with their wallets, oldest first."""

    user: User
    wallets: tuple[Wallet, ...]


def person(store: IdentityStore, user_id: UserId) -> Person:
    """Read a user with their wallets; raises NotAllowedError when the user is gone."""
    user = store.user(user_id)
    if user is None:
        raise NotAllowedError("this account no longer exists", code="UNAUTHENTICATED")
    return Person(user, tuple(store.wallets(user_id)))


def refuse_closing(user: User) -> None:
    """Raise ConflictError for who is being deleted: they begin nothing any more."""
    if user.closing_since_ms:
        raise ConflictError(
            "your account is being deleted: nothing new begins",
            code="ACCOUNT_CLOSING",
        )


def own_wallet(store: IdentityStore, user_id: UserId, wallet_id: WalletId | None) -> Wallet:
    """Read one wallet of this user, the active one when none is named; raises NotFoundError."""
    found = person(store, user_id)
    wanted = wallet_id or found.user.active_wallet_id
    wallets: Sequence[Wallet] = [w for w in found.wallets if w.wallet_id == wanted and w.is_active]
    if not wallets:
        raise NotFoundError("you have no wallet with this id", code="WALLET_NOT_FOUND")
    return wallets[0]


def retired() -> ConflictError:
    """Say that a wallet is on its way out."""
    return ConflictError(
        "this wallet is being removed: finish that, or link it again, signed in with another one",
        code="WALLET_RETIRED",
    )


def address_in_use(or_else: str) -> ConflictError:
    """Say that an address is somebody else's: two users are never made one."""
    return ConflictError(
        f"one of these wallets belongs to another user here: sign in with it, or {or_else}",
        code="ADDRESS_IN_USE",
    )
