"""The secret behind our own tokens, from the secrets store: the current one, then the previous."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from understudy.adapters.identity.token_keys import TokenKeys, derive_keys
from understudy.domain.errors import DependencyError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

KEPT_SECONDS = 300
CURRENT, PREVIOUS = "AWSCURRENT", "AWSPREVIOUS"


class SecretsClient(Protocol):
    """The one call of the secrets store that is used."""

    def get_secret_value(self, **request: str) -> Mapping[str, Any]:
        """Read one version of a secret."""
        ...


class StoredKeyRing:
    """Gives the keys of the secret's two versions, read again every five minutes."""

    def __init__(
        self,
        client: SecretsClient,
        secret_id: str,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._secret_id = secret_id
        self._monotonic = monotonic
        self._ring: Sequence[TokenKeys] = ()
        self._read_at = 0.0

    def __call__(self) -> Sequence[TokenKeys]:
        """Give the ring; a ring once read outlives an outage of the secrets store."""
        if not self._ring or self._monotonic() - self._read_at > KEPT_SECONDS:
            self._renew()
        return self._ring

    def _renew(self) -> None:
        try:
            ring = [self._version(stage) for stage in (CURRENT, PREVIOUS)]
        except (ClientError, BotoCoreError) as error:
            if self._ring:
                return
            raise DependencyError("the token secret cannot be read just now") from error
        self._ring = [keys for keys in ring if keys is not None]
        self._read_at = self._monotonic()

    def _version(self, stage: str) -> TokenKeys | None:
        try:
            answer = self._client.get_secret_value(SecretId=self._secret_id, VersionStage=stage)
        except ClientError as error:
            missing = error.response["Error"]["Code"] == "ResourceNotFoundException"
            if missing and stage == PREVIOUS:  # never rotated
                return None
            raise
        return derive_keys(answer["SecretString"].encode())
