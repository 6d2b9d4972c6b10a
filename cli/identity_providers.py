"""Runs the stand-in identity providers beside a system, and tells the template where they are."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from simulators.identity import provider
from simulators.identity.thread import IdentityProviders

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def running_providers(port: int) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield their address and the template's parameters; their keys are new in every run."""
    with IdentityProviders(port) as providers:
        yield (
            providers.url,
            {
                "PrivyJwksUrl": providers.key_set_url("privy"),
                "PrivyAppId": provider.PRIVY_APP_ID,
                "PrivyIssuer": provider.PRIVY_ISSUER,
                "DynamicJwksUrl": providers.key_set_url("dynamic"),
                "DynamicIssuer": provider.DYNAMIC_ISSUER,
                "DynamicAudience": provider.DYNAMIC_AUDIENCE,
            },
        )
