"""The one error of the command, and how every other error becomes it: code, message, remedy."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Any

from cli.client import API_FAILED, API_UNREACHABLE, UNREADABLE_ANSWER, ApiError
from localcloud.errors import LocalCloudError
from simulators.hyperliquid.replay.recording import RecordingError
from simulators.judge.evidence import EvidenceError

_WITHOUT_AN_ANSWER = {
    API_FAILED: "look at its log",
    API_UNREACHABLE: "run again; a busy machine may need a second try",
    UNREADABLE_ANSWER: "look whether that is the API's address",
}
"""What to do where the API itself said nothing."""
_LAST_WORDS = 200
_FULL = (errno.ENOSPC, errno.EDQUOT)
_NOT_THERE = (errno.ENOENT, errno.ENOTDIR)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)


class CommandError(Exception):
    """A cause that the user can remove; `code` is stable."""

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = remedy


def explained(error: Exception) -> CommandError:
    """Say of any error what went wrong and what to do about it."""
    for kind, explain in _EXPLANATIONS:
        if isinstance(error, kind):
            return explain(error)
    said = f"a fault of this program, not of yours ({type(error).__name__}: {error})"
    remedy = "run again; UNDERSTUDY_TRACE=1 shows the place, for a bug report"
    return CommandError("UNEXPECTED", said, remedy)


def _of_cloud(error: LocalCloudError) -> CommandError:
    return CommandError(str(error.code), error.message, _shortened(error.remedy))


def _of_recording(error: RecordingError) -> CommandError:
    remedy = "choose another file with --fills, another leader with --leader, or neither"
    return CommandError("RECORDING_UNUSABLE", str(error), remedy)


def _of_evidence(error: EvidenceError) -> CommandError:
    remedy = "collect it again: understudy demo --evidence FILE"
    return CommandError("EVIDENCE_UNUSABLE", str(error), remedy)


def _shortened(remedy: str) -> str:
    """Keep one line: what to do and, of the log behind it, the last words."""
    lines = [line.strip() for line in remedy.splitlines() if line.strip()]
    if len(lines) > 1:
        return f"{lines[0]} {lines[-1][:_LAST_WORDS]}"
    return lines[0].removesuffix(", ends with:")


def _of_api(error: ApiError) -> CommandError:
    if error.code in _WITHOUT_AN_ANSWER:
        return CommandError(error.code, error.detail, _WITHOUT_AN_ANSWER[error.code])
    remedy = "the message says what the API wants; --state FOLDER keeps the logs of a run"
    return CommandError(error.code, f"the API refused ({error.status}): {error.detail}", remedy)


def _of_system(error: OSError) -> CommandError:
    if error.errno in _FULL:
        return CommandError("DISK_FULL", _named(error), "free some space, then run again")
    if error.errno in _FORBIDDEN:
        remedy = "let this user read and write it, or name another one"
        return CommandError("NO_WRITE_PERMISSION", _named(error), remedy)
    if error.errno in _NOT_THERE:
        return CommandError("FILE_MISSING", _named(error), "name a file that is there")
    if error.errno == errno.EISDIR:
        return CommandError("NOT_A_FILE", _named(error), "name a file, not a folder")
    return CommandError("OS_ERROR", _named(error), "put right what it names, then run again")


def _named(error: OSError) -> str:
    place = f"{error.filename}: " if error.filename else ""
    return f"{place}{error.strerror or error}"


def _itself(error: CommandError) -> CommandError:
    return error


_EXPLANATIONS: tuple[tuple[type[Exception], Callable[[Any], CommandError]], ...] = (
    (CommandError, _itself),
    (LocalCloudError, _of_cloud),
    (ApiError, _of_api),
    (RecordingError, _of_recording),
    (EvidenceError, _of_evidence),
    (OSError, _of_system),
)
