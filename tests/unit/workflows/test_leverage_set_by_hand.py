"""What an owner sets by hand, of leverage and margin mode, is set back before the next entry."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.leverages import at_venue, book_of, copy_each, settings_asked_for
from tests.fakes.world import World, following
from understudy.domain.limits import MarginMode
from understudy.domain.reasons import Reason

if TYPE_CHECKING:
    from understudy.domain.ids import FollowId


# How the owner leaves a symbol: what was shown while it was held is no more, and set still.
LEFT_AT: list[dict[str, Any]] = [{"leverage": 40}, {"leverage": 40, "isolated": False}]


def _set_by_hand(world: World, follow: FollowId, leverage: int, *, isolated: bool = True) -> None:
    book = book_of(world, follow)
    book.leverages["BTC"] = leverage
    (book.isolated.add if isolated else book.isolated.discard)("BTC")


def _with_known_leverage(**changes: Any) -> tuple[World, FollowId]:
    """Let a follow have copied BTC so often that the lane knows what is set, 5 times the margin."""
    world, follow = following(max_total_leverage=Decimal(5), **changes)
    world.leader_uses("BTC", 5)
    copy_each(world, "1", "-1", "1", "-1")
    return world, follow


@pytest.mark.parametrize("mode", list(MarginMode))
@pytest.mark.parametrize("left", LEFT_AT)
def test_what_a_hand_set_for_its_own_position_is_set_back_once_it_has_left(
    left: dict[str, Any], mode: MarginMode
) -> None:
    world, follow = _with_known_leverage(margin_mode=mode)
    address = world.table.follows[follow].wallet_address
    _set_by_hand(world, follow, **left)
    world.venue.trade(address, "BTC", "3")
    copy_each(world, "1", "-1")
    world.venue.trade(address, "BTC", "-3")
    world.pass_time(60)

    copy_each(world, "1")

    assert world.receipts(follow)[4].reason is Reason.SYMBOL_IN_USE
    assert world.ledger(follow).held == 1
    assert at_venue(world, follow) == (5, mode is MarginMode.ISOLATED)


def test_what_a_hand_set_and_a_sweep_saw_is_set_back_although_nothing_was_copied_meanwhile() -> (
    None
):
    world, follow = _with_known_leverage(margin_mode=MarginMode.ISOLATED)
    address = world.table.follows[follow].wallet_address
    _set_by_hand(world, follow, 40)
    world.venue.trade(address, "BTC", "3")
    world.sweep()
    world.venue.trade(address, "BTC", "-3")
    world.pass_time(60)

    copy_each(world, "1")

    assert world.ledger(follow).held == 1
    assert at_venue(world, follow) == (5, True)


def test_what_a_hand_set_and_an_entry_of_another_symbol_saw_is_set_back() -> None:
    world, follow = _with_known_leverage(margin_mode=MarginMode.ISOLATED)
    address = world.table.follows[follow].wallet_address
    _set_by_hand(world, follow, 40)
    world.venue.trade(address, "BTC", "3")
    world.copy("ETH", "1")
    world.venue.trade(address, "BTC", "-3")
    world.pass_time(60)

    copy_each(world, "1")

    assert world.ledger(follow).held == 1
    assert at_venue(world, follow) == (5, True)


def test_what_the_owner_set_while_the_follow_held_it_is_set_back_when_it_was_closed_since() -> None:
    world, follow = _with_known_leverage(margin_mode=MarginMode.ISOLATED)
    copy_each(world, "1")
    _set_by_hand(world, follow, 40)
    world.sweep()
    copy_each(world, "-1", "1")

    assert world.ledger(follow).held == 1
    assert at_venue(world, follow) == (5, True)


def test_a_reading_that_shows_what_was_set_forgets_nothing() -> None:
    world, _ = _with_known_leverage(margin_mode=MarginMode.ISOLATED)
    copy_each(world, "1")
    before = settings_asked_for(world)

    for _ in range(3):
        world.sweep()
        world.pass_time(60)
    copy_each(world, "1", "-2", "1")

    assert settings_asked_for(world) == before
