"""Goes on with the deletions that are due."""

from __future__ import annotations

from typing import Any

from understudy.adapters.correlation import correlated
from understudy.runtime.account_erasure import build
from understudy.runtime.observability import logger
from understudy.workflows.account_erasure import erase_accounts


def handler(event: dict[str, Any], context: Any) -> None:
    """Do what can be done now; what waits or fails is logged and due again soon."""
    with correlated(context.aws_request_id):
        erasures = erase_accounts(build())
    log = logger("account_erasure")
    for user_id, code in erasures.left.items():
        log.warning("a deletion goes on later", user_id=user_id, code=code)
    for user_id, days in erasures.overdue.items():
        # An alarm counts these lines.
        log.warning("a deletion is overdue", user_id=user_id, code="DELETION_OVERDUE", days=days)
