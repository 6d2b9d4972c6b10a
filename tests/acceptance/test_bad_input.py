"""What cannot work ends the run with a code and a remedy, and leaves nothing behind."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.places import SAMPLE
from tests.acceptance.running import Run, short_recording

pytestmark = pytest.mark.integration

UNWRITABLE = Path("/sys")  # a file system in which nobody makes files, not even root
Arguments = list[str | Path]


@dataclass(frozen=True)
class Case:
    """A way to go wrong: what is given, and the words of the answer."""

    name: str
    arguments: Callable[[Path], Arguments]
    code: str
    remedy: str


def cut_recording(folder: Path) -> Path:
    cut = folder / "cut.json.gz"
    cut.write_bytes(SAMPLE.read_bytes()[:3000])
    return cut


def corrupt_recording(folder: Path) -> Path:
    corrupt = bytearray(SAMPLE.read_bytes())
    corrupt[1000:1100] = bytes(100)
    path = folder / "corrupt.json.gz"
    path.write_bytes(corrupt)
    return path


def recording_with_a_gap(folder: Path) -> Path:
    path = short_recording(folder / "gap.json", trades=4)
    path.write_text(path.read_text(encoding="utf-8").replace('"2208.6"', '"9999"', 1))
    return path


def kept_state(folder: Path) -> Path:
    kept = folder / "kept"
    kept.mkdir()
    return kept


def folder_of_others(folder: Path) -> Path:
    (folder / "letters").mkdir()
    (folder / "letters" / "to-mother.txt").touch()
    return folder / "letters"


def used_port(folder: Path) -> str:
    """Give the port on which the test listens."""
    return (folder / "port").read_text(encoding="ascii")


def state_with_its_port_used(folder: Path) -> Path:
    saved = folder / "state" / "cloud" / "state" / "sqs.json"
    saved.parent.mkdir(parents=True)
    saved.write_text("{}", encoding="utf-8")
    ports = folder / "state" / "ports.json"
    ports.write_text(f'{{"cloud": {used_port(folder)}}}', encoding="utf-8")
    return folder / "state"


def state_with_damaged_books(folder: Path) -> Path:
    books = folder / "state" / "venue" / "books.json"
    books.parent.mkdir(parents=True)
    books.write_text("{", encoding="utf-8")
    return folder / "state"


def state_cut_short(folder: Path) -> Path:
    saved = folder / "state" / "cloud" / "state" / "dynamodb.json"
    saved.parent.mkdir(parents=True)
    saved.write_text('{"__ministack_format__": 2, "payload": {"tab', encoding="utf-8")
    return folder / "state"


CASES = [
    Case(
        "a truncated recording",
        lambda folder: ["demo", "--fills", cut_recording(folder)],
        "RECORDING_UNUSABLE",
        "choose another file with --fills",
    ),
    Case(
        "a corrupt recording",
        lambda folder: ["demo", "--fills", corrupt_recording(folder)],
        "RECORDING_UNUSABLE",
        "choose another file with --fills",
    ),
    Case(
        "a recording with a piece missing",
        lambda folder: ["demo", "--fills", recording_with_a_gap(folder)],
        "RECORDING_UNUSABLE",
        "choose another file with --fills",
    ),
    Case(
        "evidence cut short",
        lambda folder: ["judge", cut_recording(folder)],
        "EVIDENCE_UNUSABLE",
        "understudy demo --evidence FILE",
    ),
    Case(
        "a port in use, for the demo",
        lambda folder: ["demo", "--followers", "1", "--port", used_port(folder)],
        "PORT_IN_USE",
        "name another one with --port",
    ),
    Case(
        "a port in use, for the system",
        lambda folder: ["up", "--state", folder / "state", "--port", used_port(folder)],
        "PORT_IN_USE",
        "name another one with --port",
    ),
    Case(
        "the port of a kept state in use",
        lambda folder: ["up", "--state", state_with_its_port_used(folder)],
        "PORT_IN_USE",
        "to begin anew, remove ",
    ),
    Case(
        "a kept state whose books are damaged",
        lambda folder: ["up", "--state", state_with_damaged_books(folder)],
        "SIMULATOR_FAILED",
        "move the folder away to start with empty books",
    ),
    Case(
        "a kept state that was cut short",
        lambda folder: ["up", "--state", state_cut_short(folder)],
        "STATE_DAMAGED",
        "restore it from a copy",
    ),
    Case(
        "a state folder that cannot be made",
        lambda _: ["demo", "--state", UNWRITABLE / "state"],
        "STATE_UNWRITABLE",
        "choose another folder",
    ),
    Case(
        "a state folder that cannot be made, for the system",
        lambda _: ["up", "--state", UNWRITABLE / "state"],
        "STATE_UNWRITABLE",
        "choose another folder",
    ),
    Case(
        "a state folder full of somebody else's files",
        lambda folder: ["up", "--state", folder_of_others(folder)],
        "STATE_FOREIGN",
        "name an empty folder",
    ),
    Case(
        "figures that could not be written",
        lambda _: ["demo", "--json", UNWRITABLE / "figures.json"],
        "NO_WRITE_PERMISSION",
        "name another one",
    ),
    Case(
        "a state folder of an earlier run",
        lambda folder: ["demo", "--state", kept_state(folder)],
        "STATE_EXISTS",
        "name a folder that does not exist yet",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_refused_with_a_remedy_and_leaves_nothing(tmp_path: Path, case: Case) -> None:
    given = tmp_path / "given"
    given.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as other:
        (given / "port").write_text(str(other.getsockname()[1]), encoding="ascii")
        with Run(tmp_path / "run", *case.arguments(given)) as run:
            exit_code = run.end()
            run.assert_nothing_left(given)

    error, remedy = run.said.splitlines()[-2:]
    assert exit_code == 1
    assert error.startswith(f"error {case.code}: ")
    assert remedy.startswith("remedy: ")
    assert case.remedy in remedy
    assert "Traceback" not in run.said
