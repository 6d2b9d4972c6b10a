"""Creates or updates the one stack on the emulator and waits for the outcome."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from localcloud.errors import Code, LocalCloudError

if TYPE_CHECKING:
    from collections.abc import Mapping

STACK_NAME = "understudy"
_CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
_POLL_SECONDS = 0.05
_LIMIT_SECONDS = 120.0
_HALF_MADE = ("CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED")
_NOTHING_TO_DO = "No updates are to be performed"


def find_stack(client: Any) -> dict[str, Any] | None:
    """Return the stack's description, or None where there is no such stack."""
    try:
        stacks = client.describe_stacks(StackName=STACK_NAME)["Stacks"]
    except ClientError as problem:
        if problem.response["Error"]["Code"] == "ValidationError":
            return None
        raise
    return dict(stacks[0]) if stacks else None


def put_stack(client: Any, template_url: str, parameters: Mapping[str, str]) -> dict[str, Any]:
    """Bring the stack to the stored template; return its description.

    The template goes by address, as `sam deploy` does it: its text is too long for a request.

    Raises:
        LocalCloudError: DEPLOY_FAILED with the reasons of the resources that failed.
    """
    request = {
        "StackName": STACK_NAME,
        "TemplateURL": template_url,
        "Parameters": [
            {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
        ],
        "Capabilities": _CAPABILITIES,
    }
    try:
        if not _has_updatable_stack(client):
            client.create_stack(**request, OnFailure="DO_NOTHING")
        else:
            client.update_stack(**request)
    except ClientError as problem:
        message = problem.response["Error"]["Message"]
        if _NOTHING_TO_DO not in message:
            raise _failed(message) from problem
    return _settled(client)


def _has_updatable_stack(client: Any) -> bool:
    stack = find_stack(client)
    if stack is None or stack["StackStatus"] not in _HALF_MADE:
        return stack is not None
    client.delete_stack(StackName=STACK_NAME)
    deadline = time.monotonic() + _LIMIT_SECONDS
    while find_stack(client) is not None and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
    return False


def _settled(client: Any) -> dict[str, Any]:
    deadline = time.monotonic() + _LIMIT_SECONDS
    while time.monotonic() < deadline:
        stack = find_stack(client) or {"StackStatus": "DELETE_COMPLETE"}
        status = str(stack["StackStatus"])
        if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            return stack
        if not status.endswith("IN_PROGRESS"):
            raise _failed("; ".join(_reasons(client)) or status)
        time.sleep(_POLL_SECONDS)
    raise _failed(f"not settled after {_LIMIT_SECONDS:.0f} seconds")


def _reasons(client: Any) -> list[str]:
    events = client.describe_stack_events(StackName=STACK_NAME)["StackEvents"]
    return [
        f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', 'no reason given')}"
        for event in events
        if event["ResourceStatus"].endswith("FAILED")
    ]


def _failed(reason: str) -> LocalCloudError:
    return LocalCloudError(
        Code.DEPLOY_FAILED,
        f"the emulator could not deploy the template: {reason}",
        "correct the template, or go on with the version that ran here before: what is kept stays;"
        " to begin anew, remove the state folder",
    )
