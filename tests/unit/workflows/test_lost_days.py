"""Days of trades, failures and crashes on which the copying table is lost: it ends in order."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.unit.workflows.restoring import lost, pnl_at_venue, recover
from tests.unit.workflows.test_bad_days import BadDay
from understudy.domain.money import ZERO

TRADES = 8
ROUNDING = Decimal("1e-12")


class LostDay(BadDay):
    """A day in three parts; what was stored in the second one is lost."""

    def live(self) -> None:
        self._trades()
        with lost(self.world):
            self._trades()
            self.world.venue.land_late()
            self.world.venue.faults.clear()
        recover(self.world)
        self._agree()
        self._trades()
        self._trade(-self.position)
        self._recover()

    def _trades(self) -> None:
        for _ in range(TRADES):
            self._trade(self.chance.choice((-8, -5, -2, -1, 1, 2, 5, 8)))

    def _trade(self, size: int) -> None:
        super()._trade(size)
        # A list of fills does not tell in which order those of both sides of one ms came.
        self.world.pass_time(1)

    def _agree(self) -> None:
        ledger = self.world.ledger(self.follow)
        assert ledger.held == self.world.held_at_venue(self.follow)
        assert not ledger.pending
        budget = self.world.table.budgets[self.follow]
        booked, paid = budget.pnl, pnl_at_venue(self.world, self.follow)
        assert abs(booked - paid) < ROUNDING


@pytest.mark.parametrize("seed", range(36))
def test_a_flat_leader_leaves_a_flat_follow_behind_even_after_a_loss(seed: int) -> None:
    day = LostDay(seed)

    day.live()

    world, follow = day.world, day.follow
    ledger, budget = world.ledger(follow), world.table.budgets[follow]
    assert world.held_at_venue(follow) == ledger.held == ledger.target == ZERO
    assert (budget.reserved, budget.margin, world.table.pending) == (0, 0, {})
    assert world.table.owners == {}
