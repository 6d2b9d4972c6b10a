"""Fetching a key set: one address, no other, in bounded time, whatever the server does."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from understudy.adapters.identity.bounded_http import MAX_BYTES, WHOLE_SECONDS, BoundedHttp
from understudy.adapters.identity.json_web_keys import Algorithm
from understudy.adapters.identity.key_set_http import KeySetHttp
from understudy.domain.errors import DependencyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.integration.identity.conftest import Bench

pytestmark = pytest.mark.integration
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
SLACK_SECONDS = 1.5


@contextmanager
def serving(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """Answer one connection by hand."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65_536)
                answer(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/jwks.json"
        thread.join(5)


def fails(fetch: KeySetHttp) -> float:
    """Give the seconds after which a fetch failed."""
    began = time.monotonic()
    with pytest.raises(DependencyError) as caught:
        fetch()
    assert caught.value.code == "PROVIDER_UNAVAILABLE"
    return time.monotonic() - began


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
    followed = threading.Event()

    def elsewhere(_: socket.socket) -> None:
        followed.set()

    with serving(elsewhere) as target:
        location = f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n"
        with serving(lambda connection: connection.sendall(location.encode())) as url:
            fails(KeySetHttp(url, Algorithm.ES256))
        assert not followed.is_set()
        socket.create_connection(("127.0.0.1", int(target.split(":")[2].split("/")[0]))).close()

    bench.command("dynamic/outage", kind="redirect")
    fails(bench.fetch("dynamic"))


def test_a_provider_that_hangs_costs_three_seconds_at_most(bench: Bench) -> None:
    bench.command("privy/outage", kind="hang")

    assert fails(bench.fetch("privy")) < WHOLE_SECONDS + SLACK_SECONDS


def test_a_provider_that_dribbles_costs_three_seconds_too() -> None:
    def dribble(connection: socket.socket) -> None:
        connection.sendall(HEAD)
        try:
            while True:
                connection.sendall(b" ")
                time.sleep(0.2)
        except OSError:
            return

    with serving(dribble) as url:
        assert fails(KeySetHttp(url, Algorithm.ES256)) < WHOLE_SECONDS + SLACK_SECONDS


def test_an_endless_answer_is_cut_off() -> None:
    def flood(connection: socket.socket) -> None:
        try:
            connection.sendall(HEAD + b" " * (MAX_BYTES * 64))
        except OSError:
            return

    with serving(flood) as url:
        assert fails(KeySetHttp(url, Algorithm.ES256)) < WHOLE_SECONDS


@pytest.mark.parametrize("said", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n{"])
def test_a_broken_answer_is_no_key_set(said: bytes) -> None:
    with serving(lambda connection: connection.sendall(said)) as url:
        fails(KeySetHttp(url, Algorithm.ES256))


def test_nobody_there_is_no_key_set() -> None:
    fails(KeySetHttp("http://127.0.0.1:9/jwks.json", Algorithm.ES256))


def test_a_question_is_posted_as_json() -> None:
    with serving(lambda connection: connection.sendall(HEAD + b"answered")) as url:
        assert BoundedHttp(url, "a chain").post(b"{}") == b"answered"

    with pytest.raises(ValueError, match="no whole answer"):
        BoundedHttp(url, "a chain").post(b"{}")
