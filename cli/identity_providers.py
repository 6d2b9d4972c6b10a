"""Runs the stand-ins for providers of identities and server wallets and for an older system."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from cli.errors import CommandError
from simulators.identity import provider
from simulators.identity.thread import IdentityProviders
from simulators.older_system.keeping import BooksError
from simulators.older_system.thread import OlderSystem
from simulators.server_wallets.thread import ANY_TOKEN, ServerWalletProvider

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def running_providers(
    port: int, wallets_port: int, older_port: int, older_books: Path | None
) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the identity providers' address and the template's parameters.

    Their keys are new in every run; the older system keeps its books in a folder, if there is one.
    """
    with (
        IdentityProviders(port) as providers,
        ServerWalletProvider(wallets_port, ANY_TOKEN) as wallets,
        _older_system(older_port, older_books) as older,
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
                "OlderSystemUrl": older.url,
            },
        )


def _older_system(port: int, books: Path | None) -> OlderSystem:
    try:
        return OlderSystem(port, books)
    except BooksError as error:
        reason, _, remedy = str(error).rpartition("; ")
        raise CommandError("SIMULATOR_FAILED", reason, remedy) from error
