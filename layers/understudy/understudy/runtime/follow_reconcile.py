"""Puts follow_reconcile together, once per process."""

from __future__ import annotations

from functools import cache

from understudy.adapters.venue_shares import share_of
from understudy.ports.delivery import Purpose
from understudy.runtime import environment, parts
from understudy.runtime.starting import uncollected
from understudy.workflows.follow_reconcile import ReconcilePorts

# A reading of two dexes, and every tenth one with the account's mode.
WEIGHT_OF_A_WALLET = 6


@cache
@uncollected()
def build() -> ReconcilePorts:
    """Give the workflow's ports."""
    copying = parts.copying("fill_fan_out", "follower_execute", "follow_reconcile")
    weight = environment.count("VENUE_WEIGHT_PER_MINUTE")
    wallets = share_of(weight, Purpose.STATUS, halved=False) // WEIGHT_OF_A_WALLET
    return ReconcilePorts(copying, parts.leaders(), parts.markets(), max(1, wallets))
