"""Which processes of a run are a program itself, and which are its children about to be others."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.acceptance.listening import listening_processes
from tests.acceptance.running import (
    found_processes,
    is_left,
    parent_of,
    without_children,
)
from tests.patience import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = "the.program"
FORKS = "import os, sys; child = os.fork(); child and print(child, flush=True); sys.stdin.read()"
LISTENS = """
import os, socket, sys
if sys.argv[1] == "orphan" and os.fork():
    os._exit(0)
opened = socket.create_server(("127.0.0.1", 0))
going_out = socket.create_connection(opened.getsockname())
print(os.getpid(), *(each.getsockname()[1] for each in (opened, going_out)), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def variable() -> str:
    return f"OF_THE_RUN={uuid4().hex}"


@pytest.fixture
def forking(variable: str) -> Iterator[tuple[int, int]]:
    """Give a program and its child that has begun nothing else yet."""
    name, _, text = variable.partition("=")
    with subprocess.Popen(
        [sys.executable, "-S", "-c", FORKS, PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, name: text},
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdin is not None
        yield parent.pid, int(parent.stdout.readline())
        parent.stdin.close()  # both read from it


def test_a_child_that_is_no_other_program_yet_is_left_out(
    variable: str, forking: tuple[int, int]
) -> None:
    parent, child = forking

    assert sorted(found_processes(variable, PROGRAM)) == sorted([parent, child])
    assert without_children([child, parent]) == [parent]


def test_a_child_whose_parent_is_of_another_program_is_left_in(forking: tuple[int, int]) -> None:
    _, child = forking

    assert without_children([child, os.getpid()]) == [child, os.getpid()]


def test_what_has_ended_is_no_process_of_a_program() -> None:
    with subprocess.Popen([sys.executable, "-S", "-c", ""]) as ended:
        pass

    assert parent_of(ended.pid) is None
    assert without_children([ended.pid]) == []


def test_only_a_runs_own_processes_are_found(variable: str, forking: tuple[int, int]) -> None:
    assert set(found_processes(variable)) == set(forking)
    assert found_processes(f"{variable}0") == []


@pytest.mark.parametrize("kind", ["child", "orphan"])
def test_who_listens_on_a_port_is_found_and_left_only_when_nobodys(kind: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-S", "-c", LISTENS, kind], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as started:
        assert started.stdout is not None
        assert started.stdin is not None
        listening, port, port_of_a_client = map(int, started.stdout.readline().split())
        if kind == "orphan":
            eventually(lambda: parent_of(listening) != started.pid)

        assert listening_processes(port) == {listening}
        assert listening_processes(port_of_a_client) == set()
        assert is_left(listening) is (kind == "orphan")
        started.stdin.close()
