"""Groups a leader's fills into trades: equal symbol, side and millisecond. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulators.hyperliquid.engine.fills import Fill

if TYPE_CHECKING:
    from collections.abc import Iterable

TradeKey = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class LeaderTrade:
    """The fills of one trade, in recorded order."""

    index: int
    fills: tuple[Fill, ...]

    @property
    def symbol(self) -> str:
        """What was traded."""
        return self.fills[0].coin

    @property
    def side(self) -> str:
        """The leader's side."""
        return self.fills[0].side

    @property
    def time_ms(self) -> int:
        """When, by the recording's time."""
        return self.fills[0].time_ms


def group_trades(fills: Iterable[Fill]) -> list[LeaderTrade]:
    """Return the trades in order of their first fills."""
    groups: dict[TradeKey, list[Fill]] = {}
    for fill in fills:
        groups.setdefault((fill.coin, fill.side, fill.time_ms), []).append(fill)
    return [LeaderTrade(index, tuple(group)) for index, group in enumerate(groups.values())]
