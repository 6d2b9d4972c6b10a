"""The key ring: current and previous secret, kept for minutes, outliving an outage."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from understudy.adapters.aws.token_secret import KEPT_SECONDS, StoredKeyRing
from understudy.domain.errors import DependencyError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass
class Secrets:
    """A secrets store with one secret; `now` is the time that the ring sees."""

    versions: dict[str, str] = field(default_factory=lambda: {"AWSCURRENT": "a" * 64})
    is_down: bool = False
    reads: int = 0
    now: float = 0.0

    def get_secret_value(self, **request: str) -> Mapping[str, Any]:
        self.reads += 1
        if self.is_down:
            raise EndpointConnectionError(endpoint_url="secrets")
        stage = request["VersionStage"]
        if stage not in self.versions:
            missing = {"Error": {"Code": "ResourceNotFoundException", "Message": stage}}
            raise ClientError(missing, "GetSecretValue")  # type: ignore[arg-type]
        return {"SecretString": self.versions[stage]}

    def rotate(self, secret: str) -> None:
        self.versions = {"AWSCURRENT": secret, "AWSPREVIOUS": self.versions["AWSCURRENT"]}


def ring_of(secrets: Secrets) -> StoredKeyRing:
    return StoredKeyRing(secrets, "tokens", lambda: secrets.now)


def test_a_secret_that_never_rotated_is_a_ring_of_one() -> None:
    assert len(ring_of(Secrets())()) == 1


def test_after_a_rotation_the_new_key_signs_and_the_old_one_still_reads() -> None:
    secrets = Secrets()
    ring = ring_of(secrets)
    (old,) = ring()

    secrets.rotate("b" * 64)
    secrets.now += KEPT_SECONDS + 1

    assert [keys.kid for keys in ring()][1:] == [old.kid]


def test_the_store_is_asked_once_in_five_minutes() -> None:
    secrets = Secrets()
    ring = ring_of(secrets)

    for _ in range(3):
        ring()

    assert secrets.reads == 2  # both versions, once


def test_a_ring_once_read_outlives_an_outage() -> None:
    secrets = Secrets()
    ring = ring_of(secrets)
    known = ring()
    secrets.is_down, secrets.now = True, KEPT_SECONDS + 1

    assert ring() == known


def test_without_any_ring_nobody_is_let_in_or_turned_away() -> None:
    with pytest.raises(DependencyError):
        ring_of(Secrets(is_down=True))()
