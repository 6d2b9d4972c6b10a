"""The system's own description, and what it says about its health."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, cast

import pytest
import yaml

from functions.api.every_route import ROUTES
from functions.api.openapi import document
from functions.api.routing import Access, Call
from functions.api.server import serve
from functions.api.system_routes import system_routes
from tests.docs_page import loaded_by
from tests.fakes.api import ApiWorld
from understudy.domain.errors import DependencyError
from understudy.workflows.requests.system_status import Dependency

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[3]
TEMPLATE = ROOT / "template.yaml"
RARE = (
    "web3",
    "eth_account",
    "siwe",
    "httpx",
    "jwt",
    "cryptography",
    "requests",
    "aws_xray_sdk",
    "boto3",
    "Crypto",
    "cffi",
    "coincurve",
    "msgpack",
    "understudy.workflows.requests.account_export",
)


def keys_of(paths: Mapping[str, Mapping[str, Any]]) -> set[str]:
    return {f"{method.upper()} {path}" for path, each in paths.items() for method in each}


def template_routes(function: str) -> set[str]:
    class Loader(yaml.SafeLoader):
        """Reads CloudFormation's short forms as what they hold."""

    Loader.add_multi_constructor("!", lambda loader, _, node: str(node.value))
    functions = yaml.load(TEMPLATE.read_text(), Loader)["Resources"]  # noqa: S506  # a SafeLoader
    events = functions[function]["Properties"]["Events"].values()
    routes = (each["Properties"] for each in events if each["Type"] == "HttpApi")
    return {f"{each['Method'].upper()} {each['Path']}" for each in routes}


def test_handlers_document_and_template_have_the_same_routes(api: ApiWorld) -> None:
    handled = {route.key for route in ROUTES}

    assert len(handled) == len(ROUTES)
    assert keys_of(api.request("GET", "/openapi.json").body["paths"]) == handled
    operators = {route.key for route in ROUTES if route.path.startswith("/v1/ops/")}
    assert template_routes("ApiFunction") == handled - operators
    assert template_routes("OperatorApiFunction") == operators


def test_every_request_model_is_described_and_every_reference_leads_somewhere() -> None:
    described = document(ROUTES)
    schemas = described["components"]["schemas"]

    wanted = {route.body.__name__ for route in ROUTES if route.body}
    assert wanted <= set(schemas)
    references = set(re.findall(r"#/components/schemas/(\w+)", str(described)))
    assert references <= set(schemas)


def test_every_route_has_one_group_which_its_path_names() -> None:
    described = document(ROUTES)

    found = {
        f"{method.upper()} {path}": each["tags"]
        for path, methods in described["paths"].items()
        for method, each in methods.items()
    }
    for key in ("GET /health", "GET /v1/system/status", "GET /openapi.json", "GET /docs"):
        assert found[key] == ["system"]
    assert found["GET /v1/follows/{follow_id}/portfolio"] == ["follows"]
    assert found["POST /v1/ops/users/{user_id}/sessions/end"] == ["ops"]
    assert [each["name"] for each in described["tags"]] == [
        *("auth", "sessions", "me", "wallets", "terms", "agents", "follows", "copy", "copies"),
        *("system", "ops"),
    ]


def test_the_document_is_written_once_for_all_strangers_who_ask(api: ApiWorld) -> None:
    [described] = [each for each in system_routes(tuple) if each.path == "/openapi.json"]
    nobody = cast("Call", None)

    assert described.handle(nobody) is described.handle(nobody)
    assert api.request("GET", "/openapi.json").body == api.request("GET", "/openapi.json").body


def test_whatever_changes_money_asks_for_a_living_session() -> None:
    open_changes = {
        route.key
        for route in ROUTES
        if route.method != "GET" and route.access not in {Access.MONEY, Access.OPERATOR}
    }

    assert open_changes == {
        "POST /v1/auth/siwe/verify",
        "POST /v1/auth/privy",
        "POST /v1/auth/dynamic/verify",
        "POST /v1/auth/refresh",
        "POST /v1/auth/logout",
        "POST /v1/ops/auth/siwe/verify",
        "POST /v1/ops/auth/refresh",
        "POST /v1/ops/auth/logout",
    }


