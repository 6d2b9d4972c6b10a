"""What `understudy doctor` finds."""

from __future__ import annotations

import json
import os
import socket
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli import checkup
from cli.app import main
from localcloud.state_folder import StateFolder, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_an_old_python_is_a_problem() -> None:
    assert checkup.python_version((3, 10)).remedy
    assert not checkup.python_version((3, 11)).remedy


def test_a_half_made_environment_is_a_problem(tmp_path: Path) -> None:
    assert checkup.environment(tmp_path).remedy


def test_a_package_that_is_not_as_pinned_is_named(tmp_path: Path) -> None:
    pins = tmp_path / "demo.txt"
    pins.write_text("rich==0.0.1 \\\n    --hash=sha256:00\n")

    assert "rich" in checkup.packages(pins).text


def test_a_template_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    assert checkup.template(tmp_path / "template.yaml").remedy


def test_a_folder_to_come_is_judged_by_the_one_it_will_be_made_in(tmp_path: Path) -> None:
    assert not checkup.writable(tmp_path / "not" / "yet").remedy
    assert checkup.free_space(tmp_path / "not" / "yet").text.endswith("GB free")


def test_a_file_where_a_folder_belongs_is_not_to_be_made_writable(tmp_path: Path) -> None:
    (tmp_path / "state").touch()

    assert checkup.writable(tmp_path / "state").remedy.startswith("move it away")


@pytest.fixture
def taken() -> Iterator[int]:
    """Give a port that another program uses."""
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        yield other.getsockname()[1]


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    made = StateFolder(tmp_path)
    made.prepare_root()
    return made


def test_a_taken_port_that_is_wanted_is_a_problem(tmp_path: Path, taken: int) -> None:
    found = list(checkup.ports(tmp_path, taken))

    assert [each.remedy != "" for each in found] == [True]


def save(state: StateFolder, port: int) -> None:
    """Save a queue as the emulator does: its URL contains the port."""
    state.prepare()
    queue = {"url": f"http://127.0.0.1:{port}/000000000000/a-queue"}
    (state.services / "sqs.json").write_text(json.dumps({"queues": [queue]}), encoding="utf-8")


@pytest.mark.parametrize("name", ["cloud", "simulator"])
@pytest.mark.parametrize("is_saved", [True, False])
def test_a_kept_port_that_others_use_is_a_problem_only_where_no_other_can_be_chosen(
    state: StateFolder, taken: int, name: str, *, is_saved: bool
) -> None:
    if is_saved:
        save(state, taken if name == "cloud" else 45117)
    write_whole(state.ports, {name: taken})

    (found,) = (each for each in checkup.ports(state.root, None) if name in each.name)

    assert (found.remedy != "") is (name == "cloud" and is_saved)
    assert f"{taken} is in use" in found.text


def test_a_port_that_up_would_refuse_of_a_saved_state_is_a_problem(state: StateFolder) -> None:
    save(state, 45117)

    *_, found = checkup.ports(state.root, 45119)

    assert "keeps port 45117 for the emulator" in found.text
    assert found.remedy.startswith("use port 45117")


@pytest.mark.parametrize("noted", ["true", '"x"', "1e400", "70000"])
def test_what_is_noted_but_no_port_is_looked_at_as_not_kept(state: StateFolder, noted: str) -> None:
    state.ports.write_text(f'{{"cloud": {noted}}}')

    (found,) = checkup.ports(state.root, None)

    assert found.text == "none is kept: free ones are chosen"


def test_a_system_that_is_just_starting_runs_since_now(state: StateFolder) -> None:
    with closing(state.lock()):
        pass
    os.utime(state.running, (0, 0))

    with closing(state.lock()):
        since = state.running_since()

    assert since != 0


def test_what_else_changes_of_a_state_does_not_say_since_when_it_runs(state: StateFolder) -> None:
    with closing(state.lock()):
        os.utime(state.running, (0, 1_000))  # the time of a change of the file itself is now

        assert state.running_since() == 1_000


def test_the_systems_own_ports_are_no_problem_while_it_runs(state: StateFolder, taken: int) -> None:
    write_whole(state.ports, {"cloud": taken})

    with closing(state.lock()):
        (found,) = checkup.ports(state.root, taken)

    assert found.text.startswith("running since 20")
    assert found.text.endswith(f", ports {taken}")
    assert not found.remedy


def test_a_look_at_a_state_makes_and_keeps_nothing(state: StateFolder) -> None:
    list(checkup.ports(state.root, None))

    assert not state.running.exists()
    with closing(state.lock()):
        pass


def test_little_memory_and_one_processor_are_warned_of(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    small = [checkup.memory(1_900_000_000), checkup.processors(1)]
    monkeypatch.setattr("cli.doctor.findings", lambda _: small)

    assert main(["doctor"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in said[::2]] == [
        ["warning", "memory"],
        ["warning", "processors"],
    ]
    assert "the demo takes about 1.2 GB" in said[1]


@pytest.mark.parametrize(
    "found",
    [checkup.memory(2_000_000_000), checkup.memory(None), checkup.processors(2)],
    ids=["enough memory", "memory that nobody can tell", "two processors"],
)
def test_what_suffices_is_not(found: checkup.Finding) -> None:
    assert not found.advice


def test_a_path_is_not_cut_however_narrow_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = "/a/folder" * 20
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("cli.doctor.findings", lambda _: [checkup.Finding("environment", path)])

    assert main(["doctor"]) == 0
    assert path in capsys.readouterr().out


def test_a_problem_is_an_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = checkup.Finding("python", "3.9", "install a newer one")
    monkeypatch.setattr("cli.doctor.findings", lambda _: [broken])

    assert main(["doctor"]) == 1
    assert "install a newer one" in capsys.readouterr().out


def test_a_file_that_is_where_the_state_belongs_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".local").touch()
    monkeypatch.setattr(checkup, "STATE", tmp_path / ".local")

    assert main(["doctor"]) == 1
    assert "move it away: a folder belongs there" in capsys.readouterr().out
