"""What a user changes about their own wallets: which is the active one, and which goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from understudy.domain.identity import Wallet
    from understudy.domain.ids import UserId, WalletId


class WalletStore(Protocol):
    """Changes of bound wallets; each raises ConflictError when it may not be, or no longer."""

    def activate_wallet(self, user_id: UserId, wallet_id: WalletId) -> None:
        """Make a wallet of this user, which must not be on its way out, the active one."""
        ...

    def retire_wallet(self, user_id: UserId, wallet_id: WalletId) -> None:
        """Let nothing new begin with a wallet; the active one cannot be retired."""
        ...

    def restore_wallet(self, user_id: UserId, wallet_id: WalletId) -> None:
        """Take a retirement back."""
        ...

    def remove_wallet(self, wallet: Wallet, at_ms: int) -> None:
        """Unbind a retired wallet: its address is free for anybody from then on.

        That its user removed it stays marked until they prove its key again, or are gone.
        """
        ...