@pytest.mark.parametrize(
    "route", [r for r in ROUTES if r.access is not Access.OPEN], ids=lambda route: route.key
)
def test_a_route_that_is_not_open_is_shut(api: ApiWorld, route: Any) -> None:
    path = re.sub(r"\{\w+\}", "x", route.path)

    assert api.request(route.method, path).status == 401


def test_the_page_needs_nothing_from_elsewhere(api: ApiWorld) -> None:
    page = api.request("GET", "/docs")

    assert page.status == 200
    assert page.headers["Content-Type"].startswith("text/html")
    assert not re.findall(r"https?://|src=|@import", page.body)


@pytest.mark.parametrize("opened_at", ["/docs", "/docs/", "/docs//"])
def test_the_page_loads_the_document_with_a_slash_at_its_end_too(
    api: ApiWorld, opened_at: str
) -> None:
    page = api.request("GET", "/docs").body

    loaded = api.request("GET", loaded_by(page, opened_at))

    assert loaded.status == 200
    assert loaded.body["paths"]["/docs"]
    assert loaded_by(page, f"/base{opened_at}") == "/base/openapi.json"


def test_the_page_shows_what_each_route_takes_and_gives(api: ApiWorld) -> None:
    page = api.request("GET", "/docs").body

    for part in ("operation.parameters", "body", "schema"):
        assert f"resolved({part}, all)" in page
    for heading in ("Parameters", "Body", "Answer ${status}", "Refusals: "):
        assert heading in page


def test_health_asks_nobody(api: ApiWorld) -> None:
    assert api.request("GET", "/health").body == {"status": "OK"}


def test_health_needs_no_settings() -> None:
    def unset() -> NoReturn:
        pytest.fail("the workflows were put together for nothing")

    event = {
        "rawPath": "/health",
        "requestContext": {"http": {"method": "GET", "path": "/health"}, "stage": "$default"},
    }

    assert serve(ROUTES, unset).resolve(event, cast("Any", None))["statusCode"] == 200


def refuse() -> Mapping[str, int]:
    raise DependencyError("no answer")


def test_a_missing_dependency_is_named_with_its_effect() -> None:
    parts = (Dependency("identity", "nobody can sign in", dict), Dependency("venue", "no", refuse))
    api = ApiWorld(dependencies=parts)

    shown = api.request("GET", "/v1/system/status")

    assert (shown.status, shown.body["status"]) == (200, "DOWN")
    assert [(each["name"], each["status"], each["effect"]) for each in shown.body["dependencies"]]\
        == [("identity", "OK", ""), ("venue", "DOWN", "no")]  # fmt: skip


def test_a_slow_dependency_is_degraded() -> None:
    api = ApiWorld()

    def slow() -> Mapping[str, int]:
        api.world.clock.advance(1_001)
        return {"lag_seconds": 3}

    api.services.system.dependencies = (Dependency("market", "late", slow),)

    (shown,) = api.request("GET", "/v1/system/status").body["dependencies"]
    assert (shown["status"], shown["effect"]) == ("DEGRADED", "late")
    assert shown["facts"] == {"lag_seconds": 3}


def test_the_question_how_all_is_costs_one_round_in_five_seconds() -> None:
    asked: list[int] = []

    def counted() -> Mapping[str, int]:
        asked.append(1)
        return {}

    api = ApiWorld(dependencies=(Dependency("market", "late", counted),))
    for _ in range(3):
        api.request("GET", "/v1/system/status")
    assert len(asked) == 1

    api.world.clock.advance(5_000)
    api.request("GET", "/v1/system/status")
    assert len(asked) == 2


@pytest.mark.parametrize("function", ["api.app", "api.operator_app"])
def test_the_function_imports_nothing_that_is_dear(function: str) -> None:
    script = f"import sys, {function}\nprint([name for name in {RARE!r} if name in sys.modules])"
    paths = (ROOT / "functions", ROOT / "layers/understudy")
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": ":".join(map(str, paths))},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.stdout == "[]\n", done.stderr
