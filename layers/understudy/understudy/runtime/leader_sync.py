"""Puts leader_sync together, once per process."""

from __future__ import annotations

from functools import cache

from understudy.domain.markets import HYPERLIQUID
from understudy.runtime import environment, parts
from understudy.runtime.starting import uncollected
from understudy.workflows.watching.fanning_out import FanOutPorts
from understudy.workflows.watching.numbering import SyncPorts


@cache
@uncollected()
def build() -> SyncPorts:
    """Give the workflow's ports."""
    queues = parts.queues("fill_fan_out", "follower_execute", "follow_reconcile")
    fan_out = FanOutPorts(parts.leaders(), queues, parts.CLOCK, environment.epoch())
    return SyncPorts(fan_out, parts.markets(), {HYPERLIQUID: parts.hasty_venue()})
