"""Settles what the lanes left open: on its schedule it asks for everything that is due."""

from __future__ import annotations

from functools import partial
from typing import Any

from understudy.runtime.starting import uncollected

with uncollected():
    from understudy.domain.markets import HYPERLIQUID
    from understudy.messages import RECONCILE_COMMANDS, ReconcileCommand
    from understudy.runtime.deliveries import Answer, work_through
    from understudy.runtime.follow_reconcile import build
    from understudy.runtime.observability import logger
    from understudy.workflows.follow_reconcile import ReconcilePorts, reconcile, sweep
    from understudy.workflows.reconciling.overdue import overdue_orders


def handler(event: dict[str, Any], context: Any) -> Answer | None:
    """Work through the queue's commands, or request a sweep when the schedule calls."""
    ports = build()
    if "Records" not in event:
        sweep(ports, HYPERLIQUID)
        _warn_of_overdue_orders(ports)
        return None
    return work_through(event, RECONCILE_COMMANDS, "follow_reconcile", partial(_reconcile, ports))


def _warn_of_overdue_orders(ports: ReconcilePorts) -> None:
    orders = overdue_orders(ports.copying)
    if orders:
        # An alarm counts these lines.
        logger("follow_reconcile").warning(
            "orders are unknown past their margin", code="ORDERS_OVERDUE", orders=orders
        )


def _reconcile(ports: ReconcilePorts, messages: list[ReconcileCommand]) -> None:
    for message in messages:
        reconcile(ports, message)
