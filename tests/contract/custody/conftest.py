"""Every test of this folder runs on each backend; the emulator is started once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from localcloud.emulator import Emulator
from localcloud.session import LocalSession
from localcloud.state_folder import StateFolder
from tests.contract.custody.backends import Backend, in_memory, on_aws

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(params=["memory", "moto", pytest.param("emulator", marks=pytest.mark.integration)])
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    if request.param == "memory":
        yield in_memory()
    elif request.param == "emulator":
        session = request.getfixturevalue("cloud_session")
        yield on_aws(session.client("dynamodb"), session.client("kms"))
    else:
        with mock_aws():
            made = boto3.Session("test", "test", region_name="us-east-1")
            yield on_aws(made.client("dynamodb"), made.client("kms"))


@pytest.fixture(scope="session")
def cloud_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalSession]:
    emulator = Emulator.start(StateFolder(tmp_path_factory.mktemp("custody-cloud")))
    try:
        yield LocalSession(emulator.endpoint_url)
    finally:
        emulator.stop()
