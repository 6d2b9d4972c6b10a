"""Remembers what roles were denied, so that a proof can tell a denial from a slow machine.

Noted is what the emulator answers a role's request with, and what it is told by `roles` where it
acts for a role.
"""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

from ministack.core import iam_evaluator

from localcloud.patches.attributes import existing

if TYPE_CHECKING:
    from collections.abc import Iterable

_ASSUMED = ":assumed-role/"
_lock = threading.Lock()
_tally: Counter[tuple[str, str, str]] = Counter()


def note(role: str, action: str, resource: str) -> None:
    """Count a denial."""
    with _lock:
        _tally[role, action, resource] += 1


def rows() -> Iterable[dict[str, str | int]]:
    """Yield one row per role, action and resource that was denied since the start."""
    with _lock:
        noted = sorted(_tally.items())
    for (role, action, resource), count in noted:
        yield {"role": role, "action": action, "resource": resource, "count": count}


def apply() -> None:
    """Note the denials of requests."""
    existing(iam_evaluator, "EvalResult")
    enforce = existing(iam_evaluator, "enforce")

    def enforce_and_note(
        access_key: str,
        action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: dict[str, Any] | None = None,
    ) -> Any:
        denied = enforce(access_key, action, service, region, resource_arn, service_context)
        if isinstance(denied, iam_evaluator.EvalResult):
            role = denied.principal_arn.partition(_ASSUMED)[2].partition("/")[0]
            if role:
                note(role, action, resource_arn)
        return denied

    iam_evaluator.enforce = enforce_and_note
