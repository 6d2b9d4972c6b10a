"""Counts AWS API calls by service, action and caller, inside the emulator's process.

Only requests on the wire are counted: what the emulator does by itself (polling queues for event
source mappings, invoking functions for them) is not.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_CREDENTIAL = re.compile(rb"Credential=([^/]+)/\d+/[^/]+/([^/]+)/")
_INVOCATION = re.compile(r"^/2015-03-31/functions/[^/]+/invocations$")


class CallCounts:
    """A tally of signed requests; cheap to feed, translated only when read."""

    def __init__(self, caller_of: Callable[[str], str]) -> None:
        self._caller_of = caller_of
        self._tally: Counter[tuple[str, str, str]] = Counter()

    def note(self, scope: dict[str, Any]) -> None:
        """Count one HTTP request if it is a signed AWS call."""
        headers = dict(scope["headers"])
        found = _CREDENTIAL.search(headers.get(b"authorization", b""))
        if found is not None:
            access_key, service = (part.decode() for part in found.groups())
            self._tally[service, _action(scope, headers), access_key] += 1

    def rows(self) -> Iterable[dict[str, str | int]]:
        """Yield one row per service, action and caller (a function's name, or `root`)."""
        merged: Counter[tuple[str, str, str]] = Counter()
        for (service, action, access_key), count in list(self._tally.items()):
            merged[service, action, self._caller_of(access_key)] += count
        for (service, action, caller), count in sorted(merged.items()):
            yield {"service": service, "action": action, "caller": caller, "count": count}


def _action(scope: dict[str, Any], headers: dict[bytes, bytes]) -> str:
    target = headers.get(b"x-amz-target")
    if target is not None:
        return target.decode().rpartition(".")[2]
    if _INVOCATION.match(scope["path"]):
        return "Invoke"
    return str(scope["method"])  # a REST or query API: not on the copy path
