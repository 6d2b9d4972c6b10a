"""The account that an entry is decided with: young where the venue answers, usable where not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.fakes.world import World, following
from understudy.domain.errors import RequestBudgetError, VenueUnreachableError
from understudy.domain.follows import Account
from understudy.domain.ids import FollowId, WalletId
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.ownership import SymbolOwner, by_hand
from understudy.domain.reasons import Reason
from understudy.domain.receipts import CopyStatus
from understudy.domain.refusals import ACCOUNT_UNREAD
from understudy.ports.copying import Changes
from understudy.workflows.copying.accounts import PATIENCE_MS


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


def _world(**changes: Any) -> tuple[World, FollowId, Reader]:
    world, follow = following(**changes)
    reader = Reader(world.venue)
    world.copying = replace(world.copying, venues={HYPERLIQUID: reader})
    world.copy_now("BTC", "1")
    return world, follow, reader


def _next_entry(world: World, after_ms: int) -> None:
    world.clock.advance(after_ms)
    world.price("BTC", "100")
    world.copy_now("BTC", "1")


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


def _no_reading_is_left(reader: Reader, world: World) -> None:
    """Let the last reading be too old, and no question be left in this minute."""
    reader.is_silent, reader.refusal = True, RequestBudgetError(HYPERLIQUID, 30)
    world.clock.advance(90_001)


def test_an_entry_does_not_wait_for_the_minutes_end_in_front_of_exits() -> None:
    world, follow, reader = _world()
    _no_reading_is_left(reader, world)

    _next_entry(world, 0)
    world.copy("BTC", "-2")

    entry, close = world.receipts(follow)[-2:]
    assert (entry.reason, entry.bound_by) == (Reason.RATE_LIMITED, ACCOUNT_UNREAD)
    assert close.status is CopyStatus.DONE
    assert world.held_at_venue(follow) == 0
    assert world.failed == []


def test_a_turn_closes_at_once_and_enters_nothing_without_a_reading() -> None:
    world, follow, reader = _world()
    _no_reading_is_left(reader, world)

    world.price("BTC", "100")
    world.copy("BTC", "-3")

    assert world.held_at_venue(follow) == 0
    assert world.ledger(follow).is_flat
    assert world.receipts(follow)[-1].reason is Reason.RATE_LIMITED


def test_an_entry_that_may_be_old_gives_up_a_silent_venue_after_seconds() -> None:
    world, follow, reader = _world(max_copy_age_seconds=300)
    reader.is_silent = True
    world.clock.advance(90_001)
    world.leader_trades("BTC", "1")
    world.sync()
    (command,) = world.queues.lanes.take()

    world.clock.advance(PATIENCE_MS - 1)
    world.run_lane([command])
    assert len(world.failed) == 1
    world.clock.advance(1)
    world.run_lane([command])

    assert len(world.failed) == 1
    last = world.receipts(follow)[-1]
    assert (last.reason, last.bound_by) == (Reason.RATE_LIMITED, ACCOUNT_UNREAD)


def test_a_wallet_that_cannot_be_asked_about_waits_for_the_next_sweep() -> None:
    world, follow, reader = _world()
    reader.is_silent, reader.refusal = True, RequestBudgetError(HYPERLIQUID, 30)
    before = world.table.ledgers[follow]

    world.sweep()

    assert reader.readings == 1
    assert world.table.ledgers[follow] == before


def test_an_old_reading_frees_no_symbol_from_the_hand() -> None:
    world, follow, reader = _world()
    wallet = world.table.follows[follow].wallet_id
    hand = SymbolOwner(wallet, "ETH", by_hand(0))
    world.copying.store.commit(Changes(owner_taken=hand))
    reader.is_silent = True
    world.clock.advance(60_000)

    world.copy_now("ETH", "1")

    assert world.held_at_venue(follow, "ETH") == 0
    assert world.table.owners[wallet, "ETH"] == by_hand(0)


def test_a_reading_from_before_the_hand_took_a_symbol_frees_it_not() -> None:
    world, follow, _ = _world()
    wallet = world.table.follows[follow].wallet_id
    hand = by_hand(world.clock.now_ms())
    world.copying.store.commit(Changes(owner_taken=SymbolOwner(wallet, "ETH", hand)))

    world.copy("ETH", "1")
    assert world.table.owners[wallet, "ETH"] == hand
    world.clock.advance(60_000)
    world.price("ETH", "100")
    world.copy("ETH", "1")

    before, after = world.receipts(follow)[-2:]
    assert before.reason is Reason.SYMBOL_IN_USE
    assert after.status is CopyStatus.DONE


def _hand_trades(world: World, follow: FollowId, size: str, symbol: str = "ETH") -> None:
    world.venue.trade(world.table.follows[follow].wallet_address, symbol, size)


@pytest.mark.parametrize("copied", ["2", "-2"])
def test_nothing_is_entered_beside_what_its_owner_took_by_hand_after_the_start(copied: str) -> None:
    world, follow, _ = _world()
    _hand_trades(world, follow, "5")
    world.clock.advance(31_000)

    for size in (copied, str(-Decimal(copied))):
        world.price("ETH", "100")
        world.copy("ETH", size)
        world.sweep()

    assert world.failed == []
    assert world.held_at_venue(follow, "ETH") == 5
    assert world.receipts(follow)[-2].reason is Reason.SYMBOL_IN_USE
    assert not world.ledger(follow, "ETH").entries_paused


def test_a_symbol_that_its_owner_took_by_hand_is_copied_again_once_it_is_flat() -> None:
    world, follow, _ = _world()
    _hand_trades(world, follow, "5")
    world.clock.advance(31_000)
    world.price("ETH", "100")
    world.copy("ETH", "1")
    _hand_trades(world, follow, "-5")
    world.price("ETH", "100")

    world.copy("ETH", "1")

    assert world.receipts(follow)[-1].status is CopyStatus.DONE
    assert world.held_at_venue(follow, "ETH") == world.ledger(follow, "ETH").held == 1


def test_what_its_owner_turned_round_by_hand_is_the_hands() -> None:
    world, follow, _ = _world()
    _hand_trades(world, follow, "-4", "BTC")
    world.copy("BTC", "-0.5")  # the venue refuses our exit: there is nothing of it left
    assert world.ledger(follow).is_flat

    world.price("BTC", "100")
    world.copy("BTC", "1")

    assert world.receipts(follow)[-1].reason is Reason.SYMBOL_IN_USE
    assert world.held_at_venue(follow) == -3


def test_what_a_follow_closed_after_the_reading_is_nobodys_hand_and_asks_nothing() -> None:
    world, follow, reader = _world()
    world.clock.advance(31_000)
    world.price("BTC", "100")
    world.copy_now("BTC", "1")
    asked = reader.readings
    world.copy_now("BTC", "-2")
    world.clock.advance(2_000)

    world.copy_now("BTC", "1")

    assert reader.readings == asked
    assert world.held_at_venue(follow) == 1


def test_a_position_that_nobody_here_has_is_not_believed_nor_entered_beside_unasked() -> None:
    world, follow, reader = _world()
    _hand_trades(world, follow, "5")
    world.clock.advance(31_000)
    world.sweep()
    reader.is_silent = True

    world.price("ETH", "100")
    world.copy_now("ETH", "1")

    assert world.failed == [reader.refusal]
    assert world.held_at_venue(follow, "ETH") == 5
    assert (world.table.follows[follow].wallet_id, "ETH") not in world.table.owners
