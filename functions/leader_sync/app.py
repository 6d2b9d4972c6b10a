"""Stores and numbers leaders' trades and sends them on: one group of messages for each leader."""

from __future__ import annotations

from functools import partial
from typing import Any

from understudy.runtime.starting import uncollected

with uncollected():
    from understudy.messages import LeaderFills
    from understudy.runtime.deliveries import Answer, work_through
    from understudy.runtime.leader_sync import build
    from understudy.workflows.leader_sync import sync_leader


def handler(event: dict[str, Any], context: Any) -> Answer:
    """Work through fills, leader by leader."""
    sync = partial(sync_leader, build())
    return work_through(event, (LeaderFills,), "leader_fills", sync, is_urgent=True)
