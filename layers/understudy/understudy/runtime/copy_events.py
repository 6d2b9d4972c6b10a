"""Puts copy_events together, once per process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from understudy.adapters.aws import clients
from understudy.adapters.aws.bus import EventBridgeBus
from understudy.ports.clock import Clock
from understudy.ports.delivery import Bus
from understudy.runtime import environment, parts
from understudy.runtime.starting import uncollected


@dataclass(frozen=True, slots=True)
class Publishing:
    """What publishing needs."""

    bus: Bus
    clock: Clock


@cache
@uncollected()
def build() -> Publishing:
    """Give the bus and the clock."""
    bus = EventBridgeBus(clients.eventbridge(), environment.text("EVENT_BUS_NAME"))
    return Publishing(bus, parts.CLOCK)
