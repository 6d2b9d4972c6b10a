"""Asks the emulator's own evaluator what a role may do, where the emulator itself does not ask."""

from __future__ import annotations

from typing import Any

from ministack.core import iam_evaluator

from localcloud.patches import denials
from localcloud.patches.attributes import existing


def check_emulator() -> None:
    """Raise EMULATOR_CHANGED when the evaluator is not the one used below."""
    for name in ("EvalContext", "evaluate", "evaluate_resource_policy", "_gather_role_policies"):
        existing(iam_evaluator, name)


def role_allows(account: str, region: str, role: str, action: str, resource: str) -> bool:
    """Tell whether the policies of the role named `role` allow `action` on `resource`."""
    context = iam_evaluator.EvalContext(
        principal_arn=f"arn:aws:sts::{account}:assumed-role/{role}/emulator",
        principal_type="AssumedRole",
        principal_account=account,
        action=action,
        resource_arn=resource,
        region=region,
    )
    policies = iam_evaluator._gather_role_policies(role, account)  # noqa: SLF001 - no public look-up
    if iam_evaluator.evaluate(context, policies).decision == "Allow":
        return True
    denials.note(role, action, resource)
    return False


def policy_allows(policy: Any, region: str, action: str, resource: str, source: str) -> bool:
    """Tell whether a resource's own `policy` lets EventBridge act on it for `source`."""
    context = iam_evaluator.EvalContext(
        principal_arn="*",
        principal_type="Service",
        principal_account="",
        action=action,
        resource_arn=resource,
        region=region,
        service_context={
            "aws:sourcearn": source,
            "aws:sourceaccount": source.split(":")[4],
        },
    )
    allowed = iam_evaluator.evaluate_resource_policy(
        policy, context, service="events.amazonaws.com"
    )
    return bool(allowed.decision == "Allow")
