"""The connect guard: every way out is refused before a packet leaves, every way inside is open."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from localcloud.errors import Code, LocalCloudError
from localcloud.guard import FOLDER, REPORT, guarded, refusals_noted

ELSEWHERE = [
    "socket.create_connection(('192.0.2.1', 80), timeout=1)",
    "socket.create_connection(('example.com', 80), timeout=1)",
    "socket.create_connection(('2001:db8::1', 80), timeout=1)",
    "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
    "socket.gethostbyname('example.com')",
    "socket.socket().connect_ex(('169.254.169.254', 80))",
    "socket.socket().bind(('0.0.0.0', 0))",
    "socket.socket().bind(('', 0))",
]
HERE = [
    "s = socket.create_server(('127.0.0.1', 0)); socket.create_connection(s.getsockname())",
    "socket.getaddrinfo('localhost', 80)",
    "[end.close() for end in socket.socketpair()]",
]


@pytest.fixture(autouse=True)
def _expected_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what is refused here on purpose out of the suite's own notes."""
    monkeypatch.delenv(REPORT)


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


def test_a_refusal_that_its_program_survived_fails_the_run(tmp_path: Path) -> None:
    with refusals_noted(tmp_path / "refused") as refusals:
        refusals.check()
        run("socket.socket().connect_ex(('127.0.0.1', 9))")
        refusals.check()
        run("import contextlib\nwith contextlib.suppress(OSError): " + ELSEWHERE[0])

    with pytest.raises(LocalCloudError, match=r"'192\.0\.2\.1' refused in process") as refused:
        refusals.check()
    assert refused.value.code is Code.OTHER_MACHINE
