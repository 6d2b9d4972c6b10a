"""Asks the signer, by the alias of those who look after keys, and says when it cannot answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cli.errors import CommandError
from cli.ops.remedies import remedied
from understudy.adapters.clock import SystemClock
from understudy.adapters.correlation import correlation_id
from understudy.domain.audit import AuditEntry

if TYPE_CHECKING:
    from cli.ops.place import Place

ALIAS = "keys"
TRIES = 3


class KeyCare:
    """The signer's care of keys, in one place."""

    def __init__(self, place: Place) -> None:
        self._client = place.client("lambda")
        self._function = f"{place.resource('SignerFunction')}:{ALIAS}"

    def ask(self, operation: str, **fields: object) -> Any:
        """Give the answer; raises CommandError for a refusal, or when none comes in three tries."""
        for _ in range(TRIES):
            answer, failed = self._once({"operation": operation, **fields})
            if not failed:
                break
        else:
            raise CommandError(
                "SIGNER_UNAVAILABLE",
                f"the signer does not answer: {answer.get('errorType', 'no reason given')}",
                "run the command again: it goes on where it stopped",
            )
        if "error" in answer:
            said = answer["error"]
            raise remedied(said["code"], said["message"])
        return answer

    def _once(self, request: dict[str, object]) -> tuple[Any, bool]:
        named = {**request, "correlation_id": correlation_id()}
        response = self._client.invoke(
            FunctionName=self._function, Payload=json.dumps(named).encode()
        )
        answer = json.loads(response["Payload"].read())
        return answer, "FunctionError" in response


def write_down(place: Place, event: str, subject: str, **facts: object) -> None:
    """Write down who asks the signer to look after keys, before it is asked."""
    told = {"operator": place.client("sts").get_caller_identity()["Arn"], **facts}
    place.audit_trail().append(AuditEntry(event, subject, SystemClock().now_ms(), told))
