"""Which processes of a run are a program itself, and which are its children about to be others."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.acceptance.running import found_processes, parent_of, without_children

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = "the.program"
FORKS = "import os, sys; child = os.fork(); child and print(child, flush=True); sys.stdin.read()"


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
