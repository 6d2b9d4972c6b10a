"""Reads an event source only as far as the function's role allows, as AWS does.

The emulator reads queues and streams by itself, so a role without those permissions would work
here and stand still on AWS.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from ministack.services import lambda_svc

from localcloud.patches.attributes import existing
from localcloud.patches.roles import role_allows

if TYPE_CHECKING:
    from collections.abc import Iterator

READS = {
    "sqs": ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
    "dynamodb": (
        "dynamodb:DescribeStream",
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:ListStreams",
    ),
}
FRESH_SECONDS = 1.0
"""How long an answer counts: policies are looked at once a second, not once a poll."""

logger = logging.getLogger(__name__)


def apply() -> None:
    """Hide from the pollers the mappings whose function may not read their source."""
    every_mapping = existing(lambda_svc, "_iter_all_esms")
    answers: dict[str, tuple[float, str]] = {}

    def readable_mappings() -> Iterator[tuple[str, str, Any]]:
        for account, region, mapping in every_mapping():
            if not _missing(answers, account, region, mapping):
                yield account, region, mapping

    lambda_svc._iter_all_esms = readable_mappings  # noqa: SLF001 - the patch


def _missing(answers: dict[str, tuple[float, str]], account: str, region: str, mapping: Any) -> str:
    """Return the permission that is missing, or nothing."""
    known = answers.get(mapping["UUID"])
    now = time.monotonic()
    if known is not None and now - known[0] < FRESH_SECONDS:
        return known[1]
    missing = _first_denied(account, region, mapping)
    if missing and (known is None or known[1] != missing):
        mapping["LastProcessingResult"] = f"PROBLEM: the function's role lacks {missing}"
        logger.warning("%s lacks %s", mapping["FunctionName"], missing)
    answers[mapping["UUID"]] = (now, missing)
    return missing


def _first_denied(account: str, region: str, mapping: Any) -> str:
    source = str(mapping["EventSourceArn"])
    function = lambda_svc._functions.get_scoped(account, region, mapping["FunctionName"])  # noqa: SLF001 - no public look-up
    if function is None:
        return ""
    role = str(function["config"]["Role"]).rpartition("/")[2]
    denied = (
        action
        for action in READS.get(source.split(":")[2], ())
        if not role_allows(account, region, role, action, source)
    )
    return next(denied, "")
