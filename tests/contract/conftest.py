"""Clouds for the contract suites: moto in this process, and one emulator for the session."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

import botocore.session
import pytest
from moto import mock_aws

from localcloud.emulator import Emulator
from localcloud.session import ACCESS_KEY, REGION, SECRET_KEY
from localcloud.state_folder import StateFolder

Clients = Callable[[str], Any]


@cache
def client_of(service: str, endpoint_url: str | None = None) -> Any:
    return _session().create_client(
        service,
        region_name=REGION,
        endpoint_url=endpoint_url,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
    )


@cache
def _session() -> botocore.session.Session:
    return botocore.session.Session()


@pytest.fixture(scope="session")
def emulator_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with Emulator.start(StateFolder(tmp_path_factory.mktemp("emulator"))) as emulator:
        yield emulator.endpoint_url


@pytest.fixture
def moto_clients() -> Iterator[Clients]:
    """Give what makes clients of an empty moto."""
    with mock_aws():
        yield client_of


@pytest.fixture(scope="session")
def emulator_clients(emulator_url: str) -> Clients:
    """Give what makes clients of the session's emulator."""
    return partial(client_of, endpoint_url=emulator_url)


@pytest.fixture
def moto_dynamodb(moto_clients: Clients) -> Any:
    return moto_clients("dynamodb")


@pytest.fixture
def emulated_dynamodb(emulator_clients: Clients) -> Any:
    return emulator_clients("dynamodb")
