"""Puts fill_fan_out together, once per process."""

from __future__ import annotations

from functools import cache

from understudy.runtime import environment, parts
from understudy.runtime.starting import uncollected
from understudy.workflows.watching.fanning_out import FanOutPorts


@cache
@uncollected()
def build() -> FanOutPorts:
    """Give the workflow's ports."""
    queues = parts.queues("follower_execute")
    return FanOutPorts(parts.leaders(), queues, parts.CLOCK, environment.epoch())
