"""Sends trades into the lanes of one shard of follows at a time."""

from __future__ import annotations

from typing import Any

from understudy.runtime.starting import uncollected

with uncollected():
    from understudy.messages import FillFanOut
    from understudy.runtime.deliveries import Answer, work_through
    from understudy.runtime.fill_fan_out import build
    from understudy.workflows.fill_fan_out import fan_out_shard


def handler(event: dict[str, Any], context: Any) -> Answer:
    """Work through trades, shard by shard."""
    return work_through(event, (FillFanOut,), "fill_fan_out", _fan_out, is_urgent=True)


def _fan_out(messages: list[FillFanOut]) -> None:
    for message in messages:
        fan_out_shard(build(), message)
