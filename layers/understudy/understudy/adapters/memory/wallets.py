"""`WalletStore` in memory, on what `InMemoryIdentityStore` holds."""

from __future__ import annotations

from dataclasses import dataclass

from understudy.adapters.memory.identity import InMemoryIdentityStore
from understudy.domain.errors import ConflictError
from understudy.domain.identity import RemovedWallet, User, Wallet
from understudy.domain.ids import UserId, WalletId
from understudy.domain.replacing import replace


@dataclass(frozen=True, slots=True)
class InMemoryWalletStore:
    """Implements `WalletStore` under the lock of the identities."""

    identity: InMemoryIdentityStore

    def activate_wallet(self, user_id: UserId, wallet_id: WalletId) -> None:
        """Make a wallet the active one; see `WalletStore`."""
        with self.identity.lock:
            user, wallet = self._user(user_id), self._wallet(user_id, wallet_id)
            if not wallet.is_active:
                raise ConflictError("the wallet is on its way out")
            self.identity.users[user_id] = replace(user, active_wallet_id=wallet_id)

    def retire_wallet(self, user_id: UserId, wallet_id: WalletId) -> None:
        """Let nothing new begin with a wallet; see `WalletStore`."""
        with self.identity.lock:
            if self._user(user_id).active_wallet_id == wallet_id:
                raise ConflictError("the wallet is the active one")
            self._put(replace(self._wallet(user_id, wallet_id), is_active=False))

    def restore_wallet(self, user_id: UserId, wallet_id: WalletId) -> None:
        """Take a retirement back."""
        with self.identity.lock:
            self._put(replace(self._wallet(user_id, wallet_id), is_active=True))

    def remove_wallet(self, wallet: Wallet, at_ms: int) -> None:
        """Unbind a retired wallet; see `WalletStore`."""
        with self.identity.lock:
            if self._wallet(wallet.user_id, wallet.wallet_id).is_active:
                raise ConflictError("the wallet is not retired")
            del self.identity.wallets_by_address[wallet.address]
            mark = wallet.user_id, wallet.address
            self.identity.removed[mark] = RemovedWallet(*mark, at_ms)

    def _user(self, user_id: UserId) -> User:
        user = self.identity.user(user_id)
        if user is None:
            raise ConflictError("the user is gone")
        return user

    def _wallet(self, user_id: UserId, wallet_id: WalletId) -> Wallet:
        own = (each for each in self.identity.wallets(user_id) if each.wallet_id == wallet_id)
        wallet = next(own, None)
        if wallet is None:
            raise ConflictError("the wallet is gone")
        return wallet

    def _put(self, wallet: Wallet) -> None:
        self.identity.wallets_by_address[wallet.address] = wallet
