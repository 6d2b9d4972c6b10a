"""Everything that a decision reads about one trade and one follow: a frozen value, no access."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from understudy.domain.follows import Account, Budget, Follow, Ledger, Marks, Switches
from understudy.domain.ids import FollowId
from understudy.domain.leaders import LeaderAccount
from understudy.domain.limits import CopyMode
from understudy.domain.markets import Market
from understudy.domain.money import ZERO
from understudy.domain.pace import too_fast
from understudy.domain.trades import Side, Trade
from understudy.domain.valuation import unrealized


def mode_of(trade: Trade, follow: Follow) -> CopyMode:
    """Give the follow's mode; a leader who is too fast is polled instead."""
    if too_fast(trade.leader_trades_last_minute):
        return CopyMode.SAFE_POLL
    return follow.limits.mode


@dataclass(frozen=True)
class Situation:
    """A trade, a follow with its records, and what lies around them, at one moment.

    `entries_rest_until_ms` is the lane's. Without slots: what gates, sizing and receipt all ask for
    is worked out once.
    """

    trade: Trade
    follow: Follow
    budget: Budget
    ledger: Ledger
    ledgers: Mapping[str, Ledger]
    owner: FollowId | None
    account: Account | None
    leader_account: LeaderAccount | None
    switches: Switches
    market: Market
    marks: Marks
    now_ms: int
    entries_rest_until_ms: int = 0

    @property
    def mode(self) -> CopyMode:
        """Give the mode in which the trade is copied."""
        return mode_of(self.trade, self.follow)

    @property
    def equity(self) -> Decimal:
        """Give the account's equity on the market's dex, in USDC; zero when it is not known."""
        return ZERO if self.account is None else self.account.equity.get(self.market.dex, ZERO)

    @property
    def age_ms(self) -> int:
        """Give the trade's age: since it happened or since it was seen, whichever is older."""
        return self.now_ms - min(self.trade.time_ms, self.trade.seen_at_ms)

    @property
    def is_stale(self) -> bool:
        """Say whether an entry after this trade comes too late."""
        return self.age_ms > self.follow.limits.max_copy_age_seconds * 1000

    def entry_cap(self, side: Side) -> Decimal:
        """Give the limit price of an entry on this side after the trade."""
        caps = self._entry_caps
        if side not in caps:
            bps = self.follow.limits.slippage_bps
            caps[side] = self.market.limit_price(self.trade.price, side, bps)
        return caps[side]

    @cached_property
    def _entry_caps(self) -> dict[Side, Decimal]:
        return {}

    @property
    def open_symbols(self) -> int:
        """Count the symbols that the follow holds, wants or has orders for."""
        return sum(1 for ledger in self.ledgers.values() if not ledger.is_flat)

    @property
    def copied_notional(self) -> Decimal:
        """Sum the entry notional of everything held and under way."""
        return sum((ledger.committed_notional for ledger in self.ledgers.values()), ZERO)

    @cached_property
    def unrealized(self) -> Decimal:
        """Value what is held at the marks, this trade's symbol at the trade's price."""
        return unrealized(self.ledgers.values(), self._price_of)

    def _price_of(self, symbol: str) -> Decimal | None:
        trade = self.trade
        return trade.last_price if symbol == trade.symbol else self.marks.prices.get(symbol)

    @cached_property
    def remaining(self) -> Decimal:
        """Give the margin that the budget still has: budget - used + realized + unrealized."""
        budget = self.follow.limits.copy_budget_usdc
        return budget - self.budget.used + self.budget.pnl + self.unrealized
