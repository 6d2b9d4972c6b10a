"""Markets and marks: the newest mark of a symbol stays, whoever writes when."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tests.fakes.builders import NOW_MS, market
from understudy.domain.follows import Marks
from understudy.domain.markets import HYPERLIQUID

if TYPE_CHECKING:
    from tests.contract.stores.worlds import World


def mark(price: str, at_ms: int, symbol: str = "BTC") -> Marks:
    return Marks({symbol: Decimal(price)}, {symbol: at_ms})


def test_an_unknown_venue_has_no_markets_and_no_marks(world: World) -> None:
    assert world.markets.markets("nowhere") == {}
    assert world.markets.marks("nowhere") == Marks({}, {})


def test_markets_are_merged_by_symbol(world: World) -> None:
    many = [market(f"S{number}", asset=number) for number in range(60)]
    world.markets.put_markets(HYPERLIQUID, [market("BTC"), *many])
    world.markets.put_markets(HYPERLIQUID, [market("BTC", max_leverage=3), market("xyz:GOLD")])

    found = world.markets.markets(HYPERLIQUID)

    assert len(found) == 62
    assert (found["BTC"], found["S59"]) == (market("BTC", max_leverage=3), many[59])


def test_an_older_mark_never_replaces_a_newer_one(world: World) -> None:
    world.markets.put_marks(HYPERLIQUID, mark("100", NOW_MS))
    both = Marks(
        {"BTC": Decimal(90), "ETH": Decimal("7.5")}, {"BTC": NOW_MS - 1, "ETH": NOW_MS - 1}
    )
    world.markets.put_marks(HYPERLIQUID, both)

    assert world.markets.marks(HYPERLIQUID) == Marks(
        {"BTC": Decimal(100), "ETH": Decimal("7.5")}, {"BTC": NOW_MS, "ETH": NOW_MS - 1}
    )


def test_a_newer_mark_replaces_an_older_one(world: World) -> None:
    world.markets.put_marks(HYPERLIQUID, mark("100", NOW_MS))
    world.markets.put_marks(HYPERLIQUID, mark("101", NOW_MS + 1))

    assert world.markets.marks(HYPERLIQUID) == mark("101", NOW_MS + 1)
