"""The stand-in identity providers over real sockets, and their test bench."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import requests

from simulators.identity.thread import IdentityProviders
from tests.patience import PATIENCE_SECONDS
from understudy.adapters.identity import bounded_http
from understudy.adapters.identity.json_web_keys import Algorithm
from understudy.adapters.identity.key_set_http import KeySetHttp

if TYPE_CHECKING:
    from collections.abc import Iterator

ALGORITHMS = {"privy": Algorithm.ES256, "dynamic": Algorithm.RS256}


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up on nobody because this machine is slow."""
    for name in ("STEP_SECONDS", "WHOLE_SECONDS"):
        monkeypatch.setattr(bounded_http, name, PATIENCE_SECONDS)


@dataclass
class Bench:
    """The running providers."""

    providers: IdentityProviders

    def command(self, page: str, **fields: Any) -> Any:
        answer = requests.post(self.page(page), json=fields, timeout=PATIENCE_SECONDS)
        answer.raise_for_status()
        return answer.json()

    def page(self, page: str) -> str:
        return f"{self.providers.url}/_simulator/{page}"

    def requests_for(self, provider: str) -> int:
        """Say how often a provider's key set was asked for."""
        health = requests.get(self.page("health"), timeout=PATIENCE_SECONDS).json()
        return int(health["providers"][provider]["requests"])

    def fetch(self, provider: str) -> KeySetHttp:
        return KeySetHttp(self.providers.key_set_url(provider), ALGORITHMS[provider])


@pytest.fixture
def bench() -> Iterator[Bench]:
    with IdentityProviders() as providers:
        yield Bench(providers)
