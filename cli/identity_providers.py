"""Runs the stand-in providers of identities and server wallets, and says where they are."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from simulators.identity import provider
from simulators.identity.thread import IdentityProviders
from simulators.server_wallets.thread import ANY_TOKEN, ServerWalletProvider

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def running_providers(port: int, wallets_port: int) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield their address and the template's parameters; their keys are new in every run."""
    with (
        IdentityProviders(port) as providers,
        ServerWalletProvider(wallets_port, ANY_TOKEN) as wallets,
    ):
        yield (
            providers.url,
            {
                "PrivyJwksUrl": providers.key_set_url("privy"),
                "PrivyAppId": provider.PRIVY_APP_ID,
                "PrivyIssuer": provider.PRIVY_ISSUER,
                "DynamicJwksUrl": providers.key_set_url("dynamic"),
                "DynamicIssuer": provider.DYNAMIC_ISSUER,
                "DynamicAudience": provider.DYNAMIC_AUDIENCE,
                "ServerWalletsUrl": wallets.url,
            },
        )
