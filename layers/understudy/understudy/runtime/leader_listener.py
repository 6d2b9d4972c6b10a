"""Puts leader_listener together, once per process."""

from __future__ import annotations

from functools import cache

from understudy.adapters.aws import clients
from understudy.adapters.aws.leases import DynamoLeases
from understudy.adapters.aws.table import Table
from understudy.adapters.venues.hyperliquid.stream import HyperliquidStream
from understudy.domain.markets import HYPERLIQUID
from understudy.runtime import environment, parts
from understudy.workflows.leader_listener import ListenerPorts


@cache
def build() -> ListenerPorts:
    """Give the workflow's ports."""
    url = environment.text("HYPERLIQUID_URL")
    throttle = Table(clients.dynamodb(), environment.text("THROTTLE_TABLE"))
    return ListenerPorts(
        venue_name=HYPERLIQUID,
        venue=parts.venue(),
        open_stream=lambda: HyperliquidStream(url, parts.CLOCK),
        leaders=parts.leaders(),
        markets=parts.markets(),
        queues=parts.queues("leader_fills", "follow_reconcile"),
        leases=DynamoLeases(throttle),
        clock=parts.CLOCK,
    )
