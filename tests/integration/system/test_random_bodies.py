"""Whatever is sent to the running system, its tables hold afterwards what they held before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests
from hypothesis import Phase, given, settings

from functions.api.routing import Access
from tests.patience import PATIENCE_SECONDS
from tests.permissions.cast import OPERATOR, new_follower, new_operator
from tests.permissions.stage import Stage
from tests.unit.api.random_bodies import BODIES, every_path

if TYPE_CHECKING:
    from tests.permissions.cast import Follower

pytestmark = pytest.mark.integration

BODIES_PER_ROUTE = 3
# By table, how the sort keys begin of what a running system writes meanwhile.
WRITTEN_MEANWHILE: dict[str, tuple[str, ...]] = {
    "DoorTable": ("",),  # every call is counted, a refused one too
    "MarketTable": ("MARKS",),  # the listener's prices
    "ThrottleTable": ("LEASE", "MINUTE#"),  # the listener's lease, the venue's budget
    "AuditChainTable": ("",),  # a row is sealed moments after it was written
    # What a sweep reads at the venue, and settles by it.
    "CopyingTable": ("ACCOUNT", "BOOK", "STATE#BUDGET", "STATE#LEDGER#", "INTENT#", "COPY#"),
}
# The same, of other users: their agents' upkeep, and the second look of who has left.
WRITTEN_FOR_OTHERS = {"IdentityTable": ("AGENT#", "DEPARTURE")}

Records = dict[tuple[str, str, str], Any]


def test_no_body_changes_a_table(stage: Stage) -> None:
    follower = new_follower(stage)
    copied = follower.copy("0", "1", 1)
    user_id = follower.state.follow.user_id
    client, operator = follower.client, new_operator(stage)
    bearers = {Access.OPERATOR: operator._access_token}
    paths = every_path({**ids_of(follower), "copy_id": copied.copy_id, "address": OPERATOR.address})
    before = records(stage)

    @settings(
        max_examples=BODIES_PER_ROUTE,
        phases=[Phase.generate],
        deadline=None,
        database=None,
        derandomize=True,
    )
    @given(BODIES)
    def each_route_refuses(body: str) -> None:
        for route, path in paths:
            bearer = bearers.get(route.access, client._access_token)
            answer = requests.request(
                route.method,
                stage.system.api_url + path,
                data=body.encode(),
                headers={"Authorization": f"Bearer {bearer}"},
                timeout=PATIENCE_SECONDS,
            )
            assert answer.status_code == 400, (route.key, body, answer.text)

    each_route_refuses()

    after = records(stage)
    assert {"AuditTable", "CopyingTable", "CustodyTable", "IdentityTable"} < {
        table for table, _, _ in before
    }
    assert changed(before, after, f"USER#{user_id}", stage.now_ms()) == []


def ids_of(follower: Follower) -> dict[str, str]:
    """Give what is the follower's by the names that paths have for it."""
    follow, client = follower.state.follow, follower.client
    return {
        "user_id": follow.user_id,
        "wallet_id": follow.wallet_id,
        "follow_id": follow.follow_id,
        "agent_id": follow.agent_id,
        "session_id": client.call("GET", "/v1/sessions")["items"][0]["session_id"],
    }


def records(stage: Stage) -> Records:
    """Read every table whole."""
    found: Records = {}
    for name in stage.system.stack.stack.tables:
        table = stage.table(name)
        for page in table.client.get_paginator("scan").paginate(TableName=table.name):
            found |= {(name, each["pk"]["S"], each["sk"]["S"]): each for each in page["Items"]}
    return found


def changed(before: Records, after: Records, ours: str, now_ms: int) -> list[Any]:
    """List the records that changed, but for what others write and what expired, as both were."""
    return [
        (*key, before.get(key), after.get(key))
        for key in sorted({*before, *after})
        if before.get(key) != after.get(key)
        and not is_written_meanwhile(*key, ours)
        and not (key not in after and is_over(before[key], now_ms))
    ]


def is_written_meanwhile(table: str, partition: str, sort_key: str, ours: str) -> bool:
    of_others = WRITTEN_FOR_OTHERS.get(table, ()) if partition != ours else ()
    return sort_key.startswith((*WRITTEN_MEANWHILE.get(table, ()), *of_others))


def is_over(record: Any, now_ms: int) -> bool:
    return "expires_on" in record and int(record["expires_on"]["N"]) * 1000 <= now_ms
