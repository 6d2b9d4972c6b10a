"""Which identity providers people may sign in with: those whose key set's address is set."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from understudy.adapters.identity.dynamic import DynamicVerifier
from understudy.adapters.identity.json_web_keys import Algorithm
from understudy.adapters.identity.key_set_http import KeySetHttp
from understudy.adapters.identity.key_sets import CachedKeySet
from understudy.adapters.identity.privy import PrivyVerifier
from understudy.adapters.identity.provider_tokens import ProviderTokenReader
from understudy.domain.identity import AuthMethod
from understudy.runtime import environment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from understudy.ports.identity import ProviderVerifier


def identity_providers() -> Mapping[AuthMethod, ProviderVerifier]:
    """Give the verifiers of the configured providers; half a configuration is refused."""
    found: dict[AuthMethod, ProviderVerifier] = {}
    if os.environ.get("PRIVY_JWKS_URL"):
        reader = _reader("PRIVY", Algorithm.ES256, environment.text("PRIVY_APP_ID"))
        found[AuthMethod.PRIVY] = PrivyVerifier(reader, environment.count("PRIVY_MAX_AGE_SECONDS"))
    if os.environ.get("DYNAMIC_JWKS_URL"):
        reader = _reader("DYNAMIC", Algorithm.RS256, environment.text("DYNAMIC_AUDIENCE"))
        max_age_seconds = environment.count("DYNAMIC_MAX_AGE_SECONDS")
        found[AuthMethod.DYNAMIC] = DynamicVerifier(reader, max_age_seconds)
    return found


def _reader(provider: str, algorithm: Algorithm, audience: str) -> ProviderTokenReader:
    fetch = KeySetHttp(environment.text(f"{provider}_JWKS_URL"), algorithm)
    issuer = environment.text(f"{provider}_ISSUER")
    return ProviderTokenReader(CachedKeySet(fetch), algorithm, issuer, audience)
