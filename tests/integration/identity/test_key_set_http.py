"""Fetching a key set: one address, no other, in bounded time, whatever the server does."""

from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.scripted_server import respond, say, serving
from understudy.adapters.identity import bounded_http
from understudy.adapters.identity.bounded_http import (
    MAX_BYTES,
    STEP_SECONDS,
    WHOLE_SECONDS,
    BoundedHttp,
)
from understudy.adapters.identity.json_web_keys import Algorithm
from understudy.adapters.identity.key_set_http import KeySetHttp
from understudy.domain.errors import DependencyError

if TYPE_CHECKING:
    from tests.integration.identity.conftest import Bench

pytestmark = pytest.mark.integration
DRIBBLES = 90
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"


def fails(fetch: KeySetHttp) -> None:
    with pytest.raises(DependencyError) as caught:
        fetch()
    assert caught.value.code == "PROVIDER_UNAVAILABLE"


@pytest.mark.parametrize("provider", ["privy", "dynamic"])
def test_the_published_keys_are_found_and_follow_a_rotation(bench: Bench, provider: str) -> None:
    fetch = bench.fetch(provider)
    (first,) = fetch()

    second = bench.command(f"{provider}/rotate", keep_old=True)["key_id"]
    assert set(fetch()) == {first, second}

    third = bench.command(f"{provider}/rotate", keep_old=False)["key_id"]
    assert set(fetch()) == {third}


@pytest.mark.parametrize("kind", ["error", "garbage"])
def test_no_usable_answer_is_no_key_set(bench: Bench, kind: str) -> None:
    bench.command("privy/outage", kind=kind)
    fails(bench.fetch("privy"))

    bench.command("privy/outage", kind="none")
    assert bench.fetch("privy")()


def test_a_redirect_is_not_followed(bench: Bench) -> None:
    with serving(respond(200, "{}")) as elsewhere:
        moved = f"HTTP/1.1 302 Found\r\nLocation: {elsewhere.url}\r\nContent-Length: 0\r\n\r\n"
        with serving(say(moved.encode())) as here:
            fails(KeySetHttp(here.url, Algorithm.ES256))
        assert (here.connections, elsewhere.connections) == (1, 0)

    bench.command("dynamic/outage", kind="redirect")
    fails(bench.fetch("dynamic"))


def test_a_provider_that_hangs_is_given_up_on(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.command("privy/outage", kind="hang")
    monkeypatch.setattr(bounded_http, "STEP_SECONDS", 0.1)

    fails(bench.fetch("privy"))


@pytest.mark.parametrize(
    ("begun", "part"),
    [(b"HTTP/1.1 ", b" "), (b"HTTP/1.1 200 OK\r\n", b"A:\r\n"), (HEAD, b" ")],
    ids=["status", "headers", "body"],
)
def test_a_provider_that_dribbles_is_given_up_on_and_hung_up(
    monkeypatch: pytest.MonkeyPatch, begun: bytes, part: bytes
) -> None:
    monkeypatch.setattr(bounded_http, "WHOLE_SECONDS", 0.1)
    hung_up = threading.Event()

    def dribble(connection: socket.socket) -> None:
        try:
            connection.sendall(begun)
            for _ in range(DRIBBLES):
                connection.sendall(part)
                time.sleep(0.05)
        except OSError:
            hung_up.set()

    with serving(dribble) as slow:
        fails(KeySetHttp(slow.url, Algorithm.ES256))
        assert hung_up.wait(DRIBBLES)


def test_who_is_slow_to_find_is_given_up_on_and_asked_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bounded_http, "WHOLE_SECONDS", 0.1)
    found, looked_up = threading.Event(), threading.Event()
    look_up = socket.getaddrinfo

    def slowly(*place: Any, **how: Any) -> Any:
        found.wait(DRIBBLES)
        looked_up.set()
        return look_up(*place, **how)

    monkeypatch.setattr(socket, "getaddrinfo", slowly)
    with serving(respond(200, "{}")) as late:
        fails(KeySetHttp(late.url, Algorithm.ES256))
        found.set()
        assert looked_up.wait(DRIBBLES)

    assert late.bodies == []


def test_an_answer_is_waited_for_two_or_three_seconds() -> None:
    assert {2, 3} >= {STEP_SECONDS, WHOLE_SECONDS}


def test_an_endless_answer_is_cut_off() -> None:
    def flood(connection: socket.socket) -> None:
        try:
            connection.sendall(HEAD + b" " * (MAX_BYTES * 64))
        except OSError:
            return

    with serving(flood) as endless:
        fails(KeySetHttp(endless.url, Algorithm.ES256))


@pytest.mark.parametrize("said", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n{"])
def test_a_broken_answer_is_no_key_set(said: bytes) -> None:
    with serving(say(said)) as broken:
        fails(KeySetHttp(broken.url, Algorithm.ES256))


@pytest.mark.parametrize("length", ["Content-Length: 12", "Transfer-Encoding: chunked"])
def test_an_answer_that_is_cut_short_is_none(length: str) -> None:
    head = f"HTTP/1.1 200 OK\r\n{length}\r\n\r\n".encode()
    whole, cut = (b"6\r\nanswer\r\n", b"6\r\nansw") if "chunked" in length else (b"answer", b"answ")
    with (
        serving(say(head + whole + cut)) as broken,
        pytest.raises(ValueError, match=r"whole|short"),
    ):
        BoundedHttp(broken.url, "a chain").get()


def test_nobody_there_is_no_key_set() -> None:
    fails(KeySetHttp("http://127.0.0.1:9/jwks.json", Algorithm.ES256))


@pytest.mark.parametrize(
    ("rest", "target"),
    [("", "/"), ("/a/b", "/a/b"), ("/a?k=v", "/a?k=v"), ("?k=v", "/?k=v"), ("/a#b", "/a")],
)
def test_the_whole_of_an_address_is_asked_for(rest: str, target: str) -> None:
    with serving(respond(200, "keys")) as provider:
        assert BoundedHttp(provider.url + rest, "keys").get() == b"keys"
    assert provider.targets == [target]


def test_a_question_is_posted_as_json() -> None:
    with serving(say(HEAD + b"answered")) as chain:
        asked = BoundedHttp(chain.url, "a chain")
        assert asked.post(b"{}") == b"answered"
    assert chain.bodies == [b"{}"]

    with pytest.raises(ValueError, match="no whole answer"):
        asked.post(b"{}")
