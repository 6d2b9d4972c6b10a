"""What a function sees: its layers, its packages, its role, this machine."""

from __future__ import annotations

import http.client
import json
import urllib.request
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from localcloud.stack import RunningStack

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def facts(cloud: RunningStack) -> dict[str, Any]:
    url = f"{cloud.stack.api_urls['HttpApi']}/greet/bob"
    with urllib.request.urlopen(url, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310 - a local address
        return dict(json.load(answer))


def test_an_http_route_reaches_its_function_with_parameters(facts: dict[str, Any]) -> None:
    assert facts["says"] == "good day bob"


def test_a_function_imports_only_the_layers_and_packages_its_entry_names(
    facts: dict[str, Any],
) -> None:
    assert facts["importable"] == ["shared"]


def test_a_function_cannot_reach_another_machine_by_address_or_name(facts: dict[str, Any]) -> None:
    assert facts["elsewhere"] == "NotThisMachineError"
    assert facts["named"] == "NotThisMachineError"


def test_a_function_may_do_only_what_its_role_allows(facts: dict[str, Any]) -> None:
    assert facts["denied"] == "ClientError"


@pytest.mark.parametrize("path", ["/nothing", "/", ""])
def test_an_unknown_route_is_not_found_nor_is_the_base_itself(
    cloud: RunningStack, path: str
) -> None:
    url = f"{cloud.stack.api_urls['HttpApi']}{path}"
    with pytest.raises(urllib.request.HTTPError) as refused:
        urllib.request.urlopen(url, timeout=PATIENCE_SECONDS)  # noqa: S310 - the same

    with closing(refused.value) as answer:
        assert (answer.code, json.load(answer)) == (404, {"message": "Not Found"})


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://console.example", "https://console.example"),
        ("https://elsewhere.example", None),
    ],
)
def test_only_the_configured_origin_may_call_from_a_browser(
    cloud: RunningStack, origin: str, allowed: str | None
) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", cloud.emulator.port)) as connection:
        connection.request(
            "OPTIONS",
            f"{urlsplit(cloud.stack.api_urls['HttpApi']).path}/greet/bob",
            headers={"Origin": origin, "Access-Control-Request-Method": "GET"},
        )
        answered = connection.getresponse().getheader("Access-Control-Allow-Origin")

    assert answered == allowed


def test_an_exception_keeps_its_name_and_the_worker_lives_on(cloud: RunningStack) -> None:
    client = cloud.session().client("lambda")
    function = cloud.stack.functions["RelayFunction"]

    def invoke() -> dict[str, Any]:
        answer = client.invoke(FunctionName=function, Payload=b'{"nonsense": 1}')
        return dict(json.loads(answer["Payload"].read()))

    first = invoke()
    workers = cloud.emulator.control("workers")

    assert first["errorType"] == "KeyError"
    assert invoke()["errorType"] == "KeyError"
    assert cloud.emulator.control("workers") == workers


def test_calls_are_counted_by_function_and_action(
    cloud: RunningStack, eventually: Callable[..., Any]
) -> None:
    def puts_of_the_tick() -> int:
        calls = cloud.calls()
        return sum(
            one.count
            for one in calls
            if (one.caller, one.service, one.action) == ("TickFunction", "dynamodb", "PutItem")
        )

    before = eventually(puts_of_the_tick)
    cloud.session().client("lambda").invoke(
        FunctionName=cloud.stack.functions["TickFunction"], Payload=b"{}"
    )

    assert puts_of_the_tick() == before + 1
    used = cloud.cpu_seconds()["TickFunction"]
    assert used.starting > 0
    assert used.working > 0


def test_a_call_is_answered_with_the_headers_that_aws_sends(cloud: RunningStack) -> None:
    answer = cloud.session().client("dynamodb").list_tables()

    assert set(answer["ResponseMetadata"]["HTTPHeaders"]) == {
        "content-length",
        "content-type",
        "date",
        "x-amz-crc32",
        "x-amzn-requestid",
    }


def test_what_a_worker_took_of_the_processor_outlives_it(cloud: RunningStack) -> None:
    client, function = cloud.session().client("lambda"), cloud.stack.functions["RelayFunction"]
    client.invoke(FunctionName=function, Payload=b'{"nonsense": 1}')
    before = cloud.cpu_seconds()["RelayFunction"]

    client.update_function_configuration(FunctionName=function, MemorySize=256)  # ends its workers

    living = {worker["function"] for worker in cloud.emulator.control("workers")}
    assert function not in living
    after = cloud.cpu_seconds()["RelayFunction"]
    assert after.starting >= before.starting > 0
    assert after.working >= before.working
    assert cloud.emulator_cpu_seconds() > 0
