"""Sign-in with Dynamic: one token says who, that the sign-in is complete, and which wallets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from understudy.adapters.identity.linked_wallets import distinct, ethereum_address, provider_name
from understudy.adapters.identity.provider_tokens import ProviderTokenReader, refused
from understudy.domain.errors import NotAllowedError
from understudy.domain.identity import Connector, WalletKind
from understudy.ports.identity import LinkedWallet, ProviderClaim, ProviderTokens

if TYPE_CHECKING:
    from collections.abc import Mapping

COMPLETE = "user:basic"


@dataclass(frozen=True, slots=True)
class DynamicVerifier:
    """Verifies the token of one Dynamic environment."""

    reader: ProviderTokenReader
    max_age_seconds: int

    def verify(self, tokens: ProviderTokens, now_ms: int) -> ProviderClaim:
        """Check the identity token, the only one that Dynamic has; see `ProviderVerifier`."""
        claims = self.reader.read(tokens.identity, now_ms, self.max_age_seconds)
        scope = claims.get("scope")
        if not isinstance(scope, str) or COMPLETE not in scope.split(" "):
            # Before the second factor a token is signed all the same, without this scope.
            raise NotAllowedError(
                "the sign-in at Dynamic is not complete: finish it there first",
                code="PROVIDER_SIGN_IN_INCOMPLETE",
            )
        wallets = (wallet for each in _credentials(claims) if (wallet := _wallet(each)))
        return ProviderClaim(str(claims["sub"]), distinct(wallets))


def _credentials(claims: Mapping[str, Any]) -> list[Any]:
    credentials = claims.get("verified_credentials", [])
    if not isinstance(credentials, list):
        raise refused()
    return credentials


def _wallet(credential: Any) -> LinkedWallet | None:
    if not isinstance(credential, dict) or credential.get("format") != "blockchain":
        return None
    address = ethereum_address(credential.get("address"))
    if address is None or credential.get("chain") != "eip155":
        return None
    is_embedded = credential.get("wallet_provider") == "embeddedWallet"
    return LinkedWallet(
        address=address,
        kind=WalletKind.DYNAMIC_EMBEDDED if is_embedded else WalletKind.EOA,
        connector=Connector.DYNAMIC,
        provider_wallet_id=provider_name(credential.get("id")),
    )
