"""Where an account's money lies and what it holds, by the account's mode. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from understudy.adapters.venues.hyperliquid.parsing import number
from understudy.domain.follows import AccountMode
from understudy.domain.money import ZERO

if TYPE_CHECKING:
    from understudy.adapters.venues.hyperliquid.models import Clearinghouse, PositionRow, SpotState

_MODES = {
    "default": AccountMode.STANDARD,
    "disabled": AccountMode.STANDARD,
    "unifiedAccount": AccountMode.UNIFIED,
}


@dataclass(frozen=True, slots=True)
class Holdings:
    """An account over several dexes; money by dex, positions and leverages by symbol.

    `isolated` names the positions that hold their margin apart.

    A unified account has one purse for all dexes; its equity is what positions and orders do not
    hold back, so no margin is counted against it a second time.
    """

    mode: AccountMode
    equity: Mapping[str, Decimal]
    margin_used: Mapping[str, Decimal]
    positions: Mapping[str, Decimal]
    leverages: Mapping[str, int]
    isolated: tuple[str, ...]
    time_ms: int

    @property
    def total_equity(self) -> Decimal:
        """Give the money of all purses, the shared one once."""
        if self.mode is AccountMode.UNIFIED:
            return max(self.equity.values(), default=ZERO)
        return sum(self.equity.values(), ZERO)


def parse_mode(answer: str) -> AccountMode:
    """Read `userAbstraction`; a mode that we do not know is not supported."""
    return _MODES.get(answer, AccountMode.UNSUPPORTED)


def parse_holdings(
    mode: AccountMode, states: Mapping[str, Clearinghouse], spot: SpotState | None
) -> Holdings:
    """Read an account's states by dex; `spot` is needed for a unified account alone.

    The time is the earliest of the readings: what happened after it may be missing.
    """
    rows = [held["position"] for state in states.values() for held in state["assetPositions"]]
    purse = None if spot is None else _free_usdc(spot)
    return Holdings(
        mode=mode,
        equity={dex: _equity(state) if purse is None else purse for dex, state in states.items()},
        margin_used={
            dex: _margin_used(state) if purse is None else ZERO for dex, state in states.items()
        },
        positions={row["coin"]: size for row in rows if (size := _size(row))},
        leverages={row["coin"]: row["leverage"]["value"] for row in rows},
        isolated=tuple(row["coin"] for row in rows if row["leverage"]["type"] == "isolated"),
        time_ms=min(state["time"] for state in states.values()),
    )


def _free_usdc(spot: SpotState) -> Decimal:
    return sum(
        (
            number(balance["total"], "total") - number(balance["hold"], "hold")
            for balance in spot["balances"]
            if balance["coin"] == "USDC"
        ),
        ZERO,
    )


def _equity(state: Clearinghouse) -> Decimal:
    return number(state["marginSummary"]["accountValue"], "accountValue")


def _margin_used(state: Clearinghouse) -> Decimal:
    return number(state["marginSummary"]["totalMarginUsed"], "totalMarginUsed")


def _size(row: PositionRow) -> Decimal:
    return number(row["szi"], "szi")
