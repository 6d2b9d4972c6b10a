"""Why letters failed at first, as far as the functions' logs tell."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from cli.ops.letters import ReadLetter
from understudy.adapters.aws.letter_bodies import FailedBatch, FailedRun

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cli.ops.place import Place

LOG_GROUPS = {
    "leader-fills": "LeaderSyncLogGroup",
    "fill-fan-out": "FillFanOutLogGroup",
    "follower-execute": "FollowerExecuteLogGroup",
    "follow-reconcile": "FollowReconcileLogGroup",
}
FAILURES = '{ $.message = "messages will come again" }'
BEFORE_MS = 3_600_000
MOST_PAGES = 5


def first_failures(place: Place, letters: Sequence[ReadLetter]) -> dict[str, str]:
    """Give the code of each letter's first failure by message id, where one is known."""
    codes = {each.letter.message_id: _told(each) for each in letters}
    for queue, group in LOG_GROUPS.items():
        mine = [each for each in letters if each.letter.queue == queue]
        if mine and group in place.resources:
            lines = _failures(place, place.resources[group], _since(mine))
            for each in mine:
                codes[each.letter.message_id] = codes[each.letter.message_id] or _first(lines, each)
    return codes


def _told(each: ReadLetter) -> str:
    """Give what the cloud wrote into a letter of its own."""
    return each.content.error if isinstance(each.content, (FailedRun, FailedBatch)) else ""


def _since(letters: Sequence[ReadLetter]) -> int:
    return min(each.about.at_ms or each.letter.sent_at_ms - BEFORE_MS for each in letters)


def _failures(place: Place, group: str, since_ms: int) -> list[Mapping[str, Any]]:
    """Read the failures in a log; one that cannot be read tells nothing."""
    pages = place.client("logs").get_paginator("filter_log_events")
    try:
        found = pages.paginate(logGroupName=group, filterPattern=FAILURES, startTime=since_ms)
        return [line for page in islice(found, MOST_PAGES) for line in _lines(page["events"])]
    except (BotoCoreError, ClientError):
        return []


def _lines(events: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for event in events:
        try:
            yield {**json.loads(event["message"]), "at_ms": event["timestamp"]}
        except ValueError:
            continue  # the runtime's own lines are no JSON


def _first(lines: Sequence[Mapping[str, Any]], each: ReadLetter) -> str:
    """Find the first failure of the letter's group since it was made."""
    group = each.letter.group or each.letter.message_id
    codes = (
        str(line.get("code", ""))
        for line in lines
        if line.get("group") == group and line["at_ms"] >= each.about.at_ms
    )
    return next(codes, "")
