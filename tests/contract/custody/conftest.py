"""What takes `backend` runs in memory, on moto and on the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from moto import mock_aws

from tests.contract.conftest import moto_client
from tests.contract.custody.backends import Backend, in_memory, on_aws

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(params=["memory", "moto", pytest.param("emulator", marks=pytest.mark.integration)])
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    if request.param == "memory":
        yield in_memory()
    elif request.param == "emulator":
        clients = request.getfixturevalue("emulator_clients")
        yield on_aws(clients("dynamodb"), clients("kms"))
    else:
        with mock_aws():
            yield on_aws(moto_client("dynamodb"), moto_client("kms"))
