"""Listens to the venue until its time is nearly up; the next run takes over before that."""

from __future__ import annotations

from typing import Any

from understudy.runtime.starting import uncollected

with uncollected():
    from understudy.runtime.leader_listener import build
    from understudy.runtime.observability import logger
    from understudy.workflows.leader_listener import listen


SPARE_MS = 20_000
LONGEST_MS = 14 * 60_000


def handler(event: dict[str, Any], context: Any) -> None:
    """Listen as the holder of the lease, or return at once when another has time left."""
    ports = build()
    left_ms = min(LONGEST_MS, context.get_remaining_time_in_millis() - SPARE_MS)
    sent = listen(ports, context.aws_request_id, ports.clock.now_ms() + left_ms)
    logger("leader_listener").info("listened", fills_sent=sent)
