"""Nothing of one machine, no registry and no secret is committed.

A 32-byte hex string is taken for a secret unless it stands in a folder of recorded or published
values, or a comment on its line (or on the line above) says `public:` and why.
"""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

from checks.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATTERNS = {
    "machine-path": re.compile(r"(?<![\w.}*)\]-])/(?:root|home|Users|work|tmp)/\w+"),
    "registry-host": re.compile(
        r"pypi\.org|pythonhosted\.org|npmjs\.org|proxy\.golang\.org|--(?:extra-)?index-url|--find-links"
    ),
    "secret": re.compile(r"(?<![0-9a-fA-F])[0-9a-fA-F]{64}(?![0-9a-fA-F])"),
}
RECORDED_VALUES = re.compile(
    r"(^|/)(vectors|recordings|events)/|(^|/)(requirements/\w+|requirements)\.txt$"
)
PUBLIC_MARK = re.compile(r"(?:#|//|<!--)\s*public:\s*\w")  # in a comment, and with a reason
PLACEHOLDER_DIGITS = 4  # 0x11…11 or a counted-up pattern of few digits is no key


def find_leaks(path: str, text: str) -> Iterator[Finding]:
    """Report machine paths, registry hosts and 32-byte hex strings in one committed file."""
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        marked = any(map(PUBLIC_MARK.search, lines[max(0, number - 2) : number]))
        for rule, pattern in PATTERNS.items():
            for match in pattern.finditer(line):
                if rule == "secret" and (marked or _is_public(path, match.group())):
                    continue
                shown = match.group() if rule != "secret" else "32 bytes in hex"
                yield Finding(f"{path}:{number}", rule, shown)


def find_leaks_in_commit(root: Path) -> Iterator[Finding]:
    """Report leaks in every text file that git tracks below `root`."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607 - the developer's own git
        cwd=root,
        capture_output=True,
        check=True,
    )
    for path in listed.stdout.decode().split("\0"):
        file = root / path
        if path and file.is_file() and not path.startswith("checks/leaks"):
            yield from find_leaks(path, file.read_bytes().decode("utf-8", "replace"))


def _is_public(path: str, value: str) -> bool:
    return bool(RECORDED_VALUES.search(path)) or len(set(value.lower())) <= PLACEHOLDER_DIGITS
