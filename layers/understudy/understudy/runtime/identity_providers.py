"""Which identity providers people may sign in with: those whose key set's address is set.

What reads their tokens is imported where one is configured, and costs no other start anything.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from understudy.domain.identity import AuthMethod
from understudy.runtime import environment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from understudy.adapters.identity.json_web_keys import Algorithm
    from understudy.adapters.identity.provider_tokens import ProviderTokenReader
    from understudy.ports.identity import ProviderVerifier


def identity_providers() -> Mapping[AuthMethod, ProviderVerifier]:
    """Give the verifiers of the configured providers; half a configuration is refused."""
    found: dict[AuthMethod, ProviderVerifier] = {}
    if os.environ.get("PRIVY_JWKS_URL"):
        found[AuthMethod.PRIVY] = _privy()
    if os.environ.get("DYNAMIC_JWKS_URL"):
        found[AuthMethod.DYNAMIC] = _dynamic()
    return found


def _privy() -> ProviderVerifier:
    from understudy.adapters.identity.json_web_keys import Algorithm
    from understudy.adapters.identity.privy import PrivyVerifier

    issuers = (environment.text("PRIVY_ISSUER"),)
    reader = _reader("PRIVY", Algorithm.ES256, issuers, environment.text("PRIVY_APP_ID"))
    return PrivyVerifier(reader, environment.count("PRIVY_MAX_AGE_SECONDS"))


def _dynamic() -> ProviderVerifier:
    from understudy.adapters.identity.dynamic import DynamicVerifier, issuers_of
    from understudy.adapters.identity.json_web_keys import Algorithm

    issuers = issuers_of(environment.text("DYNAMIC_ISSUER"))
    reader = _reader("DYNAMIC", Algorithm.RS256, issuers, environment.text("DYNAMIC_AUDIENCE"))
    return DynamicVerifier(reader, environment.count("DYNAMIC_MAX_AGE_SECONDS"))


def _reader(
    provider: str, algorithm: Algorithm, issuers: tuple[str, ...], audience: str
) -> ProviderTokenReader:
    from understudy.adapters.identity.key_set_http import KeySetHttp
    from understudy.adapters.identity.key_sets import CachedKeySet
    from understudy.adapters.identity.provider_tokens import ProviderTokenReader

    setting = f"{provider}_JWKS_URL"
    fetch = KeySetHttp(environment.text(setting), algorithm, setting)
    return ProviderTokenReader(CachedKeySet(fetch), algorithm, issuers, audience)
