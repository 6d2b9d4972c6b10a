"""Adds up what pytest wrote in its reports: `python -m checks.totals report.xml …`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Iterable


def total_line(reports: Iterable[Path]) -> str:
    """Say how many tests passed and failed; an error in a fixture counts as a failure."""
    counts = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    for report in reports:
        for suite in ET.parse(report).iter("testsuite"):  # noqa: S314 - pytest wrote it
            for name in counts:
                counts[name] += int(suite.get(name, "0"))
    failed = counts["failures"] + counts["errors"]
    line = f"{counts['tests'] - failed - counts['skipped']} passed, {failed} failed"
    return f"{line}, {counts['skipped']} skipped" if counts["skipped"] else line


if __name__ == "__main__":
    print(total_line(path for path in map(Path, sys.argv[1:]) if path.exists()))
