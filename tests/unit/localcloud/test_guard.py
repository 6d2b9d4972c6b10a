"""The connect guard: every way out is refused before a packet leaves, every way inside is open."""

from __future__ import annotations

import subprocess
import sys

import pytest

from localcloud.guard import FOLDER, guarded

ELSEWHERE = [
    "socket.create_connection(('192.0.2.1', 80), timeout=1)",
    "socket.create_connection(('example.com', 80), timeout=1)",
    "socket.create_connection(('2001:db8::1', 80), timeout=1)",
    "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
    "socket.gethostbyname('example.com')",
    "socket.socket().connect_ex(('169.254.169.254', 80))",
]
HERE = [
    "s = socket.create_server(('127.0.0.1', 0)); socket.create_connection(s.getsockname())",
    "socket.getaddrinfo('localhost', 80)",
    "[end.close() for end in socket.socketpair()]",
]


def run(statement: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-c", f"import socket; {statement}"]
    return subprocess.run(program, env=guarded({}), capture_output=True, text=True, check=False)


@pytest.mark.parametrize("statement", ELSEWHERE)
def test_another_machine_is_refused_and_the_message_says_what_to_do(statement: str) -> None:
    ended = run(statement)

    assert "NotThisMachineError" in ended.stderr
    assert "AWS_ENDPOINT_URL" in ended.stderr


@pytest.mark.parametrize("statement", HERE)
def test_this_machine_is_reached(statement: str) -> None:
    ended = run(statement)

    assert (ended.returncode, ended.stderr) == (0, "")


def test_the_guard_comes_first_and_once_on_the_path() -> None:
    twice = guarded(guarded({"PYTHONPATH": "mine", "HOME": "kept"}))

    assert twice == {"PYTHONPATH": f"{FOLDER}:mine", "HOME": "kept"}
