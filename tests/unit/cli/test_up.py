"""What `understudy up` says of the system that it has brought up."""

from __future__ import annotations

import socket
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from cli.app import main
from cli.simulator import SimulatorProcess
from cli.system import Plan, parameters_of
from cli.up import _welcome
from localcloud.state_folder import StateFolder, write_whole


def test_a_port_that_cannot_be_had_is_refused_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def started(*_: Any, **__: Any) -> Any:
        raise AssertionError("the venue was started")

    monkeypatch.setattr(SimulatorProcess, "start", started)

    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = str(other.getsockname()[1])
        assert main(["up", "--state", str(tmp_path / "state"), "--port", port]) == 1

    assert capsys.readouterr().err.startswith(f"error PORT_IN_USE: port {port} for the emulator")


REFUSED = {
    "a port in use": ["--port", "{taken}"],
    "an epoch to come": ["--parameter", "ExecutionEpoch=9999999999999"],
}


@pytest.mark.parametrize("asked", REFUSED.values(), ids=list(REFUSED))
@pytest.mark.parametrize("there", ["", "new", "new/state"], ids=["none", "above it", "empty"])
def test_a_start_that_is_refused_leaves_no_folder_that_was_not_there(
    there: str, asked: list[str], tmp_path: Path
) -> None:
    (tmp_path / there).mkdir(parents=True, exist_ok=True)
    before = sorted(tmp_path.rglob("*"))

    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        asked = [each.format(taken=other.getsockname()[1]) for each in asked]
        assert main(["up", "--state", str(tmp_path / "new" / "state"), *asked]) == 1

    assert sorted(tmp_path.rglob("*")) == before


def test_a_start_that_is_refused_leaves_a_kept_state_as_it_was(tmp_path: Path) -> None:
    kept = StateFolder(tmp_path)
    kept.prepare_root()
    kept.lock().close()
    write_whole(kept.ports, {"cloud": 1})

    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = str(other.getsockname()[1])
        assert main(["up", "--state", str(tmp_path), "--port", port]) == 1

    assert sorted(tmp_path.rglob("*")) == [kept.cloud, kept.running, kept.ports]


def test_the_places_of_sign_in_are_those_that_are_in_force() -> None:
    given = {"SiweDomains": "localhost:3000", "SiweChainIds": "1,42161"}
    parameters = parameters_of(Plan(Path("state"), parameters=given), "http://127.0.0.1:9")
    system: Any = SimpleNamespace(
        api_url="http://127.0.0.1:1",
        identity_url="",
        older_system_url="",
        simulator=SimpleNamespace(url="http://127.0.0.1:9"),
        stack=SimpleNamespace(endpoint_url="http://127.0.0.1:2"),
        bench=SimpleNamespace(leader_address="0x1"),
        parameters=parameters,
    )

    (said,) = (each for each in _welcome(cast("Any", system), Path("s")) if "sign in" in each)

    assert said.split(maxsplit=2)[2] == (
        "domain localhost:3000, URI http://understudy.localhost, chain 1,42161"
    )
