"""A provider's keys, kept for minutes: few questions, and the last good answer in an outage."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from understudy.domain.errors import DependencyError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jwt import PyJWK

FRESH_SECONDS = 300
KEPT_IN_OUTAGE_SECONDS = 21_600
"""How long a provider that does not answer is believed to have the keys that it had."""

COOLDOWN_SECONDS = 30
RETRY_SECONDS = 5
"""The pause after a failure while there is no set at all."""


class CachedKeySet:
    """Gives keys by name; safe to use from several threads, one of which asks at a time."""

    def __init__(
        self,
        fetch: Callable[[], Mapping[str, PyJWK]],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch = fetch
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._keys: Mapping[str, PyJWK] = {}
        self._read_at = 0.0
        self._asked_at: float | None = None
        self._is_away = False

    def key(self, key_id: str) -> PyJWK | None:
        """Give a key, None for a name that the provider does not know.

        A strange name makes us ask anew, at most once in 30 seconds. Raises DependencyError while
        there is no set that can be believed.
        """
        with self._lock:
            is_fresh = self._is_fresh()
            if not (is_fresh and key_id in self._keys) and self._may_ask():
                self._ask()
            if not self._keys or self._age() > KEPT_IN_OUTAGE_SECONDS:
                raise DependencyError(
                    "the identity provider does not answer just now: try again in a moment",
                    code="PROVIDER_UNAVAILABLE",
                )
            return self._keys.get(key_id)

    def standing(self) -> Mapping[str, int]:
        """Say how old the set is, nothing before anybody needed one; see `ProviderVerifier`.

        Asks nobody and waits for nobody: whoever may look at it costs the provider nothing.
        """
        if self._is_away and self._asked_lately() and not self._is_fresh():
            raise DependencyError("the identity provider did not answer when it was last asked")
        return {"keys_age_seconds": int(self._age())} if self._keys else {}

    def _is_fresh(self) -> bool:
        return bool(self._keys) and self._age() <= FRESH_SECONDS

    def _asked_lately(self) -> bool:
        asked_at = self._asked_at
        return asked_at is not None and self._monotonic() - asked_at <= FRESH_SECONDS

    def _age(self) -> float:
        return self._monotonic() - self._read_at

    def _may_ask(self) -> bool:
        pause = COOLDOWN_SECONDS if self._keys else RETRY_SECONDS
        return self._asked_at is None or self._monotonic() - self._asked_at >= pause

    def _ask(self) -> None:
        self._asked_at = self._monotonic()
        try:
            self._keys = self._fetch()
        except DependencyError:
            self._is_away = True
            return  # the last good set goes on
        self._is_away = False
        self._read_at = self._monotonic()
