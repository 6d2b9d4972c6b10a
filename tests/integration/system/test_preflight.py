"""Only pages of the listed origins may call the API from a browser, and read its answers."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from cli.system import SIGN_IN

if TYPE_CHECKING:
    from cli.system import System

pytestmark = pytest.mark.integration
LISTED = SIGN_IN.uri
UNLISTED = [
    "http://elsewhere.example",
    LISTED.replace("http:", "https:"),
    f"{LISTED}:8080",
    f"{LISTED}.evil.example",
    LISTED.replace("://", "://evil."),
    "null",
]
ALLOW = "access-control-allow-"


@dataclass
class Answer:
    """What a browser reads of an answer before it lets a page see it."""

    status: int
    headers: Mapping[str, str]

    def names(self, header: str) -> set[str]:
        return {each.strip().lower() for each in self.headers.get(header, "").split(",")}


def ask(system: System, method: str, path: str, **headers: str) -> Answer:
    place = urlsplit(f"{system.api_url}{path}")
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    with closing(http.client.HTTPConnection(place.hostname or "", place.port)) as connection:
        connection.request(method, place.path, headers=sent)
        answer = connection.getresponse()
        answer.read()
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()})


def preflight(system: System, origin: str, method: str = "PATCH") -> Answer:
    return ask(
        system,
        "OPTIONS",
        "/v1/follows/some",
        Origin=origin,
        Access_Control_Request_Method=method,
        Access_Control_Request_Headers="authorization,content-type",
    )


def test_a_page_of_a_listed_origin_may_send_what_the_api_takes(running: System) -> None:
    answer = preflight(running, LISTED)

    assert answer.status in {200, 204}
    assert answer.headers[f"{ALLOW}origin"] == LISTED
    assert answer.names(f"{ALLOW}methods") >= {"get", "post", "put", "patch", "delete"}
    assert answer.names(f"{ALLOW}headers") >= {"authorization", "content-type", "idempotency-key"}
    assert f"{ALLOW}credentials" not in answer.headers


@pytest.mark.parametrize("origin", UNLISTED)
def test_a_page_of_another_origin_is_allowed_nothing(running: System, origin: str) -> None:
    answer = preflight(running, origin)

    assert [name for name in answer.headers if name.startswith(ALLOW)] == []


def test_a_page_of_a_listed_origin_reads_the_answer_and_its_limits(running: System) -> None:
    answer = ask(running, "GET", "/v1/terms", Origin=LISTED)

    assert answer.status == 200
    assert answer.headers[f"{ALLOW}origin"] == LISTED
    exposed = answer.names("access-control-expose-headers")
    assert exposed >= {"ratelimit", "ratelimit-policy", "retry-after"}
    assert f"{ALLOW}credentials" not in answer.headers


@pytest.mark.parametrize("origin", UNLISTED)
def test_a_page_of_another_origin_reads_no_answer(running: System, origin: str) -> None:
    answer = ask(running, "GET", "/v1/terms", Origin=origin)

    assert [name for name in answer.headers if name.startswith(ALLOW)] == []
