"""The account that an entry is decided with: young where the venue answers, usable where not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.fakes.builders import limits, ratio
from tests.fakes.world import World
from understudy.domain.errors import QuestionBudgetError, VenueUnreachableError
from understudy.domain.follows import Account
from understudy.domain.ids import FollowId, WalletId
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.reasons import Reason
from understudy.ports.copying import HELD_BY_HAND, Changes, SymbolOwner


class Reader:
    """A venue that counts account readings and, when told to, gives none."""

    def __init__(self, venue: Any) -> None:
        self._venue = venue
        self.readings = 0
        self.is_silent = False
        self.urgent: list[bool] = []
        self.refusal = VenueUnreachableError("the venue did not answer")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._venue, name)

    def account(
        self,
        wallet_id: WalletId,
        address: str,
        dexes: Sequence[str],
        *,
        before: Account | None = None,
        urgent: bool = False,
    ) -> Account:
        if self.is_silent:
            raise self.refusal
        self.readings += 1
        self.urgent.append(urgent)
        reading: Account = self._venue.account(wallet_id, address, dexes, before=before)
        return reading


def _world() -> tuple[World, FollowId, Reader]:
    world = World()
    follow = world.follow(limits(ratio("100"), copy_budget_usdc=Decimal(10_000)))
    world.begin()
    reader = Reader(world.venue)
    world.copying = replace(world.copying, venues={HYPERLIQUID: reader})
    world.leader_trades("BTC", "1")
    world.pump()
    return world, follow, reader


def _next_entry(world: World, after_ms: int) -> None:
    world.clock.advance(after_ms)
    world.price("BTC", "100")
    world.leader_trades("BTC", "1")
    world.pump()


@pytest.mark.parametrize(("after_ms", "readings"), [(30_000, 1), (30_001, 2)])
def test_an_entry_is_decided_with_a_young_reading(after_ms: int, readings: int) -> None:
    world, follow, reader = _world()

    _next_entry(world, after_ms)

    assert reader.urgent == [True, False][:readings]
    assert world.held_at_venue(follow) == 2


@pytest.mark.parametrize(("after_ms", "failures", "held"), [(90_000, 0, 2), (90_001, 1, 1)])
def test_without_an_answer_a_reading_of_the_last_minute_will_do(
    after_ms: int, failures: int, held: int
) -> None:
    world, follow, reader = _world()
    reader.is_silent = True

    _next_entry(world, after_ms)

    assert len(world.failed) == failures
    assert world.held_at_venue(follow) == held


def test_an_entry_that_is_too_old_needs_no_reading() -> None:
    world, follow, reader = _world()
    reader.is_silent = True
    world.clock.advance(90_001)
    world.leader_trades("BTC", "1")
    world.sync()
    (command,) = world.queues.lanes.take()
    world.run_lane([command])
    world.clock.advance(10_001)

    world.run_lane([command])

    assert len(world.failed) == 1
    assert world.receipts(follow)[-1].reason is Reason.STALE


def test_a_wallet_that_cannot_be_asked_about_waits_for_the_next_sweep() -> None:
    world, follow, reader = _world()
    reader.is_silent, reader.refusal = True, QuestionBudgetError(HYPERLIQUID, 30)
    before = world.table.ledgers[follow]

    world.sweep()

    assert reader.readings == 1
    assert world.table.ledgers[follow] == before


def test_an_old_reading_frees_no_symbol_from_the_hand() -> None:
    world, follow, reader = _world()
    wallet = world.table.follows[follow].wallet_id
    by_hand = SymbolOwner(wallet, "ETH", HELD_BY_HAND)
    world.copying.store.commit(Changes(owner_taken=by_hand))
    reader.is_silent = True
    world.clock.advance(60_000)

    world.leader_trades("ETH", "1")
    world.pump()

    assert world.held_at_venue(follow, "ETH") == 0
    assert world.table.owners[wallet, "ETH"] == HELD_BY_HAND
