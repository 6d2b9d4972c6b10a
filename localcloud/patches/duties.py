"""Writes a function's log and keeps its failures only as far as its role allows, as AWS does.

The emulator does both by itself, so a role without those permissions would work here and leave
neither logs nor dead letters on AWS.
"""

from __future__ import annotations

import logging
from typing import Any

from ministack.services import lambda_svc

from localcloud.patches.attributes import existing
from localcloud.patches.roles import role_allows

LOG_ACTIONS = ("logs:CreateLogStream", "logs:PutLogEvents")
KEEP_ACTIONS = {"sqs": "sqs:SendMessage", "sns": "sns:Publish", "lambda": "lambda:InvokeFunction"}

logger = logging.getLogger(__name__)


def apply() -> None:
    """Ask the function's role before its log is written or a failure is kept."""
    _ask_before_logs()
    _ask_before_failed_runs()
    _ask_before_failed_batches()


def _ask_before_logs() -> None:
    write = existing(lambda_svc, "_emit_lambda_logs")

    def write_if_allowed(function: Any, *rest: Any, **more: Any) -> None:
        if all(_allows(function, action, _log_stream_of(function)) for action in LOG_ACTIONS):
            write(function, *rest, **more)

    lambda_svc._emit_lambda_logs = write_if_allowed  # noqa: SLF001 - the patch


def _ask_before_failed_runs() -> None:
    keep = existing(lambda_svc, "_route_async_failure")

    def keep_if_allowed(target: str, name: str, event: Any, result: Any) -> None:
        function = lambda_svc._functions.get(name)  # noqa: SLF001 - no public look-up
        if function is None or _may_keep(function, target):
            keep(target, name, event, result)

    lambda_svc._route_async_failure = keep_if_allowed  # noqa: SLF001 - the patch


def _ask_before_failed_batches() -> None:
    keep = existing(lambda_svc, "_send_ddb_stream_failure_record")

    def keep_if_allowed(mapping: Any, function: Any, *rest: Any) -> None:
        failures = (mapping.get("DestinationConfig") or {}).get("OnFailure") or {}
        target = str(failures.get("Destination") or "")
        if not target or _may_keep(function, target):
            keep(mapping, function, *rest)

    lambda_svc._send_ddb_stream_failure_record = keep_if_allowed  # noqa: SLF001 - the patch


def _may_keep(function: Any, target: str) -> bool:
    action = KEEP_ACTIONS.get((target.split(":") + [""] * 3)[2])
    return action is None or _allows(function, action, target)


def _allows(function: Any, action: str, resource: str) -> bool:
    config = function.get("config") or function
    region, account = str(config["FunctionArn"]).split(":")[3:5]
    role = str(config["Role"]).rpartition("/")[2]
    allowed = role_allows(account, region, role, action, resource)
    if not allowed:
        logger.warning("%s lacks %s on %s", config["FunctionName"], action, resource)
    return allowed


def _log_stream_of(function: Any) -> str:
    config = function.get("config") or function
    region, account = str(config["FunctionArn"]).split(":")[3:5]
    group = (config.get("LoggingConfig") or {}).get("LogGroup")
    name = group or f"/aws/lambda/{config['FunctionName']}"
    return f"arn:aws:logs:{region}:{account}:log-group:{name}:log-stream:any"
