"""Rotating the token secret on secrets stores: both read, the newest signs, nobody is dropped."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn, cast
from uuid import uuid4

import pytest

from cli.errors import CommandError
from cli.ops.token_secret import OUTLIVED_AFTER, Rotation, rotated
from understudy.adapters.aws.token_secret import SIGNS_AFTER_SECONDS, SecretClocks, StoredKeyRing
from understudy.adapters.memory.audit import InMemoryAuditTrail
from understudy.domain.errors import ConfigurationError
from understudy.workflows.requests.operators import Deed

FIRST = "a" * 64
MINUTE = timedelta(minutes=1)


def untold(error: ConfigurationError) -> NoReturn:
    raise AssertionError(error.message)


def decided(after: timedelta = timedelta(0)) -> Deed:
    """Give the deed of an operator so much later than now."""
    return Deed("arn:operator", "a test", int((datetime.now(UTC) + after).timestamp() * 1000))


@dataclass
class Rotated:
    """What a rotation needs of a place, over the secrets store of one cloud."""

    secrets: Any
    name: str
    operators: str = "of nobody"
    audit: InMemoryAuditTrail = field(default_factory=InMemoryAuditTrail)

    def client(self, service: str) -> Any:
        assert service == "secretsmanager"
        return self.secrets

    def resource(self, name: str) -> str:
        return {"TokenSecret": self.name, "OperatorTokenSecret": self.operators}[name]

    def audit_trail(self) -> InMemoryAuditTrail:
        return self.audit

    def rotate(self, after: timedelta = MINUTE, *, signs_out: bool = False) -> str:
        place: Any = self
        return rotated(place, Rotation(decided(after), signs_out))

    def kids(self, later_seconds: float = SIGNS_AFTER_SECONDS + 60) -> list[str]:
        """Give the keys' names as a worker reads them so much later; the first one signs."""
        wall = datetime.now(UTC).timestamp() + later_seconds
        clocks = SecretClocks(wall=lambda: wall)
        return [keys.kid for keys in StoredKeyRing(self.secrets, self.name, untold, clocks)()]


@pytest.fixture(params=["moto", pytest.param("emulator", marks=pytest.mark.integration)])
def place(request: pytest.FixtureRequest) -> Rotated:
    clients = request.getfixturevalue(f"{request.param}_clients")
    secrets, name = clients("secretsmanager"), f"tokens-{uuid4().hex}"
    secrets.create_secret(Name=name, SecretString=FIRST)
    return Rotated(secrets, name)


def test_the_first_rotation_keeps_the_old_secret_beside_the_new(place: Rotated) -> None:
    (old,) = place.kids()

    assert "6 minutes" in place.rotate()

    assert place.kids(0)[0] == old
    signing, kept = place.kids()
    assert kept == old
    assert signing != old


def test_a_rotation_that_would_sign_somebody_out_is_refused_with_the_day(place: Rotated) -> None:
    place.rotate()
    before = place.kids()

    with pytest.raises(CommandError) as caught:
        place.rotate(OUTLIVED_AFTER - MINUTE)

    assert caught.value.code == "ROTATED_LATELY"
    assert place.kids() == before
    assert len(place.audit.entries) == 1


def test_after_a_month_the_secret_rotates_again(place: Rotated) -> None:
    place.rotate()
    second = place.kids()[0]

    place.rotate(OUTLIVED_AFTER + MINUTE)

    assert place.kids()[1] == second


def test_after_a_leak_the_leaked_secret_is_gone_at_once(place: Rotated) -> None:
    (leaked,) = place.kids()

    assert "nobody" in place.rotate(signs_out=True)

    assert leaked not in place.kids()
    assert len(set(place.kids())) == 2


def test_who_rotated_and_why_is_written_down_and_no_secret_is(place: Rotated) -> None:
    place.rotate()

    (entry,) = place.audit.entries
    assert entry.event == "TOKEN_SECRET_ROTATED"
    assert (entry.facts["operator"], entry.facts["reason"]) == ("arn:operator", "a test")
    read = place.secrets.get_secret_value(SecretId=place.name)["SecretString"]
    assert read not in json.dumps(entry._asdict())
    assert len(read) == 64


def test_the_operators_secret_rotates_by_itself(place: Rotated) -> None:
    place.name, place.operators = place.operators, place.name
    (old,) = [keys.kid for keys in StoredKeyRing(place.secrets, place.operators, untold)()]

    rotated(
        cast("Any", place),
        Rotation(decided(), signs_out=False, of_operators=True),
    )

    kids = [keys.kid for keys in StoredKeyRing(place.secrets, place.operators, untold)()]
    assert (len(kids), old in kids) == (2, True)
    (entry,) = place.audit.entries
    assert entry.subject == "operator-token-secret"
