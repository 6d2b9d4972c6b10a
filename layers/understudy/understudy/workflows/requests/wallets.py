"""A user and the wallets that are theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.domain.errors import NotAllowedError, NotFoundError
from understudy.domain.identity import User, Wallet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.domain.ids import UserId, WalletId
    from understudy.ports.identity import IdentityStore


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


def own_wallet(store: IdentityStore, user_id: UserId, wallet_id: WalletId | None) -> Wallet:
    """Read one wallet of this user, the active one when none is named; raises NotFoundError."""
    found = person(store, user_id)
    wanted = wallet_id or found.user.active_wallet_id
    wallets: Sequence[Wallet] = [w for w in found.wallets if w.wallet_id == wanted and w.is_active]
    if not wallets:
        raise NotFoundError("you have no wallet with this id", code="WALLET_NOT_FOUND")
    return wallets[0]
