"""What the API's requests about follows and agents use: imported when the first of them comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.adapters.aws.copy_records import DynamoCopyRecords
from understudy.adapters.aws.copy_store import DynamoCopyStore
from understudy.adapters.aws.follow_directory import DynamoFollowDirectory
from understudy.adapters.venues.hyperliquid.approvals import HyperliquidApprovals
from understudy.adapters.venues.hyperliquid.rest import Rest
from understudy.runtime import environment, parts
from understudy.runtime.api_ports import CopyingPorts

if TYPE_CHECKING:
    from understudy.adapters.aws.table import Table


def copying_ports(copying: Table, people: Table) -> CopyingPorts:
    """Give the stores of copying, its queues and the venue."""
    rest = Rest(environment.text("HYPERLIQUID_URL"))
    return CopyingPorts(
        records=DynamoCopyRecords(copying),
        copies=DynamoCopyStore(copying, parts.markets()),
        directory=DynamoFollowDirectory(copying, people),
        leaders=parts.leaders(),
        markets=parts.markets(),
        queues=parts.queues("leader_fills", "follower_execute", "follow_reconcile"),
        venue=parts.venue(),
        approvals=HyperliquidApprovals(rest, environment.chain()),
        ask_venue=rest.ask,
    )
