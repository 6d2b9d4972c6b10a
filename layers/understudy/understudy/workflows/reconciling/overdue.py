"""Counts orders whose outcome should be known by now; asking the venue is `resolving`'s work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.workflows.copying.orders import RESOLVE_MARGIN_MS

if TYPE_CHECKING:
    from understudy.workflows.copying.views import CopyPorts

OVERDUE_AFTER_MS = 120_000
MOST_COUNTED = 50


def overdue_orders(ports: CopyPorts) -> int:
    """Count orders still unknown two minutes after they could be asked for, up to 50."""
    latest_ms = ports.clock.now_ms() - RESOLVE_MARGIN_MS - OVERDUE_AFTER_MS
    return len(ports.store.due_intents(latest_ms, MOST_COUNTED))
