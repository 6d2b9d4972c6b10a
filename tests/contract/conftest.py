"""Clouds for the contract suites: moto in this process, and one emulator for the session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from moto import mock_aws

from localcloud.emulator import Emulator
from localcloud.session import ACCESS_KEY, REGION, SECRET_KEY
from localcloud.state_folder import StateFolder

if TYPE_CHECKING:
    from collections.abc import Iterator


def client_of(service: str, endpoint_url: str | None = None) -> Any:
    return botocore.session.Session().create_client(
        service,
        region_name=REGION,
        endpoint_url=endpoint_url,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
    )


@pytest.fixture(scope="session")
def emulator_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with Emulator.start(StateFolder(tmp_path_factory.mktemp("emulator"))) as emulator:
        yield emulator.endpoint_url


@pytest.fixture
def moto_dynamodb() -> Iterator[Any]:
    with mock_aws():
        yield client_of("dynamodb")


@pytest.fixture(scope="session")
def emulated_dynamodb(emulator_url: str) -> Any:
    return client_of("dynamodb", emulator_url)
