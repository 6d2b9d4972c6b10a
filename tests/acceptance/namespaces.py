"""Small and read-only file systems for one run, by namespaces of its own: no root is needed."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-ec")
SMALL = 'mount -t tmpfs -o size="$1" tmpfs "$2"; shift 2; exec "$@"'
READ_ONLY = 'mount --bind "$1" "$1"; mount -o remount,bind,ro "$1"; shift; exec "$@"'


@cache
def why_not() -> str:
    """Say why this machine gives no namespaces; nothing when it does."""
    if shutil.which("unshare") is None:
        return "this system has no unshare"
    tried = subprocess.run(
        [*NAMESPACE, "mount -t tmpfs tmpfs /mnt"], capture_output=True, text=True, check=False
    )
    return "" if tried.returncode == 0 else f"this system permits none: {tried.stderr.strip()}"


def with_a_small_disk(folder: Path, megabytes: int, command: Sequence[str]) -> list[str]:
    """Return the command that runs `command` with a disk of this size at `folder`."""
    return [*NAMESPACE, SMALL, "sh", f"{megabytes}m", str(folder), *command]


def with_read_only(folder: Path, command: Sequence[str]) -> list[str]:
    """Return the command that runs `command` while `folder` cannot be written."""
    return [*NAMESPACE, READ_ONLY, "sh", str(folder), *command]
