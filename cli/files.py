"""Writes result files whole or not at all."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from cli.errors import CommandError

if TYPE_CHECKING:
    from pathlib import Path


def require_writable(path: Path | None) -> None:
    """Refuse a result file that could not be written, before the work is done for it."""
    if path is None:
        return
    folder = path.resolve().parent
    if path.is_dir() or not folder.is_dir():
        raise CommandError(
            "FOLDER_MISSING", f"{path} cannot be written", f"name a file in a folder, not {path}"
        )
    if not os.access(folder, os.W_OK):
        raise CommandError(
            "NO_WRITE_PERMISSION",
            f"the folder {folder} cannot be written",
            "make it writable for this user, or name another file",
        )


def write_json(path: Path, value: Any) -> None:
    """Write JSON so that a reader sees the old file or the new one; raises OSError."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        draft.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
        draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink()
        raise
