"""Signs and archives how far the audit's chains have come."""

from __future__ import annotations

from typing import Any

from understudy.runtime.audit_checkpoint import build
from understudy.runtime.observability import logger
from understudy.workflows.audit_checkpoint import checkpoint


def handler(event: dict[str, Any], context: Any) -> None:
    """Make the next checkpoint, if there is anything new."""
    outcome = checkpoint(build())
    for shard in outcome.broken:
        # The alarm counts these lines.
        logger("audit_checkpoint").warning(
            "a chain of the audit is broken", code="AUDIT_TAMPERED", shard=shard
        )
