"""The real template on the emulator, with its venue, once for all tests of this folder."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from cli.system import UNLIMITED_WEIGHT, Plan, System, running_system
from localcloud.session import REGION, without_user_settings
from localcloud.stack import RunningStack
from tests.permissions.auditing import seal_soon
from tests.permissions.cast import OPEN_DOOR, OPERATOR
from tests.permissions.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    state = tmp_path_factory.mktemp("system")
    plan = Plan(
        state,
        weight_per_minute=UNLIMITED_WEIGHT,
        identity_providers=True,
        operator=OPERATOR.address,
        parameters=OPEN_DOOR,
    )
    with running_system(plan, print) as system:
        seal_soon(system)
        yield system


@pytest.fixture(scope="session")
def system(running: System) -> RunningStack:
    return running.stack


@pytest.fixture(scope="module")
def stage(running: System) -> Stage:
    """Give the system ready to be acted on, made ready for each file anew."""
    ready = Stage(running)
    ready.make_ready()
    return ready


@pytest.fixture(scope="session")
def as_role(system: RunningStack) -> Callable[[str, str], Any]:
    """Give a client of a service with the very role of a function; each is made once."""
    root = system.session()

    @cache
    def session_of(function: str) -> Any:
        name = system.stack.functions[function]
        role = root.client("lambda").get_function_configuration(FunctionName=name)["Role"]
        assumed = root.client("sts").assume_role(RoleArn=role, RoleSessionName="probe")
        granted = assumed["Credentials"]
        return boto3.Session(
            aws_access_key_id=granted["AccessKeyId"],
            aws_secret_access_key=granted["SecretAccessKey"],
            aws_session_token=granted["SessionToken"],
            region_name=REGION,
            botocore_session=without_user_settings(),
        )

    @cache
    def client(function: str, service: str) -> Any:
        return session_of(function).client(service, endpoint_url=system.endpoint_url)

    return client
