"""Whole days of trades with failures and crashes drawn from a seed: the end is always in order."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

import pytest

from tests.fakes.builders import fixed, limits, proportional, ratio
from tests.fakes.venue import Fault
from tests.fakes.world import World
from tests.unit.workflows.crashing import CrashPoint, deliver, make_crash
from understudy.domain.ids import FollowId
from understudy.domain.limits import CopyMode

TRADES = 30
EQUITY = 100_000
FAULTS = (None, None, None, *Fault, "User or API Wallet 0x1 does not exist.")
CHOICES: tuple[dict[str, Any], ...] = (
    {"sizing": ratio("100")},
    {"sizing": ratio("7"), "reverse": True},
    {"sizing": fixed("100")},
    {"sizing": proportional(), "margin": "10000"},
    {"sizing": ratio("50"), "mode": CopyMode.THROTTLED},
    {"sizing": ratio("50"), "mode": CopyMode.SAFE_POLL, "sync_interval_seconds": 5},
)


class BadDay:
    """One follow on a day whose every choice comes from the seed."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)  # noqa: S311  # a replayable day, no secret
        self.world = World()
        choice = {**CHOICES[seed % len(CHOICES)]}
        choice.pop("margin", None)
        sizing = choice.pop("sizing")
        wanted = limits(sizing, copy_budget_usdc=Decimal(50_000), **choice)
        self.follow: FollowId = self.world.follow(wanted)
        self.world.begin()
        self.position = 0
        self.point = CrashPoint()
        make_crash(self.world, self.point)

    @property
    def cash_moved(self) -> Decimal:
        """Give what the venue's own books say that the day brought."""
        address = self.world.table.follows[self.follow].wallet_address
        return self.world.venue.books.account(address).cash[""] - EQUITY

    def live(self) -> None:
        for _ in range(TRADES):
            self._trade(self.chance.choice((-8, -5, -2, -1, 1, 2, 5, 8)))
        self.world.venue.land_late()
        self.world.venue.faults.clear()
        self.world.pass_time(30)
        self._trade(-self.position)
        self._recover()

    def _trade(self, size: int) -> None:
        if not size:
            return
        world, chance = self.world, self.chance
        self.position += size
        world.venue.faults.extend(chance.choice(FAULTS) for _ in range(chance.randint(0, 2)))
        world.venue.set_price("BTC", str(chance.randint(98, 102)), chance.choice((None, "2")))
        world.leader_trades("BTC", str(size))
        world.sync()
        for command in world.queues.lanes.take():
            self.point.at = self.point.calls + chance.randint(1, 60)
            self.point.after = chance.random() < 0.5
            deliver(world, command)
            self.point.at = 0
        if chance.random() < 0.3:
            world.venue.land_late()
        world.pass_time(chance.choice((0, 1, 3, 20)))

    def _recover(self) -> None:
        """Let the venue be well again, and the schedule run."""
        self.world.venue.faults.clear()
        self.world.venue.land_late()
        self.world.price("BTC", "100")
        for _ in range(3):
            self.world.pass_time(31)
            self.world.sweep()


@pytest.mark.parametrize("seed", range(36))
def test_a_flat_leader_leaves_a_flat_follow_behind_whatever_happened(seed: int) -> None:
    day = BadDay(seed)

    day.live()

    world, follow = day.world, day.follow
    ledger, budget = world.ledger(follow), world.table.budgets[follow]
    assert (world.held_at_venue(follow), ledger.held, ledger.target) == (0, 0, 0)
    assert ledger.is_flat
    assert (budget.reserved, budget.margin, world.table.pending) == (0, 0, {})
    assert world.table.owners == {}
    assert ledger.presold == 0
    assert abs(budget.pnl - day.cash_moved) < Decimal("0.000001")
    assert all(receipt.status.is_terminal for receipt in world.receipts(follow))
    assert _each_order_once(world, follow)


def _each_order_once(world: World, follow: FollowId) -> bool:
    fills = world.venue.books.account(world.table.follows[follow].wallet_address).fills
    names = [own.client_order_id for own in fills]
    return len(names) == len(set(names))
