"""Puts leader_listener together, once per process."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from time import sleep

from understudy.adapters.aws import clients
from understudy.adapters.aws.leases import DynamoLeases
from understudy.adapters.aws.table import Table
from understudy.adapters.venues.hyperliquid.stream import HyperliquidStream
from understudy.domain.markets import HYPERLIQUID
from understudy.runtime import environment, parts
from understudy.runtime.observability import logger
from understudy.runtime.starting import uncollected
from understudy.workflows.leader_listener import ListenerPorts
from understudy.workflows.watching.market_feed import FeedPorts


@cache
@uncollected()
def build() -> ListenerPorts:
    """Give the workflow's ports."""
    url = environment.text("HYPERLIQUID_URL")
    throttle = Table(clients.dynamodb(), environment.text("THROTTLE_TABLE"))
    feed = FeedPorts(
        venue_name=HYPERLIQUID,
        venue=parts.venue(),
        open_stream=lambda: HyperliquidStream(url, parts.CLOCK),
        markets=parts.markets(),
        clock=parts.CLOCK,
        pause=lambda wait_ms: sleep(wait_ms / 1000),
        warn=warn,
    )
    queues = parts.queues("leader_fills", "follow_reconcile")
    return ListenerPorts(feed, parts.leaders(), queues, DynamoLeases(throttle))


def warn(message: str, facts: Mapping[str, object]) -> None:
    """Log what is tried again."""
    logger("leader_listener").warning(message, **facts)
