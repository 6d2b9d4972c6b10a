"""Batch calls to queues need the permission of the single call, as on AWS.

Without it a policy that is right on AWS refuses every batch here.
"""

from __future__ import annotations

from typing import Any

from ministack.core import iam_actions

from localcloud.patches.attributes import existing

SINGLE_ACTIONS = {
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}


def apply() -> None:
    """Evaluate a batch call under the name of the single call."""
    original = existing(iam_actions, "extract_iam_action")

    def single(*request: Any, **more: Any) -> str | None:
        action: str | None = original(*request, **more)
        return None if action is None else SINGLE_ACTIONS.get(action, action)

    iam_actions.extract_iam_action = single
