"""Puts follow_reconcile together, once per process."""

from __future__ import annotations

from functools import cache

from understudy.runtime import parts
from understudy.workflows.follow_reconcile import ReconcilePorts


@cache
def build() -> ReconcilePorts:
    """Give the workflow's ports."""
    copying = parts.copying("follower_execute", "follow_reconcile")
    return ReconcilePorts(copying, parts.leaders(), parts.markets())
