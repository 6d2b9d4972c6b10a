"""The closing line counts what pytest counted, and an error is a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.totals import total_line

if TYPE_CHECKING:
    from pathlib import Path


def write_report(file: Path, counts: str) -> Path:
    file.write_text(f"<testsuites><testsuite {counts}/></testsuites>")
    return file


def test_errors_count_as_failures_and_reports_add_up(tmp_path: Path) -> None:
    one = write_report(tmp_path / "1.xml", 'tests="7" failures="1" errors="1" skipped="0"')
    two = write_report(tmp_path / "2.xml", 'tests="5" failures="0" errors="0" skipped="2"')

    assert total_line([one, two]) == "8 passed, 2 failed, 2 skipped"


def test_no_report_is_no_test() -> None:
    assert total_line([]) == "0 passed, 0 failed"
