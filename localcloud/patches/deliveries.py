"""Delivers events and schedules only as far as roles and resource policies allow, as AWS does.

The emulator delivers whatever a rule or schedule names, so a forgotten permission would work here
and be silently lost on AWS.
"""

from __future__ import annotations

import logging
from typing import Any

from ministack.services import eventbridge, lambda_svc, sqs

from localcloud.patches import roles, undelivered
from localcloud.patches.attributes import existing

ACTIONS = {
    "events": "events:PutEvents",
    "lambda": "lambda:InvokeFunction",
    "sqs": "sqs:SendMessage",
    "states": "states:StartExecution",
}

logger = logging.getLogger(__name__)


def apply() -> None:
    """Check each delivery of a rule or schedule before it is made."""
    deliver = existing(eventbridge, "_invoke_target")
    existing(lambda_svc, "function_policy_for_arn")
    existing(sqs, "queue_policy_for_arn")
    undelivered.check_emulator()

    def deliver_if_allowed(target: Any, event: Any, rule: Any, view: Any = None) -> None:
        failure = ""
        if not _is_allowed(target, rule):
            logger.warning("%s may not deliver to %s", rule.get("Arn"), target.get("Arn"))
            failure = undelivered.DENIED
        elif undelivered.is_missing(target):
            logger.warning("%s delivers to %s: not there", rule.get("Arn"), target.get("Arn"))
            failure = undelivered.MISSING
        if not failure:
            deliver(target, event, rule, view)
        elif undelivered.is_schedule(rule):
            undelivered.keep(target, event, rule, failure)

    eventbridge._invoke_target = deliver_if_allowed  # noqa: SLF001 - the patch


def _is_allowed(target: Any, rule: Any) -> bool:
    resource, source = str(target.get("Arn", "")), str(rule["Arn"])
    service = resource.split(":")[2] if resource.count(":") > 2 else ""  # noqa: PLR2004 - an ARN
    action = ACTIONS.get(service)
    if action is None:
        return True  # not ours to judge: the emulator says what is wrong with it
    region, account = source.split(":")[3:5]
    if target.get("RoleArn"):
        role = str(target["RoleArn"]).rpartition("/")[2]
        return roles.role_allows(account, region, role, action, resource)
    look_up = {
        "lambda": lambda_svc.function_policy_for_arn,
        "sqs": sqs.queue_policy_for_arn,
    }.get(service)
    if look_up is None:
        return False  # only a role opens a bus or a state machine
    policy = (look_up(resource) or ("", ""))[0]
    return roles.policy_allows(policy, region, action, resource, source)
