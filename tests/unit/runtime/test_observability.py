"""What a function writes to its log."""

from __future__ import annotations

import json
from typing import Any

import pytest

from understudy.domain.errors import DependencyError
from understudy.runtime.observability import log_failure, logger


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    (line,) = capsys.readouterr().out.splitlines()
    return dict(json.loads(line))


def test_a_line_is_one_json_object_with_its_fields(capsys: pytest.CaptureFixture[str]) -> None:
    logger("leader_listener").info("listened", fills_sent=3)

    line = said(capsys)
    assert (line["level"], line["message"], line["service"]) == (
        "INFO",
        "listened",
        "leader_listener",
    )
    assert line["fills_sent"] == 3


def test_our_own_error_is_a_warning_with_its_code(capsys: pytest.CaptureFixture[str]) -> None:
    log_failure("follower_execute", "wallet-1", DependencyError("a table is away", table="copying"))

    line = said(capsys)
    assert (line["level"], line["code"]) == ("WARNING", DependencyError.code)
    assert line["facts"] == {"table": "copying"}


def test_any_other_error_tells_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    log_failure("follower_execute", "wallet-1", ValueError("a bug"))

    line = said(capsys)
    assert (line["level"], line["code"]) == ("ERROR", "BUG")
    assert "ValueError: a bug" in line["exception"]
