"""A place whose signer is this process, and what its operator's rows say."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

from understudy.adapters.correlation import correlation_id

if TYPE_CHECKING:
    from custody.doors import Door
    from understudy.domain.audit import AuditEntry

OPERATOR = "arn:aws:iam::123456789012:user/ada"


class Killed(Exception):  # noqa: N818  # what no part of the product knows
    """The function's process was killed."""


class InProcess:
    """A place whose signer is this process: what is killed there is a failure of the function.

    `written` has the operator's rows, each with the run of the command in which it was written.
    """

    def __init__(self, door: Door) -> None:
        self._door = door
        self.written: list[tuple[AuditEntry, str]] = []

    def client(self, _: str) -> InProcess:
        return self

    def resource(self, name: str) -> str:
        return name

    def audit_trail(self) -> InProcess:
        return self

    def append(self, entry: AuditEntry) -> None:
        self.written.append((entry, correlation_id()))

    def get_caller_identity(self) -> dict[str, str]:
        return {"Arn": OPERATOR}

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803  # boto3's
        assert FunctionName == "SignerFunction:keys"
        try:
            answer = self._door(json.loads(Payload))
        except Killed:
            said = io.BytesIO(b'{"errorType": "Runtime.ExitError"}')
            return {"Payload": said, "FunctionError": "Unhandled"}
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}
