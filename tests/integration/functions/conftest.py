"""A cloud with the tables and the key that hot functions and the API read and write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from simulators.hyperliquid.thread import SimulatorThread
from tests.clouds import Cloud, cloud_of_the_session
from tests.contract.stores import tables
from tests.contract.venue.worlds import SimulatorWorld
from tests.integration.functions.standing_signer import standing_signer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TABLES = {
    "copying": tables.COPYING,
    "market": tables.MARKET,
    "throttle": tables.THROTTLE,
    "custody": {},
    "audit": {},
    "identity": tables.IDENTITY,
    "door": tables.DOOR,
}


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """Give the cloud at AWS_ENDPOINT_URL, or an emulator."""
    with cloud_of_the_session(tmp_path_factory.mktemp("cloud")) as cloud:
        yield cloud


@pytest.fixture(scope="session")
def client(cloud: Cloud) -> Callable[[str], Any]:
    """Give what makes clients of the cloud."""
    return cloud.client


@pytest.fixture(scope="session")
def environment(cloud: Cloud) -> dict[str, str]:
    """Give the functions' environment, with tables and a key of their own."""
    names = {name: f"{name}-{uuid4().hex}" for name in TABLES}
    for name, definition in TABLES.items():
        tables.create(cloud.client("dynamodb"), names[name], definition)
    key = cloud.client("kms").create_key()["KeyMetadata"]["KeyId"]
    return {
        **{f"{name.upper()}_TABLE": names[name] for name in TABLES},
        **cloud.variables,
        "AGENT_KEY_ID": key,
        "SPARE_AGENT_KEY_ID": key,
        "SIGNER_ROLE": "arn:aws:iam::000000000000:role/signer",
        "AUDIT_ROW_KEY_ID": key,
        "TOKEN_SECRET_ID": f"tokens-{uuid4().hex}",
    }


@pytest.fixture
def venue() -> Iterator[SimulatorWorld]:
    """Give the stand-in venue."""
    with SimulatorThread() as simulator:
        yield SimulatorWorld(simulator)


@pytest.fixture
def signer() -> Iterator[str]:
    """Give the address at which a signer answers as Lambda does."""
    with standing_signer() as url:
        yield url
