"""Waking a lane at its time: a queue waits whole seconds, the rest of one is waited for here."""

from __future__ import annotations

from understudy.messages import WakeLane
from understudy.workflows.copying.views import CopyPorts

LONGEST_WAIT_MS = 999


def wake_lane(ports: CopyPorts, command: WakeLane) -> None:
    """Send the convergence into its lane, never earlier than it is due and never waiting a second.

    It is waited for outside the lane: trades that come meanwhile are decided without delay.
    """
    left_ms = command.due_ms - ports.clock.now_ms()
    if left_ms > 0:
        ports.clock.wait_ms(min(left_ms, LONGEST_WAIT_MS))
    ports.queues.to_lanes([command.converge])
