"""Rules for the whole suite: unit tests open no socket, no test reaches another machine.

The one exception is a cloud elsewhere that the caller names in AWS_ENDPOINT_URL.
Tests marked `shared` need `../shared`; a run that leaves some out for its absence says so.
Fixtures do not live here: each folder's conftest owns its own.
"""

from __future__ import annotations

import gc
import os
import socket
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from localcloud.guard import REPORT, Refusals, guard_this_process, guarded
from tests.clouds import is_elsewhere

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
UNIT_TESTS = ROOT / "tests" / "unit"
NETWORK_CALLS = ("connect", "connect_ex", "sendto", "sendmsg")
ABSENT = pytest.StashKey[bool]()
REFUSALS = pytest.StashKey[Refusals]()


def pytest_configure(config: pytest.Config) -> None:
    """Guard this process and every Python that a test starts."""
    descriptor, name = tempfile.mkstemp(prefix="understudy-refused-")
    os.close(descriptor)
    config.stash[REFUSALS] = Refusals(Path(name))
    if is_elsewhere():
        return  # the caller asked for a cloud that the guard would refuse
    os.environ[REPORT] = name
    os.environ.update(guarded(os.environ))
    guard_this_process()


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[REFUSALS].report.unlink()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Have garbage looked for in what tests make: the suite itself, which is large, stays."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if SHARED.is_dir():
        return
    absent = [item for item in items if item.get_closest_marker("shared")]
    config.hook.pytest_deselected(items=absent)
    items[:] = [item for item in items if item not in absent]
    config.stash[ABSENT] = bool(absent)
    if hasattr(config, "workeroutput"):
        config.workeroutput["absent"] = bool(absent)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Hear from a worker of `pytest -n` what it left out: who reports collects nothing."""
    left_out: bool = getattr(node, "workeroutput", {}).get("absent", False)
    node.config.stash[ABSENT] = node.config.stash.get(ABSENT, default=False) or left_out


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if config.stash.get(ABSENT, default=False):
        terminalreporter.write_line("tests marked 'shared' are deselected: ../shared is not here")


@pytest.fixture(autouse=True)
def _no_other_machine(pytestconfig: pytest.Config) -> Iterator[None]:
    """Fail a test in which anything was refused, even if the program lived with it."""
    refusals = pytestconfig.stash[REFUSALS]
    before = len(refusals.noted())
    yield
    new = refusals.noted()[before:]
    assert not new, f"a test may talk to this machine only: {new}"


@pytest.fixture(autouse=True)
def _no_sockets_in_unit_tests(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    if UNIT_TESTS not in request.path.parents:
        return
    for call in NETWORK_CALLS:
        monkeypatch.setattr(socket.socket, call, _refuse)
    monkeypatch.setattr(socket, "getaddrinfo", _refuse)


def _refuse(*where: Any) -> NoReturn:
    addresses: Iterable[Any] = (part for part in where if not isinstance(part, socket.socket))
    pytest.fail(f"a unit test used the network {tuple(addresses)}: pass a fake, or move it up")
