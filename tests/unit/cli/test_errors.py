"""Every error leaves the command as a code, a message and a remedy."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli.addresses import is_address, require_addresses
from cli.app import main
from cli.client import ApiError, ApiUnreachableError, _read
from cli.errors import CommandError, explained
from cli.files import require_writable, write_json
from localcloud.errors import Code, LocalCloudError
from simulators.hyperliquid.replay.pacing import LONGEST_GAP_MS

if TYPE_CHECKING:
    from collections.abc import Iterable


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CommandError("A_CODE", "message", "remedy"), "A_CODE"),
        (LocalCloudError(Code.PORT_IN_USE, "message", "remedy"), "PORT_IN_USE"),
        (ApiError(409, "FOLLOW_EXISTS", "detail"), "FOLLOW_EXISTS"),
        (ApiUnreachableError(0, "API_UNREACHABLE", "detail"), "API_UNREACHABLE"),
        (OSError(errno.ENOSPC, "No space left on device"), "DISK_FULL"),
        (PermissionError(errno.EACCES, "Permission denied"), "NO_WRITE_PERMISSION"),
        (FileNotFoundError(errno.ENOENT, "No such file or directory"), "FILE_MISSING"),
        (IsADirectoryError(errno.EISDIR, "Is a directory"), "NOT_A_FILE"),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), "OS_ERROR"),
        (OSError(errno.EIO, "Input/output error"), "OS_ERROR"),
        (RuntimeError("a surprise"), "UNEXPECTED"),
    ],
)
def test_every_error_has_a_stable_code_and_a_remedy(error: Exception, code: str) -> None:
    known = explained(error)

    assert (known.code, bool(known.message), bool(known.remedy)) == (code, True, True)


def test_what_is_no_api_is_told_as_such_and_not_as_a_refusal_of_the_api() -> None:
    known = explained(ApiError(404, "UNREADABLE_ANSWER", "what answers there is no API"))

    assert known.message == "what answers there is no API"
    assert known.remedy == "look whether that is the API's address"


PAGE, NO_CODE = b"<h1>Bad Gateway</h1>", b'{"message": "Service Unavailable"}'


@pytest.mark.parametrize(
    ("status", "answer", "code"),
    [
        (404, PAGE, "UNREADABLE_ANSWER"),
        (429, PAGE, "API_FAILED"),
        (429, NO_CODE, "API_FAILED"),
        (500, PAGE, "API_FAILED"),
        (502, PAGE, "API_FAILED"),
        (503, NO_CODE, "API_FAILED"),
    ],
)
def test_an_api_that_fails_without_a_word_is_not_called_none(
    status: int, answer: bytes, code: str
) -> None:
    with pytest.raises(ApiError) as raised:
        _read(status, answer)

    assert raised.value.code == code


def test_that_it_failed_without_a_word_is_said_once_with_where_to_look() -> None:
    with pytest.raises(ApiError) as raised:
        _read(503, NO_CODE)

    known = explained(raised.value)
    assert known.message == "the API failed (503) and did not say why"
    assert known.remedy == "look at its log"


@pytest.mark.parametrize(
    ("status", "said"),
    [(200, NO_CODE), (404, b'{"message": "Not Found"}'), (503, b'{"code": "UNAVAILABLE"}')],
)
def test_what_the_api_does_say_is_read(status: int, said: bytes) -> None:
    assert _read(status, said) == json.loads(said)


def test_what_nobody_foresaw_is_said_to_be_the_programs_own_fault() -> None:
    assert "a fault of this program" in explained(KeyError("venue")).message


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("http://127.0.0.1:4566", True),
        ("https://api.example/", True),
        ("http://127.0.0.1:port", False),
        ("http://127.0.0.1:70000", False),
        ("http://[::1", False),
        ("127.0.0.1:4566", False),
        ("ftp://127.0.0.1", False),
        ("", False),
    ],
)
def test_an_address_is_told_from_what_is_none(text: str, is_one: bool) -> None:  # noqa: FBT001  # a case
    assert is_address(text) is is_one
    if not is_one:
        with pytest.raises(CommandError, match="is no address"):
            require_addresses("http://127.0.0.1:1", text)


def test_a_wrong_word_is_refused_in_the_words_of_the_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["ops", "kill", "nowhere", "--reason", "a test"]) == 1

    said = capsys.readouterr().err.splitlines()[0]
    assert "'nowhere' is not one of 'global', 'venue', 'user'" in said
    assert "Value error" not in said


def test_a_log_behind_a_remedy_is_cut_to_one_line() -> None:
    error = LocalCloudError(Code.EMULATOR_DIED, "gone", "start again;\nfirst\n\nlast words\n")

    assert explained(error).remedy == "start again; last words"


def _damaged(folder: Path) -> Iterable[list[str]]:
    cut = folder / "cut.json.gz"
    sample = Path("simulators/hyperliquid/recordings/sample.json.gz")
    cut.write_bytes((Path(__file__).parents[3] / sample).read_bytes()[:2000])
    broken = folder / "broken.json"
    broken.write_text('[{"coin": "BTC"}]')
    deep = folder / "deep.json"
    deep.write_text("[" * 100_000)
    yield ["demo", "--fills", str(cut)]
    yield ["demo", "--fills", str(deep)]
    yield ["demo", "--fills", str(broken)]
    yield ["demo", "--fills", str(folder / "absent.json")]
    yield ["demo", "--leader", "nobody"]
    yield ["demo", "--speed", "fast"]
    yield ["demo", "--followers", "0"]
    yield ["demo", "--venue", "elsewhere"]
    yield ["demo", "--json", str(folder / "absent" / "figures.json")]
    yield ["demo", "--state", str(folder)]
    yield ["demo", "--no-such-option"]
    yield ["ops", "kill"]
    yield ["judge", str(cut)]
    yield ["judge", str(deep)]
    yield ["judge", str(folder / "absent.json")]
    yield ["no-such-command"]


def test_bad_input_is_two_lines_and_starts_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments in _damaged(tmp_path):
        assert main(arguments) == 1, arguments
        said = capsys.readouterr()
        first, second = said.err.splitlines()
        assert first.startswith("error ")
        assert second.startswith("remedy: ")
        assert "UNEXPECTED" not in first, arguments
        assert "venue at" not in said.out


def test_the_help_says_what_a_speed_is_and_whose_a_port(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--help"]) == 0

    said = " ".join(re.sub(r"[^ -~]", " ", capsys.readouterr().out).split())
    assert f"1 keeps the recorded gaps, each at most {LONGEST_GAP_MS} ms" in said
    assert "The emulator's port." in said


@pytest.mark.parametrize(
    ("arguments", "error", "remedy"),
    [
        (["ops", "kill"], "USAGE: Missing argument 'reach'.", "understudy ops kill --help"),
        (["demo", "--followers", "0"], "USAGE: Invalid", "understudy demo --help"),
        (["ops", "nothing"], "USAGE: No such command", "understudy ops --help"),
        (["--nothing"], "USAGE: No such option", "understudy --help"),
        (["demo", "--json", "{here}"], "NOT_A_FILE: {here} is a folder", "name a file in it"),
        (["demo", "--json", "{here}/no/f"], "FOLDER_MISSING: there is no folder {here}/no", "make"),
        (["demo", "--state", "{here}"], "STATE_EXISTS", "name a folder that does not exist yet"),
        (
            ["demo", "--leader", "nobody"],
            "RECORDING_UNUSABLE: there is no leader 'nobody' in it: choose a leader with --leader:",
            "choose",
        ),
    ],
)
def test_a_slip_is_told_by_its_name_and_with_what_to_do(
    arguments: list[str],
    error: str,
    remedy: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([each.format(here=tmp_path) for each in arguments]) == 1

    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith(f"error {error.format(here=tmp_path)}")
    assert second.startswith(f"remedy: {remedy}")


def test_output_that_nobody_reads_any_more_ends_quietly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w", encoding="utf-8") as unread:
        monkeypatch.setattr(sys, "stdout", unread)
        monkeypatch.setattr("cli.app.app", lambda *_, **__: unread.writelines("a" * 100_000))

        assert main(["doctor"]) == 128 + signal.SIGPIPE

    assert not capsys.readouterr().err


def test_its_version_is_the_projects(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0

    name, version = capsys.readouterr().out.split()
    project = Path(__file__).parents[3] / "pyproject.toml"
    assert name == "understudy"
    assert f'version = "{version}"' in project.read_text(encoding="utf-8")


def test_help_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    said = capsys.readouterr().out
    assert all(name in said for name in ("demo", "up", "doctor", "judge"))


def test_a_result_file_is_whole_or_absent(tmp_path: Path) -> None:
    target = tmp_path / "figures.json"
    target.mkdir()

    with pytest.raises(CommandError):
        require_writable(target)
    with pytest.raises(OSError, match="directory"):
        write_json(target, {"trades": 1})
    assert list(tmp_path.iterdir()) == [target]


def test_a_result_never_takes_the_place_of_a_pipe_or_a_device(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    for target in (pipe, Path(os.devnull)):
        with pytest.raises(CommandError, match="device or a pipe"):
            require_writable(target)
    assert pipe.is_fifo()


@pytest.mark.parametrize("option", ["--json", "--evidence"])
def test_a_folder_that_takes_no_file_is_told_as_such(
    option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def made(dir: Path) -> None:  # noqa: A002  # as it is called
        raise FileNotFoundError(errno.ENOENT, "No such file or directory", str(dir / "tmp"))

    monkeypatch.setattr("cli.files.tempfile.TemporaryFile", made)  # as below /proc

    assert main(["demo", option, str(tmp_path / "figures.json")]) == 1

    first, second = capsys.readouterr().err.splitlines()
    assert first == f"error NO_WRITE_PERMISSION: no file can be written in {tmp_path}"
    assert second == "remedy: name a file in another folder"


def test_a_result_is_written_where_a_link_points(tmp_path: Path) -> None:
    target, link = tmp_path / "figures.json", tmp_path / "latest.json"
    target.write_text("older", encoding="utf-8")
    link.symlink_to(target)

    write_json(link, {"trades": 1})

    assert link.is_symlink()
    assert '"trades": 1' in target.read_text(encoding="utf-8")
