"""Keeps what a schedule could not start in its dead-letter queue, as far as its role allows.

AWS, guide of EventBridge Scheduler, "Configuring a schedule's dead-letter queue": what a schedule
failed to hand to its target goes to a standard SQS queue, and the schedule's own execution role
needs `sqs:SendMessage` for that; the message's attributes say what failed. Nothing is retried here:
no retry helps against a missing right or a missing function, and these alone are found.
"""

from __future__ import annotations

import json
import logging
from typing import Any

from ministack.services import eventbridge, lambda_svc, sqs

from localcloud.patches.attributes import existing
from localcloud.patches.roles import role_allows

ACTION = "sqs:SendMessage"
DENIED, MISSING = "AccessDeniedException", "ResourceNotFoundException"

logger = logging.getLogger(__name__)


def check_emulator() -> None:
    """Raise EMULATOR_CHANGED when the emulator lacks what is used below."""
    existing(eventbridge, "_pattern_event_view")
    existing(lambda_svc, "_get_func_record_for_ref")
    existing(sqs, "_queue_by_arn")
    existing(sqs, "_act_send_message")


def is_schedule(rule: Any) -> bool:
    """Tell a schedule from a rule of a bus."""
    return str(rule["Arn"]).startswith("arn:aws:scheduler:")


def is_missing(target: Any) -> bool:
    """Tell whether the function that is a target is not there."""
    arn = str(target.get("Arn", ""))
    if not arn.startswith("arn:aws:lambda:"):
        return False
    return lambda_svc._get_func_record_for_ref(arn)[0] is None  # noqa: SLF001 - no public look-up


def keep(target: Any, event: Any, schedule: Any, failure: str) -> None:
    """Send what was not delivered to the schedule's dead-letter queue, if it has one."""
    arn = str((target.get("DeadLetterConfig") or {}).get("Arn") or "")
    if not arn:
        return
    queue = sqs._queue_by_arn(arn)  # noqa: SLF001 - no public look-up
    if not _may_keep(target, schedule, arn) or queue is None or queue["is_fifo"]:
        logger.warning("%s may not or cannot keep a failed run in %s", schedule["Arn"], arn)
        return
    said = {"ERROR_CODE": failure, "SCHEDULE_ARN": schedule["Arn"], "TARGET_ARN": target["Arn"]}
    letter = {
        "QueueUrl": queue["url"],
        "MessageBody": target.get("Input") or _whole(event),
        "MessageAttributes": {
            name: {"DataType": "String", "StringValue": value} for name, value in said.items()
        },
    }
    sqs._act_send_message(letter, queue["url"])  # noqa: SLF001 - it has no other name


def _may_keep(target: Any, schedule: Any, queue: str) -> bool:
    region, account = str(schedule["Arn"]).split(":")[3:5]
    role = str(target["RoleArn"]).rpartition("/")[2]
    return role_allows(account, region, role, ACTION, queue)


def _whole(event: Any) -> str:
    view = eventbridge._pattern_event_view(event)  # noqa: SLF001 - what a target is given
    return json.dumps(view.event_with_detail())
