"""Sends trades into the lanes of one shard of follows at a time."""

from __future__ import annotations

from functools import partial
from typing import Any

from understudy.runtime.starting import uncollected

with uncollected():
    from understudy.messages import FillFanOut
    from understudy.runtime.deliveries import Answer, work_through
    from understudy.runtime.fill_fan_out import build
    from understudy.workflows.fill_fan_out import fan_out_shard
    from understudy.workflows.watching.fanning_out import FanOutPorts


def handler(event: dict[str, Any], context: Any) -> Answer:
    """Work through trades, shard by shard."""
    fan_out = partial(_fan_out, build())
    return work_through(event, (FillFanOut,), "fill_fan_out", fan_out, is_urgent=True)


def _fan_out(ports: FanOutPorts, messages: list[FillFanOut]) -> None:
    for message in messages:
        fan_out_shard(ports, message)
