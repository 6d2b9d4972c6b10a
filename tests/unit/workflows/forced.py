"""Accounts of which the venue closes something by force."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.fakes.world import World, following
from tests.unit.workflows.accounting import address_of, own_fills
from understudy.domain.money import ZERO

if TYPE_CHECKING:
    from understudy.domain.ids import FollowId


def long_ago(*copied: str, **changes: Any) -> tuple[World, FollowId]:
    """Copy trades, and let the venue's figures of them be booked."""
    world, follow = following(*copied, **changes)
    sweeps(world, 1, seconds=700)
    return world, follow


def sweeps(world: World, times: int = 4, *, seconds: int = 61) -> None:
    for _ in range(times):
        world.clock.advance(seconds * 1000)
        world.sweep()


def liquidated(world: World, follow: FollowId, size: str, symbol: str = "BTC") -> None:
    world.venue.liquidate(address_of(world, follow), symbol, size)


def earned(world: World, follow: FollowId) -> Decimal:
    """Give what the venue says that the account's closes made."""
    return sum((own.closed_pnl for own in own_fills(world, follow)), ZERO)
