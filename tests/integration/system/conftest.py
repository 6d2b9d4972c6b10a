"""The real template on the emulator, once for all tests of this folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from localcloud.session import REGION
from localcloud.stack import RunningStack, bring_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TEMPLATE = Path(__file__).resolve().parents[3] / "template.yaml"
NO_VENUE = "http://127.0.0.1:9"
PARAMETERS = {
    "Stage": "local",
    "HyperliquidUrl": NO_VENUE,
    "HyperliquidChain": "Testnet",
    "SiweDomains": "localhost",
    "SiweUris": "http://localhost",
    "SiweChainIds": "1",
    "VenueWeightPerMinute": "1200",
    "EgressGroup": "main",
}


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    state = tmp_path_factory.mktemp("system")
    with bring_up(TEMPLATE, state_dir=state, parameters=PARAMETERS, progress=print) as running:
        yield running


@pytest.fixture
def as_role(system: RunningStack) -> Callable[[str, str], Any]:
    """Give a client of a service with the very role of a function."""

    def client(function: str, service: str) -> Any:
        root = system.session()
        name = system.stack.functions[function]
        role = root.client("lambda").get_function_configuration(FunctionName=name)["Role"]
        assumed = root.client("sts").assume_role(RoleArn=role, RoleSessionName="probe")
        granted = assumed["Credentials"]
        session: Any = boto3.Session(
            aws_access_key_id=granted["AccessKeyId"],
            aws_secret_access_key=granted["SecretAccessKey"],
            aws_session_token=granted["SessionToken"],
            region_name=REGION,
        )
        return session.client(service, endpoint_url=system.endpoint_url)

    return client
