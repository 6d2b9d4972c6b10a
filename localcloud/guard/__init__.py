"""Keeps every process on this machine: the environment that makes a Python refuse other addresses.

`sitecustomize.py` beside this file does the refusing; here is only how to switch it on.
"""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).resolve().parent


def guarded(environment: Mapping[str, str]) -> dict[str, str]:
    """Return a copy of `environment` in which every new Python starts guarded."""
    known = environment.get("PYTHONPATH", "").split(os.pathsep)
    rest = [entry for entry in known if entry and entry != str(FOLDER)]
    return {**environment, "PYTHONPATH": os.pathsep.join([str(FOLDER), *rest])}


def guard_this_process() -> None:
    """Switch the guard on in the running process; it cannot be switched off again."""
    importlib.import_module("localcloud.guard.sitecustomize")
