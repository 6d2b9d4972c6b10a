"""Sign-in with Privy: an access token says who, an identity token which wallets are theirs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from understudy.adapters.identity.linked_wallets import distinct, ethereum_address, provider_name
from understudy.adapters.identity.provider_tokens import ProviderTokenReader, refused
from understudy.domain.identity import Connector, WalletKind
from understudy.ports.identity import LinkedWallet, ProviderClaim, ProviderTokens

if TYPE_CHECKING:
    from collections.abc import Mapping

# Privy renews its identity token only when the user changes something; its own end bounds it.
IDENTITY_MAX_AGE_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class PrivyVerifier:
    """Verifies a pair of tokens of one Privy app; the access token bears the age limit."""

    reader: ProviderTokenReader
    max_age_seconds: int

    def standing(self) -> Mapping[str, int]:
        """Say how old the keys are that are known; see `ProviderVerifier`."""
        return self.reader.keys.standing()

    def verify(self, tokens: ProviderTokens, now_ms: int) -> ProviderClaim:
        """Check both tokens, and that they are of one person; see `ProviderVerifier`."""
        access = self.reader.read(tokens.access, now_ms, self.max_age_seconds)
        identity = self.reader.read(tokens.identity, now_ms, IDENTITY_MAX_AGE_SECONDS)
        # An access token names a session and an identity token the accounts: neither is the other.
        is_access = isinstance(access.get("sid"), str) and "linked_accounts" not in access
        if not is_access or access["sub"] != identity["sub"]:
            raise refused()
        accounts = _linked_accounts(identity)
        wallets = distinct(wallet for each in accounts if (wallet := _wallet(each)))
        return ProviderClaim(str(access["sub"]), wallets)


def _linked_accounts(claims: Mapping[str, Any]) -> list[Any]:
    """Read the accounts: Privy writes the list as JSON in a text."""
    written = claims.get("linked_accounts")
    try:
        accounts = json.loads(written) if isinstance(written, str) else written
    except (ValueError, RecursionError) as error:
        raise refused() from error
    if not isinstance(accounts, list):
        raise refused()
    return accounts


def _wallet(account: Any) -> LinkedWallet | None:
    if not isinstance(account, dict) or account.get("type") != "wallet":
        return None
    address = ethereum_address(account.get("address"))
    if address is None or account.get("chain_type", "ethereum") != "ethereum":
        return None
    is_embedded = account.get("wallet_client_type") == "privy"
    return LinkedWallet(
        address=address,
        kind=WalletKind.PRIVY_EMBEDDED if is_embedded else WalletKind.EOA,
        connector=Connector.PRIVY,
        provider_wallet_id=provider_name(account.get("id")),
    )
