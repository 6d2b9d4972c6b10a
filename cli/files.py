"""Writes result files whole or not at all."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from cli.errors import CommandError

if TYPE_CHECKING:
    from pathlib import Path


def require_writable(path: Path | None) -> None:
    """Refuse a result file that could not be written, before the work is done for it.

    Raises CommandError FOLDER_MISSING, NOT_A_FILE (devices and pipes would be replaced),
    NO_WRITE_PERMISSION, OSError.
    """
    if path is None:
        return
    folder = path.resolve().parent
    if path.is_dir():
        raise CommandError("NOT_A_FILE", f"{path} is a folder", "name a file in it")
    if path.exists() and not path.is_file():
        remedy = f"name a file in a folder, not {path}"
        raise CommandError("NOT_A_FILE", f"{path} is a device or a pipe", remedy)
    if not folder.is_dir():
        remedy = "make it, or name a file in another folder"
        raise CommandError("FOLDER_MISSING", f"there is no folder {folder}", remedy)
    # Modes do not tell: a file system can be read-only, and root may do what modes forbid.
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except FileNotFoundError as error:  # the folder is there: as /proc, it takes no new file
        said = f"no file can be written in {folder}"
        raise CommandError("NO_WRITE_PERMISSION", said, "name a file in another folder") from error
    except OSError as error:
        error.filename = str(folder)
        raise


def write_json(path: Path, value: Any) -> None:
    """Write JSON so that a reader sees the old file or the new one; raises OSError.

    What a link points to is written, the link stays.
    """
    path = path.resolve()
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        draft.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
        draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink()
        raise
