"""Fetches a provider's key set over HTTP; see `BoundedHttp` for how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.adapters.identity.bounded_http import BoundedHttp
from understudy.adapters.identity.json_web_keys import Algorithm, read_key_set
from understudy.domain.errors import DependencyError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jwt import PyJWK


class KeySetHttp:
    """The key set at one address."""

    def __init__(
        self, url: str, algorithm: Algorithm, setting: str = "the address of a provider's keys"
    ) -> None:
        self._http = BoundedHttp(url, setting)
        self._algorithm = algorithm

    def __call__(self) -> Mapping[str, PyJWK]:
        """Give the keys that are published now; raises DependencyError without a usable answer."""
        try:
            return read_key_set(self._http.get(), self._algorithm)
        except ValueError as error:
            raise DependencyError(
                "the identity provider's keys cannot be read just now", code="PROVIDER_UNAVAILABLE"
            ) from error
