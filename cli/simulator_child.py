"""The simulated venue as a child process: it ends when the command that started it is gone."""

from __future__ import annotations

import os
import signal
import sys

from localcloud.lifeline import watch_parent
from localcloud.wire import PARENT_PROCESS_ID
from simulators.hyperliquid.__main__ import main


def _end() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    watch_parent(int(os.environ[PARENT_PROCESS_ID]), _end)
    sys.exit(main())
