"""How long the API waits for custody: long for a person, not for the question how all is."""

from __future__ import annotations

import json
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest

from understudy.adapters.aws import clients
from understudy.runtime import api, api_dependencies

if TYPE_CHECKING:
    from collections.abc import Iterator

SAID = {"standing": {"store": True, "vault": True}, "policy": {}}


class Functions:
    """Custody's function as one client reaches it; notes what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def invoke(self, *, Payload: bytes, **_: Any) -> dict[str, Any]:  # noqa: N803 - AWS's name
        self.asked.append(json.loads(Payload)["operation"])
        return {"Payload": BytesIO(json.dumps(SAID).encode())}


@pytest.fixture
def nobodys_keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give keys of nobody, and leave no client behind that has them."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "eu-west-1")
    clients._client.cache_clear()
    yield
    clients._client.cache_clear()


def test_the_status_asks_custody_by_the_client_that_gives_up_early_and_people_by_the_patient_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    early, patient = Functions(), Functions()
    monkeypatch.setattr(clients, "functions", lambda: early)
    monkeypatch.setattr(clients, "functions_for_people", lambda: patient)
    monkeypatch.setenv("ENROLL_FUNCTION", "signer:enroll")

    keys, ask = api._custody()
    keys.revoke("agent")

    assert ask() == SAID["standing"]
    assert (early.asked, patient.asked) == (["standing"], ["revoke"])


def test_the_status_gives_a_signer_the_time_to_start_and_not_a_persons_patience(
    nobodys_keys: None,
) -> None:
    early: Any = clients.functions().meta.config
    patient: Any = clients.functions_for_people().meta.config

    assert early.read_timeout * 1000 > api_dependencies._COLD_START_MS
    assert early.read_timeout < patient.read_timeout
