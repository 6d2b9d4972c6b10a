"""Settles what the lanes left open: on its schedule it asks for everything that is due."""

from __future__ import annotations

from typing import Any

from understudy.domain.markets import HYPERLIQUID
from understudy.messages import ReconcileCommand, ReconcileWallet, ResolveIntent, WakeLane
from understudy.runtime.deliveries import Answer, work_through
from understudy.runtime.follow_reconcile import build
from understudy.workflows.follow_reconcile import reconcile, sweep

COMMANDS: tuple[type[ReconcileCommand], ...] = (ReconcileWallet, ResolveIntent, WakeLane)


def handler(event: dict[str, Any], context: Any) -> Answer | None:
    """Work through the queue's commands, or request a sweep when the schedule calls."""
    if "Records" not in event:
        sweep(build(), HYPERLIQUID)
        return None
    return work_through(event, COMMANDS, "follow_reconcile", _reconcile)


def _reconcile(messages: list[ReconcileCommand]) -> None:
    for message in messages:
        reconcile(build(), message)
