"""An emulator with the tables that the functions of the copy path read and write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import botocore.session
import pytest

from localcloud.emulator import Emulator
from localcloud.session import ACCESS_KEY, REGION, SECRET_KEY
from localcloud.state_folder import StateFolder
from tests.contract.stores import tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TABLES = {
    "copying": tables.COPYING,
    "market": tables.MARKET,
    "throttle": tables.THROTTLE,
    "custody": {},
    "audit": {},
}


@pytest.fixture(scope="session")
def cloud_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with Emulator.start(StateFolder(tmp_path_factory.mktemp("cloud"))) as emulator:
        yield emulator.endpoint_url


@pytest.fixture(scope="session")
def client(cloud_url: str) -> Callable[[str], Any]:
    def make(service: str) -> Any:
        return botocore.session.Session().create_client(
            service,
            region_name=REGION,
            endpoint_url=cloud_url,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
        )

    return make


@pytest.fixture(scope="session")
def environment(cloud_url: str, client: Callable[[str], Any]) -> dict[str, str]:
    """Give the environment of both functions, with tables and a key that exist."""
    for name, definition in TABLES.items():
        tables.create(client("dynamodb"), name, definition)
    key = client("kms").create_key()["KeyMetadata"]["KeyId"]
    return {
        **{f"{name.upper()}_TABLE": name for name in TABLES},
        "AWS_ENDPOINT_URL": cloud_url,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AGENT_KEY_ID": key,
    }
