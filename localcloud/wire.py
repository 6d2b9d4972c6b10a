"""What the emulator's process and the one that started it agree on; standard library only."""

from __future__ import annotations

EMULATOR_VERSION = "1.5.33"
HOST = "127.0.0.1"

PARENT_PROCESS_ID = "UNDERSTUDY_PARENT_PROCESS_ID"
LOCK_DESCRIPTOR = "UNDERSTUDY_LOCK_DESCRIPTOR"
REFUSAL = "understudy-refusal "
"""Opens the log line in which the launcher says why it refuses, as JSON."""
NOT_SAVED = 3
"""The exit code when the state could not be written."""

CONTROL = "/_understudy/"
"""Opens the emulator's own pages: `alive`, `calls`, `workers`, and `schedules`, which runs them."""
