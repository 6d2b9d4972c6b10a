"""A follow's money on a venue that takes other fees than its price list says."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.fakes.builders import limits, ratio
from tests.fakes.world import World
from understudy.domain.errors import VenueUnreachableError
from understudy.domain.money import ZERO

if TYPE_CHECKING:
    import pytest

    from understudy.domain.account_history import OwnFill
    from understudy.domain.follows import Budget
    from understudy.domain.ids import FollowId

HALF = Decimal("0.5")
HOUR_MS = 3_600_000
FILLS_ARE_DUE_MS = 331_000


def copied(*trades: str, fee_share: Decimal = HALF, **changes: Any) -> tuple[World, FollowId]:
    """Copy trades of a venue that takes another fee than its price list says."""
    world = World()
    world.venue.books.fee_share = fee_share
    follow = world.follow(limits(ratio("100"), copy_budget_usdc=Decimal(10_000), **changes))
    world.begin()
    for size in trades:
        world.copy("BTC", size)
    return world, follow


def true_up_orders(world: World) -> None:
    """Let so much time pass that the fills of orders are asked for, and look at the wallets."""
    world.clock.advance(FILLS_ARE_DUE_MS)
    world.sweep()


def budget_of(world: World, follow: FollowId) -> Budget:
    return world.table.budgets[follow]


def own_fills(world: World, follow: FollowId) -> list[OwnFill]:
    return world.venue.books.account(world.table.follows[follow].wallet_address).fills


def fees_at_venue(world: World, follow: FollowId) -> Decimal:
    return sum((own.fee for own in own_fills(world, follow)), ZERO)


def address_of(world: World, follow: FollowId) -> str:
    return world.table.follows[follow].wallet_address


def questions(monkeypatch: pytest.MonkeyPatch, world: World, question: str) -> list[int]:
    """Keep the times from which a question was asked."""
    asked: list[int] = []
    ask = getattr(world.venue, question)

    def counted(address: str, start_ms: int) -> Any:
        asked.append(start_ms)
        return ask(address, start_ms)

    monkeypatch.setattr(world.venue, question, counted)
    return asked


def silence(monkeypatch: pytest.MonkeyPatch, world: World, question: str) -> None:
    def refuse(address: str, start_ms: int) -> Any:
        raise VenueUnreachableError("limited", venue=address, status=429, since=start_ms)

    monkeypatch.setattr(world.venue, question, refuse)
