"""The program of one function worker: AWS's runtime client, guarded, and gone with its emulator.

Started by path with `-S -P`: a function can import what its template entry names and no more.
"""

from __future__ import annotations

import importlib
import os
import runpy
import sys

EMULATOR_PROCESS_ID = "UNDERSTUDY_EMULATOR_PROCESS_ID"


def main() -> None:
    """Serve the function named by the runtime's handler argument until the emulator is gone."""
    _keep_to_one_processor()
    importlib.import_module("sitecustomize")  # `-S` skips it
    lifeline = runpy.run_path(os.path.join(os.path.dirname(__file__), "lifeline.py"))  # noqa: PTH118, PTH120 - pathlib is not worth its import in every cold start
    lifeline["watch_parent"](int(os.environ[EMULATOR_PROCESS_ID]), lambda: os._exit(1))
    importlib.import_module("awslambdaric.__main__").main(sys.argv)


def _keep_to_one_processor() -> None:
    """Have as much as a function of AWS with our memory sizes: one processor at most.

    On several, the threads of a worker would also spend a good part of their time on handing
    Python's lock from one processor to the other.
    """
    if hasattr(os, "sched_setaffinity"):
        processors = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {processors[os.getpid() % len(processors)]})


if __name__ == "__main__":
    main()
