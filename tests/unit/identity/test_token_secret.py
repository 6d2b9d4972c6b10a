"""The key ring: current and previous secret, kept for minutes, outliving an outage.

A new secret signs when every worker has read it, so that no worker ever meets an unknown one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from understudy.adapters.aws.token_secret import (
    ASKED_AGAIN_SECONDS,
    KEPT_SECONDS,
    SIGNS_AFTER_SECONDS,
    SecretClocks,
    StoredKeyRing,
)
from understudy.adapters.identity.token_keys import MIN_SECRET_BYTES
from understudy.domain.errors import ConfigurationError, DependencyError

if TYPE_CHECKING:
    from collections.abc import Mapping


BINARY = "saved as binary"


@dataclass
class Secrets:
    """A secrets store with one secret; `now` is the time that the ring sees."""

    versions: dict[str, tuple[str, float]] = field(
        default_factory=lambda: {"AWSCURRENT": ("a" * 64, 0.0)}
    )
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
            raise ClientError(missing, "GetSecretValue")  # type: ignore[arg-type]  # the fields that are read
        secret, made_at = self.versions[stage]
        said = {"SecretBinary": b"b" * 64} if secret == BINARY else {"SecretString": secret}
        return {**said, "CreatedDate": datetime.fromtimestamp(made_at, UTC)}

    def rotate(self, secret: str) -> None:
        self.versions = {
            "AWSCURRENT": (secret, self.now),
            "AWSPREVIOUS": self.versions["AWSCURRENT"],
        }


def ring_of(secrets: Secrets, told: list[str] | None = None) -> StoredKeyRing:
    def now() -> float:
        return secrets.now

    def tell(error: ConfigurationError) -> None:
        if told is not None:
            told.append(error.message)

    return StoredKeyRing(secrets, "tokens", tell, SecretClocks(now, now))


def test_a_secret_that_never_rotated_is_a_ring_of_one() -> None:
    assert len(ring_of(Secrets())()) == 1


def test_a_new_secret_is_known_to_all_before_it_signs() -> None:
    secrets = Secrets()
    ring = ring_of(secrets)
    (old,) = ring()
    secrets.rotate("b" * 64)

    secrets.now += KEPT_SECONDS + 1
    signing, known = ring()

    assert signing == old
    assert known != old


def test_once_every_worker_has_read_it_the_new_secret_signs_and_the_old_one_still_reads() -> None:
    secrets = Secrets()
    (old,) = ring_of(secrets)()
    secrets.rotate("b" * 64)
    secrets.now += SIGNS_AFTER_SECONDS

    signing, known = ring_of(secrets)()

    assert known == old
    assert signing != old


@pytest.mark.parametrize("first_read", [0.0, 1.0, KEPT_SECONDS / 2, KEPT_SECONDS])
def test_at_no_moment_does_a_worker_sign_with_what_another_does_not_know(
    first_read: float,
) -> None:
    secrets = Secrets()
    late, early = ring_of(secrets), ring_of(secrets)
    early()
    secrets.now = first_read
    late()
    secrets.now = KEPT_SECONDS
    secrets.rotate("b" * 64)

    for _ in range(3 * SIGNS_AFTER_SECONDS // 10):
        secrets.now += 10
        assert early()[0] in late()
        assert late()[0] in early()
    assert early()[0] == late()[0] != early()[1]


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


def test_during_an_outage_the_store_is_not_asked_for_every_token() -> None:
    secrets = Secrets()
    ring = ring_of(secrets)
    ring()
    secrets.is_down, secrets.now, secrets.reads = True, KEPT_SECONDS + 1, 0

    for _ in range(5):
        ring()
    assert secrets.reads == 1
    secrets.now += ASKED_AGAIN_SECONDS + 1
    ring()

    assert secrets.reads == 2


def test_without_any_ring_nobody_is_let_in_or_turned_away() -> None:
    with pytest.raises(DependencyError):
        ring_of(Secrets(is_down=True))()


@pytest.mark.parametrize("secret", ["", BINARY, "short", "s" * (MIN_SECRET_BYTES - 1)])
def test_a_new_secret_that_is_too_short_is_told_of_and_the_good_ones_stay_in_use(
    secret: str,
) -> None:
    secrets, told = Secrets(), list[str]()
    ring = ring_of(secrets, told)
    secrets.rotate("b" * 64)
    secrets.now += SIGNS_AFTER_SECONDS
    good = ring()
    secrets.rotate(secret)

    for _ in range(3):
        secrets.now += KEPT_SECONDS + 1
        assert ring() == good

    assert told == ["the token secret needs at least 32 bytes"] * 3


def test_a_worker_that_starts_on_a_secret_that_is_too_short_goes_on_with_the_one_before_it() -> (
    None
):
    secrets, told = Secrets(), list[str]()
    (good,) = ring_of(secrets)()
    secrets.rotate("short")

    assert ring_of(secrets, told)() == (good,)
    assert len(told) == 1


def test_a_secret_that_was_too_short_is_no_part_of_the_ring_once_a_good_one_follows() -> None:
    secrets = Secrets()
    ring = ring_of(secrets)
    (old,) = ring()
    secrets.rotate("short")
    secrets.rotate("b" * 64)
    secrets.now += KEPT_SECONDS + 1

    (new,) = ring()

    assert new != old
    assert ring_of(secrets)() == (new,)


def test_of_one_that_was_too_short_nothing_is_told_once_a_good_one_follows() -> None:
    secrets, told = Secrets(), list[str]()
    secrets.rotate("short")
    secrets.rotate("b" * 64)

    assert len(ring_of(secrets, told)()) == 1
    assert told == []


def test_without_any_good_secret_nobody_is_let_in_and_what_is_wrong_is_said() -> None:
    told: list[str] = []

    with pytest.raises(ConfigurationError, match="token secret"):
        ring_of(Secrets({"AWSCURRENT": ("short", 0.0)}), told)()

    assert len(told) == 1
