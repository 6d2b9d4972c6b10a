"""A cloud with the tables and the key that the hot functions read and write.

It is what AWS_ENDPOINT_URL says (empty: AWS itself), with the caller's own credentials; where that
is not set, an emulator of this session.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import botocore.session
import pytest

from localcloud.emulator import Emulator
from localcloud.session import ACCESS_KEY, REGION, SECRET_KEY
from localcloud.state_folder import StateFolder
from simulators.hyperliquid.thread import SimulatorThread
from tests.contract.stores import tables
from tests.contract.venue.worlds import SimulatorWorld
from tests.integration.functions.standing_signer import standing_signer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ENDPOINT = "AWS_ENDPOINT_URL"
TABLES = {
    "copying": tables.COPYING,
    "market": tables.MARKET,
    "throttle": tables.THROTTLE,
    "custody": {},
    "audit": {},
}


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Give the variables by which every AWS client finds the cloud."""
    if ENDPOINT in os.environ:
        yield {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
        return
    with Emulator.start(StateFolder(tmp_path_factory.mktemp("cloud"))) as emulator:
        yield {
            ENDPOINT: emulator.endpoint_url,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        }


@pytest.fixture(scope="session")
def client(cloud: dict[str, str]) -> Callable[[str], Any]:
    """Give what makes clients of the cloud."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in cloud.items():
            patch.setenv(name, value)
        session = botocore.session.get_session()
        clients = {each: session.create_client(each) for each in ("dynamodb", "kms")}
    return clients.__getitem__


@pytest.fixture(scope="session")
def environment(cloud: dict[str, str], client: Callable[[str], Any]) -> Iterator[dict[str, str]]:
    """Give both functions' environment, with tables and a key that go when the session ends."""
    dynamodb, kms = client("dynamodb"), client("kms")
    names = {name: f"{name}-{uuid4().hex}" for name in TABLES}
    for name, definition in TABLES.items():
        tables.create(dynamodb, names[name], definition)
    for name in names.values():
        dynamodb.get_waiter("table_exists").wait(TableName=name)
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    yield {
        **{f"{name.upper()}_TABLE": names[name] for name in TABLES},
        **cloud,
        "AGENT_KEY_ID": key,
    }
    for name in names.values():
        dynamodb.delete_table(TableName=name)
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)


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
