"""Signing in at a provider, on ports in memory: one whose word is set by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.fakes.identity import ALICE, CountedIds, IdentityWorld, message
from understudy.adapters.memory.wallets import InMemoryWalletStore
from understudy.domain.errors import DependencyError
from understudy.domain.identity import AuthMethod, Connector, Wallet, WalletKind
from understudy.ports.identity import LinkedWallet, ProviderClaim, ProviderTokens
from understudy.workflows.requests.provider_sign_in import ProviderSignIn
from understudy.workflows.requests.wallet_proofs import SignedMessage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from understudy.ports.identity import ProviderVerifier

TOKENS = ProviderTokens("access", "identity")
FIRST, SECOND, THIRD = ("0x" + digit * 40 for digit in "abc")
PRIVY = AuthMethod.PRIVY


def linked(address: str, kind: WalletKind = WalletKind.PRIVY_EMBEDDED) -> LinkedWallet:
    return LinkedWallet(address, kind, Connector.PRIVY, f"id-{address[-1]}")


@dataclass
class Voucher:
    """A provider whose verified claim is set by hand."""

    claim: ProviderClaim = field(default_factory=lambda: ProviderClaim("alice", (linked(FIRST),)))
    is_down: bool = False

    def verify(self, tokens: ProviderTokens, now_ms: int) -> ProviderClaim:
        if self.is_down:
            raise DependencyError("down", code="PROVIDER_UNAVAILABLE")
        return self.claim

    def standing(self) -> Mapping[str, int]:
        return {}

    def says(self, subject: str, *wallets: LinkedWallet) -> None:
        self.claim = ProviderClaim(subject, wallets)


@dataclass
class Providers(IdentityWorld):
    """Signing in on ports in memory, at one provider."""

    voucher: Voucher = field(default_factory=Voucher)

    def service(self, known: Mapping[AuthMethod, ProviderVerifier]) -> ProviderSignIn:
        return ProviderSignIn(self.store, known, self.sessions, self.clock, self.ids, self.audit)

    def remove(self, address: str) -> None:
        """Do what a user's removal of a wallet comes to."""
        wallet = self.store.wallets_by_address[address]
        wallets = InMemoryWalletStore(self.store)
        wallets.retire_wallet(wallet.user_id, wallet.wallet_id)
        wallets.remove_wallet(wallet, self.clock.now_ms())

    def bindings(self) -> list[tuple[str, str]]:
        """List what the audit has of bindings: the address and who vouched for it."""
        known = {
            str(each.wallet_id): each.address for each in self.store.wallets_by_address.values()
        }
        facts = (each.facts for each in self.audit.entries if each.event == "WALLET_LINKED")
        return [(known[str(each["wallet_id"])], str(each["auth_method"])) for each in facts]

    def enter(self, provider: AuthMethod = PRIVY) -> Wallet:
        known = {PRIVY: self.voucher, AuthMethod.DYNAMIC: self.voucher}
        return self.service(known).verify(provider, TOKENS).wallet

    def sign_message(self) -> Wallet:
        nonce = self.sign_in.nonce_for(ALICE.address).nonce
        text = message(ALICE.address, nonce)
        signed = SignedMessage(ALICE.address, text, ALICE.sign_text(text))
        return self.sign_in.verify(signed, Connector.REOWN).wallet


@dataclass
class Racing(CountedIds):
    """Ids whose giving lets somebody else act in between, once."""

    meanwhile: object = None

    def new_id(self) -> str:
        act, self.meanwhile = self.meanwhile, None
        if callable(act):
            act()
        return CountedIds.new_id(self)
