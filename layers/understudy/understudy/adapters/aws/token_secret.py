"""The secret behind our own tokens, from the secrets store: the current one and the previous.

A new secret is known for minutes before it signs: by then every worker has read it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from understudy.adapters.identity.token_keys import TokenKeys, derive_keys
from understudy.domain.errors import ConfigurationError, DependencyError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

KEPT_SECONDS = 300
ASKED_AGAIN_SECONDS = 30
SIGNS_AFTER_SECONDS = KEPT_SECONDS + 60
CURRENT, PREVIOUS = "AWSCURRENT", "AWSPREVIOUS"


class SecretsClient(Protocol):
    """The one call of the secrets store that is used."""

    def get_secret_value(self, **request: str) -> Mapping[str, Any]:
        """Read one version of a secret."""
        ...


@dataclass(frozen=True, slots=True)
class SecretClocks:
    """The time since some start, and the time that the store's own dates are compared with."""

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time


@dataclass(frozen=True, slots=True)
class _Version:
    keys: TokenKeys
    made_at: float


class StoredKeyRing:
    """Gives the keys of the secret's two versions, read again every five minutes.

    The first of them signs: the new one, once it is old enough for every worker to have read it.
    One that cannot be used is none: `tell` gets what is wrong with a new one, and nothing else
    changes.
    """

    def __init__(
        self,
        client: SecretsClient,
        secret_id: str,
        tell: Callable[[ConfigurationError], None],
        clocks: SecretClocks | None = None,
    ) -> None:
        self._client = client
        self._secret_id = secret_id
        self._clocks = clocks or SecretClocks()
        self._tell = tell
        self._ring: Sequence[TokenKeys] = ()
        self._good_until = 0.0

    def __call__(self) -> Sequence[TokenKeys]:
        """Give the ring; a ring once read outlives an outage of the secrets store."""
        if not self._ring or self._clocks.monotonic() > self._good_until:
            self._renew()
        return self._ring

    def _renew(self) -> None:
        try:
            current, previous = self._read(CURRENT), self._read(PREVIOUS)
        except (ClientError, BotoCoreError) as error:
            if self._ring:
                self._good_until = self._clocks.monotonic() + ASKED_AGAIN_SECONDS
                return
            raise DependencyError("the token secret cannot be read just now") from error
        if current is not None or not self._ring:
            self._ring = self._in_order(current, previous)
        self._good_until = self._clocks.monotonic() + KEPT_SECONDS

    def _in_order(self, current: _Version | None, previous: _Version | None) -> Sequence[TokenKeys]:
        if current is None and previous is None:
            raise ConfigurationError("the token secret has no version that can be used")
        if current is None or previous is None:
            return tuple(each.keys for each in (current, previous) if each is not None)
        is_young = self._clocks.wall() - current.made_at < SIGNS_AFTER_SECONDS
        first, second = (previous, current) if is_young else (current, previous)
        return first.keys, second.keys

    def _read(self, stage: str) -> _Version | None:
        try:
            return self._version(stage)
        except ConfigurationError as error:
            if stage == CURRENT:  # beside a good one the one before is nobody's need
                self._tell(error)
        except ClientError as error:
            is_missing = error.response["Error"]["Code"] == "ResourceNotFoundException"
            if stage == CURRENT or not is_missing:  # a secret that never rotated has no other
                raise
        return None

    def _version(self, stage: str) -> _Version:
        answer = self._client.get_secret_value(SecretId=self._secret_id, VersionStage=stage)
        keys = derive_keys(answer.get("SecretString", "").encode())
        return _Version(keys, answer["CreatedDate"].timestamp())
