"""Clouds for the contract suites: moto in this process, and one real cloud for the session."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from threading import RLock
from typing import Any

import pytest
from botocore.config import Config
from moto import mock_aws
from moto.core.serialize import AttributePickerContext, XFormedAttributePicker
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler
from moto.kms import models as kms_of_moto
from moto.kms.utils import AbstractPrivateKey, KeySpec, generate_private_key

from localcloud.session import ACCESS_KEY, REGION, SECRET_KEY
from tests.clouds import Cloud, cloud_of_the_session, shipped_session

Clients = Callable[[str], Any]


@cache
def moto_client(service: str) -> Any:
    """Give a client of moto, as long as moto is on."""
    return shipped_session().create_client(
        service,
        region_name=REGION,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        config=Config(ignore_configured_endpoint_urls=True),  # type: ignore[call-arg] # not in the stubs
    )


def _private_key(key_spec: str) -> AbstractPrivateKey:
    never_signs = key_spec == KeySpec.SYMMETRIC_DEFAULT
    return generate_private_key(KeySpec.ECC_NIST_P256 if never_signs else key_spec)


@pytest.fixture(scope="session", autouse=True)
def _no_vain_keys() -> Iterator[None]:
    """Spare moto the RSA key that it makes for each symmetric key too, where it is never used."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kms_of_moto, "generate_private_key", _private_key)
        yield


@pytest.fixture(scope="session", autouse=True)
def _one_call_at_a_time() -> Iterator[None]:
    """Make a write of moto's whole before the next begins, which it is not between threads."""
    lock, answer = RLock(), DynamoHandler.call_action

    def answer_alone(handler: DynamoHandler) -> Any:
        with lock:
            return answer(handler)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DynamoHandler, "call_action", answer_alone)
        yield


@pytest.fixture(scope="session", autouse=True)
def _one_copy_for_a_transaction() -> Iterator[None]:
    """Spare moto the further copies of a table that it makes, one for each item to be written."""
    transact = DynamoDBBackend.transact_write_items

    def transact_anew(backend: DynamoDBBackend, items: list[dict[str, Any]]) -> None:
        copies: dict[str, Table] = {}

        def copied_once(table: Table, memo: dict[int, Any]) -> Table:
            if table.name not in copies:
                made = copies[table.name] = memo[id(table)] = object.__new__(type(table))
                vars(made).update(deepcopy(vars(table), memo))
            return copies[table.name]

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Table, "__deepcopy__", copied_once, raising=False)
            transact(backend, items)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DynamoDBBackend, "transact_write_items", transact_anew)
        yield


@pytest.fixture(scope="session", autouse=True)
def _names_looked_up_once() -> Iterator[None]:
    """Spare moto the search for the names of a member, the same in each value that it answers."""
    known: dict[tuple[Any, str, type], tuple[str, ...]] = {}
    search = XFormedAttributePicker.get_possible_keys

    def names(picker: XFormedAttributePicker, context: AttributePickerContext) -> Iterator[str]:
        place = (context.shape, context.key, type(context.obj))
        if hasattr(context.obj, "Meta"):
            return iter(search(picker, context))
        if place not in known:
            known[place] = tuple(dict.fromkeys(search(picker, context)))
        return iter(known[place])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(XFormedAttributePicker, "get_possible_keys", names)
        yield


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """Give the cloud at AWS_ENDPOINT_URL, or an emulator."""
    with cloud_of_the_session(tmp_path_factory.mktemp("cloud")) as cloud:
        yield cloud


@pytest.fixture
def moto_clients() -> Iterator[Clients]:
    """Give what makes clients of an empty moto."""
    with mock_aws():
        yield moto_client


@pytest.fixture(scope="session")
def emulator_clients(cloud: Cloud) -> Clients:
    """Give what makes clients of the session's cloud."""
    return cloud.client


@pytest.fixture
def moto_dynamodb(moto_clients: Clients) -> Any:
    return moto_clients("dynamodb")


@pytest.fixture
def emulated_dynamodb(emulator_clients: Clients) -> Any:
    return emulator_clients("dynamodb")
