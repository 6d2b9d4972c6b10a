"""The one error of the local cloud: what went wrong, and what the user can do about it."""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """Every way in which the local cloud refuses to run."""

    DEPLOY_FAILED = "DEPLOY_FAILED"
    DISK_FULL = "DISK_FULL"
    EMULATOR_CHANGED = "EMULATOR_CHANGED"
    EMULATOR_DIED = "EMULATOR_DIED"
    EMULATOR_FROZEN = "EMULATOR_FROZEN"
    EMULATOR_MISSING = "EMULATOR_MISSING"
    EMULATOR_SLOW = "EMULATOR_SLOW"
    OTHER_MACHINE = "OTHER_MACHINE"
    PORT_IN_USE = "PORT_IN_USE"
    STATE_DAMAGED = "STATE_DAMAGED"
    STATE_IN_USE = "STATE_IN_USE"
    STATE_NOT_SAVED = "STATE_NOT_SAVED"
    STATE_STALE = "STATE_STALE"
    STATE_UNWRITABLE = "STATE_UNWRITABLE"
    TEMPLATE_INVALID = "TEMPLATE_INVALID"


class LocalCloudError(Exception):
    """A refusal with a stable `code`, a `message` and the `remedy` to print beside it."""

    def __init__(self, code: Code, message: str, remedy: str) -> None:
        super().__init__(f"{message}\n{remedy}")
        self.code = code
        self.message = message
        self.remedy = remedy
