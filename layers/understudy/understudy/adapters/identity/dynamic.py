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
# What a token has whose second factor is still to come.
INCOMPLETE = "requiresAdditionalAuth"
# An issuer is <host>/<environment id>, at either host: whichever the site was built with.
HOSTS = ("app.dynamic.xyz", "app.dynamicauth.com")


@dataclass(frozen=True, slots=True)
class DynamicVerifier:
    """Verifies the token of one Dynamic environment, which is the end of its issuer's name."""

    reader: ProviderTokenReader
    max_age_seconds: int

    def standing(self) -> Mapping[str, int]:
        """Say how old the keys are that are known; see `ProviderVerifier`."""
        return self.reader.keys.standing()

    def verify(self, tokens: ProviderTokens, now_ms: int) -> ProviderClaim:
        """Check the identity token, the only one that Dynamic has; see `ProviderVerifier`."""
        claims = self.reader.read(tokens.identity, now_ms, self.max_age_seconds)
        environment = environment_of(self.reader.issuers[0])
        if claims.get("environment_id", environment) != environment:
            raise refused()
        scopes = _scopes(claims)
        if COMPLETE not in scopes or INCOMPLETE in scopes:
            # Before the second factor a token is signed all the same, with other scopes.
            raise NotAllowedError(
                "the sign-in at Dynamic is not complete: finish it there first",
                code="PROVIDER_SIGN_IN_INCOMPLETE",
            )
        wallets = (wallet for each in _credentials(claims) if (wallet := _wallet(each)))
        return ProviderClaim(str(claims["sub"]), distinct(wallets))


def issuers_of(issuer: str) -> tuple[str, ...]:
    """Give an issuer's names: of one of Dynamic's hosts, the same environment's at each of them."""
    host, _, environment = issuer.partition("/")
    if host not in HOSTS:
        return (issuer,)
    return (issuer, *(f"{each}/{environment}" for each in HOSTS if each != host))


def environment_of(issuer: str) -> str:
    """Give the environment that an issuer's name ends in."""
    return issuer.rpartition("/")[2]


def _scopes(claims: Mapping[str, Any]) -> list[str]:
    """Read the scopes under either name, a text with blanks between them or a list; else none."""
    text, listed = claims.get("scope", ""), claims.get("scopes", [])
    if not isinstance(text, str) or not isinstance(listed, list):
        return []
    return [*text.split(" "), *(each for each in listed if isinstance(each, str))]


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
