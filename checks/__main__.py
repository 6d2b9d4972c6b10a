"""Run every rule about sources and committed files: `python -m checks`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from checks.conditions import find_refused_requests
from checks.finding import Finding, report
from checks.floats import find_floats
from checks.key_literals import find_key_literals
from checks.leaks import find_leaks_in_commit
from checks.log_lines import find_revealing_logs
from checks.names import find_empty_names
from checks.sizes import find_oversize
from checks.sources import read_sources
from checks.suppressions import find_bare_exceptions, find_bare_suppressions

if TYPE_CHECKING:
    from collections.abc import Iterator

SETTINGS = ("pyproject.toml", ".cfnlintrc.yaml")
SOURCE_RULES = (
    find_floats,
    find_oversize,
    find_empty_names,
    find_refused_requests,
    find_key_literals,
    find_revealing_logs,
    find_bare_suppressions,
)


def main() -> int:
    """Check the checkout that this file is part of."""
    return report(find_all(Path(__file__).resolve().parents[1]))


def find_all(root: Path) -> Iterator[Finding]:
    """Yield what any rule finds below `root`."""
    for source in read_sources(root):
        for rule in SOURCE_RULES:
            yield from rule(source)
    for path in SETTINGS:
        yield from find_bare_exceptions(path, (root / path).read_text(encoding="utf-8"))
    yield from find_leaks_in_commit(root)


if __name__ == "__main__":
    sys.exit(main())
