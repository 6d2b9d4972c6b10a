"""What every answer tells a browser, so that no page and no cache keeps or shows what is ours."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING, Any

import pytest

from functions.api.answer_headers import of_page

if TYPE_CHECKING:
    from tests.fakes.api import ApiWorld

EXPECTED = {
    "Cache-Control": "no-store",
    "Strict-Transport-Security": "max-age=63072000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
REQUESTS: list[tuple[str, str, Any, int]] = [
    ("GET", "/health", None, 200),
    ("GET", "/docs", None, 200),
    ("GET", "/openapi.json", None, 200),
    ("GET", "/v1/me", None, 401),
    ("GET", "/nowhere", None, 404),
    ("POST", "/v1/auth/refresh", "{", 400),
    ("POST", "/v1/auth/refresh", " " * 65_537, 413),
]


@pytest.mark.parametrize(("method", "path", "body", "status"), REQUESTS)
def test_every_answer_carries_them(
    api: ApiWorld, method: str, path: str, body: Any, status: int
) -> None:
    answer = api.request(method, path, body)

    assert answer.status == status
    assert {name: answer.headers[name] for name in EXPECTED} == EXPECTED
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_a_fault_of_ours_carries_them_too(api: ApiWorld, token: str) -> None:
    broken: Any = None
    api.world.directory.of_user = broken  # type: ignore[method-assign]  # any call of it fails

    answer = api.request("GET", "/v1/follows", None, token)

    assert answer.status == 500
    assert {name: answer.headers[name] for name in EXPECTED} == EXPECTED


def test_an_answer_in_json_may_load_nothing(api: ApiWorld) -> None:
    policy = api.request("GET", "/health").headers["Content-Security-Policy"]

    assert policy == "default-src 'none'; frame-ancestors 'none'"


def test_the_page_may_run_its_own_script_and_no_other(api: ApiWorld) -> None:
    page = api.request("GET", "/docs")
    policy = page.headers["Content-Security-Policy"]

    (script,) = re.findall(r"<script>(.*?)</script>", page.body, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    assert "connect-src 'self'" in policy
    assert "unsafe" not in policy


def test_a_page_without_scripts_may_run_none() -> None:
    policy = of_page("<style>p {}</style><p>hello")["Content-Security-Policy"]

    assert "script-src" not in policy
    assert policy.startswith("default-src 'none'; style-src 'sha256-")


def test_the_page_has_no_style_or_script_in_attributes(api: ApiWorld) -> None:
    page = api.request("GET", "/docs").body

    assert not re.findall(r"\s(?:style|on\w+)=", page)
    assert not re.findall(r"<(?:script|style)\s", page)
