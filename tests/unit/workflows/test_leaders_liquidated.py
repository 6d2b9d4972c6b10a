"""A leader is liquidated: whoever tells of it, and however often, the copy is closed once."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tests.fakes.builders import LEADER
from tests.fakes.world import World
from tests.unit.workflows.comparing import begun_world, repair, trades_of
from understudy.domain.ids import FollowId
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.reasons import Reason
from understudy.domain.receipts import CopyStatus
from understudy.domain.trades import Fill, TradeKind
from understudy.messages import LeaderFills


def _liquidated(world: World, size: str) -> Fill:
    """Liquidate a part of the leader; gives the fill as the stream shows it, untagged."""
    world.venue.liquidate(LEADER, "BTC", size)
    listed = world.venue.books.account(LEADER).fills[-1].fill
    assert listed.liquidated_user == LEADER
    return replace(listed, start_position=None, liquidated_user=None)


def _heard(world: World, *fills: Fill) -> None:
    world.queues.to_leader_sync([LeaderFills(HYPERLIQUID, LEADER, fills)])
    world.pump()
    world.clock.advance(60_000)


def _is_closed_once(world: World, follow: FollowId) -> bool:
    sold = [own.fill for own in world.venue.books.account(_address(world, follow)).fills[1:]]
    ends = [receipt.status for receipt in world.receipts(follow)]
    once = [fill.size for fill in sold] == [5] and ends == [CopyStatus.DONE] * 2
    return once and world.held_at_venue(follow) == 0


def _address(world: World, follow: FollowId) -> str:
    return world.table.follows[follow].wallet_address


def test_a_liquidation_at_market_that_is_heard_and_listed_closes_the_copy_once() -> None:
    world, follow = begun_world("5")

    _heard(world, _liquidated(world, "-5"))
    repair(world, times=3)

    assert [trade.kind for trade in trades_of(world)] == [TradeKind.OPEN, TradeKind.CLOSE]
    assert _is_closed_once(world, follow)


def test_a_liquidation_in_pieces_closes_the_copy_piece_by_piece() -> None:
    world, follow = begun_world("5")

    _heard(world, _liquidated(world, "-2"))
    assert world.held_at_venue(follow) == 3
    _heard(world, _liquidated(world, "-3"))
    repair(world, times=2)

    assert [trade.kind for trade in trades_of(world)][1:] == [TradeKind.REDUCE, TradeKind.CLOSE]
    assert (world.held_at_venue(follow), world.orders_at_venue(follow)) == (0, 3)


def test_a_backstop_that_is_listed_and_was_never_on_the_stream_closes_the_copy_once() -> None:
    world, follow = begun_world("5")
    _liquidated(world, "-5")

    repair(world, times=3)

    closing = trades_of(world)[-1]
    assert (len(trades_of(world)), closing.kind, closing.correction) == (2, TradeKind.CLOSE, False)
    assert _is_closed_once(world, follow)


def test_a_backstop_without_any_fill_closes_the_copy_once() -> None:
    world, follow = begun_world("5")
    world.venue.books.account(LEADER).positions["BTC"].size = Decimal(0)

    repair(world, times=4)

    assert [trade.correction for trade in trades_of(world)] == [False, True]
    assert _is_closed_once(world, follow)


def test_a_backstop_whose_fill_is_listed_after_its_correction_closes_nothing_more() -> None:
    world, follow = begun_world("5")
    _liquidated(world, "-5")
    late = world.venue.books.account(LEADER).fills.pop()
    repair(world, times=2)
    assert _is_closed_once(world, follow)

    world.venue.books.account(LEADER).fills.append(late)
    repair(world, times=2)
    assert (world.held_at_venue(follow), world.orders_at_venue(follow)) == (0, 2)

    world.copy("BTC", "3")
    assert world.held_at_venue(follow) == 3
    assert {receipt.reason for receipt in world.receipts(follow)} <= {
        None,
        Reason.NOTHING_TO_CLOSE,
    }


def test_fills_against_somebody_who_is_liquidated_are_the_leaders_own_trades() -> None:
    world, follow = begun_world("5")
    fill = replace(_liquidated(world, "-5"), liquidated_user="0x" + "9" * 40)

    _heard(world, fill)

    assert _is_closed_once(world, follow)
