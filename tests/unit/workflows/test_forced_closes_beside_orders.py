"""Forced closes are told from the follow's own orders and from its owner's, in any order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.workflows.accounting import address_of, budget_of, fees_at_venue, own_fills
from tests.unit.workflows.forced import earned, liquidated, long_ago, sweeps

if TYPE_CHECKING:
    from tests.fakes.world import World
    from understudy.domain.ids import FollowId


def _ready_to_be_closed_by_force() -> tuple[World, FollowId]:
    """Hold 5, and 3 more by hand, when the account's fills are due to be read."""
    world, follow = long_ago("5")
    world.clock.advance(601_000)
    world.price("BTC", "100")
    world.venue.trade(address_of(world, follow), "BTC", "3")
    return world, follow


def _enters_while_fills_are_read(patched: pytest.MonkeyPatch, world: World) -> None:
    """Have another worker copy an entry between the venue's answer and what is made of it."""
    ask = world.venue.own_fills_since

    def raced(address: str, start_ms: int) -> Any:
        found = list(ask(address, start_ms))
        patched.setattr(world.venue, "own_fills_since", ask)
        world.leader_trades("BTC", "1")
        world.sync()
        world.run_lane(world.queues.lanes.take())
        return found

    patched.setattr(world.venue, "own_fills_since", raced)


def test_an_entry_that_settles_while_fills_are_read_is_not_taken_for_what_was_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, follow = _ready_to_be_closed_by_force()
    liquidated(world, follow, "-8")
    _enters_while_fills_are_read(monkeypatch, world)

    sweeps(world, 8)

    assert world.ledger(follow).held == world.held_at_venue(follow) == 1
    assert budget_of(world, follow).realized == earned(world, follow)


def test_an_entry_that_the_venue_does_not_list_yet_is_not_taken_for_what_was_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, follow = _ready_to_be_closed_by_force()
    liquidated(world, follow, "-8")
    ask = world.venue.own_fills_since

    def behind(address: str, start_ms: int) -> Any:
        until_ms = world.clock.now_ms() - 5_000
        return [own for own in ask(address, start_ms) if own.fill.time_ms <= until_ms]

    monkeypatch.setattr(world.venue, "own_fills_since", behind)
    world.clock.advance(31_000)
    world.copy_now("BTC", "1")
    world.clock.advance(2_000)
    world.sweep()
    sweeps(world, 8)

    assert world.ledger(follow).held == world.held_at_venue(follow) == 1
    world.copy("BTC", "-6")
    assert world.held_at_venue(follow) == 0


def test_money_of_an_order_beside_a_forced_close_is_booked_in_the_end() -> None:
    world, follow = _ready_to_be_closed_by_force()
    liquidated(world, follow, "-8")
    world.copy("BTC", "1")

    sweeps(world, 20)

    # What was bought by hand cost its owner a fee, and not the follow.
    by_hand = [own.fee for own in own_fills(world, follow) if not own.client_order_id]
    forced = [own.fee for own in own_fills(world, follow) if own.fill.liquidated_user]
    paid = fees_at_venue(world, follow) - sum(by_hand) + sum(forced)
    assert budget_of(world, follow).fees == paid
    assert not world.table.estimated


@pytest.mark.parametrize("client_order_id", ["", "0x" + "c" * 32])
def test_what_an_owner_buys_after_a_forced_close_stays_the_owner_s(client_order_id: str) -> None:
    world, follow = long_ago("5")
    liquidated(world, follow, "-4")
    world.clock.advance(5_000)
    world.venue.trade(address_of(world, follow), "BTC", "3")
    fills = world.venue.books.account(address_of(world, follow)).fills
    fills[-1] = replace(fills[-1], client_order_id=client_order_id)

    sweeps(world, 6)
    assert world.ledger(follow).held == 1
    world.copy("BTC", "-5")

    assert world.held_at_venue(follow) == 3
