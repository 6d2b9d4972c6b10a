"""Everything one decision is judged by: trade, follow, ledger, market, and the venue's record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from simulators.judge.evidence import Follow, Limits, Market, Receipt
from simulators.judge.exact import ZERO, Span
from simulators.judge.ledger import FollowBook, Holding, Money
from simulators.judge.trades import LeaderTrade

SUPERSEDED = "SUPERSEDED"


def is_netted(trade: LeaderTrade, follow: Follow) -> bool:
    """Say whether a follow collects this trade with others before anything is ordered."""
    return follow.limits.mode != "realtime" or trade.is_fast


def window_ms(trade: LeaderTrade, follow: Follow) -> int:
    """Give how long a follow collects trades before it orders; a leader too fast is polled."""
    if not is_netted(trade, follow):
        return 0
    is_throttled = follow.limits.mode == "throttled" and not trade.is_fast
    return follow.limits.throttle_ms if is_throttled else follow.limits.poll_ms


@dataclass(frozen=True, slots=True)
class Scene:
    """One follow meets one trade.

    `moments` are the money before and (flips) after the close; `pressure` the reasons that the
    record of the run allows, without proving that they held at the very moment. `prices` are the
    symbol's from the trade until a late decision about it. `decided_late`
    says that the order left after later trades were decided: its numbers are of that time.
    `comes_too_late` says that a newer trade of the symbol was decided before: nothing is ordered.
    `unsettled_size` is what orders of the symbol with an unknown outcome may have moved.
    `in_motion_usdc` is what was ordered around the trade and may be in the numbers or not: by a
    slower mode, or by orders whose outcome was not known yet. `stoppers` are the reasons that may
    stop at a window's end what it collected.
    """

    trade: LeaderTrade
    follow: Follow
    receipt: Receipt | None
    book: FollowBook
    market: Market
    moments: Sequence[Money]
    prices: Span
    pressure: frozenset[str] = frozenset()
    decided_late: bool = False
    comes_too_late: bool = False
    unsettled_size: Fraction = ZERO
    in_motion_usdc: Fraction = ZERO
    stoppers: frozenset[str] = frozenset()

    @property
    def limits(self) -> Limits:
        """Give the follow's limits."""
        return self.follow.limits

    @property
    def holding(self) -> Holding:
        """Give the follow's holding of the trade's symbol."""
        return self.book.holding(self.trade.symbol)

    @property
    def direction(self) -> int:
        """Give the sign of the follow's position when the trade increases the leader's."""
        return self.limits.direction * self.trade.sign

    @property
    def entered(self) -> Fraction:
        """Give the leader's increase with one that still waits: the newer trade takes it over."""
        waiting = self.holding.waiting if self.trade.kind == "add" else ZERO
        return self.trade.entered + waiting

    @property
    def entry_still_waits(self) -> bool:
        """Say whether a newer trade came before what stands against this one's entry was closed."""
        superseded = self.receipt is not None and self.receipt.reason == SUPERSEDED
        stands_against = self.holding.held * self.direction < 0 or self.unsettled_size > 0
        return superseded and stands_against

    @property
    def is_netted(self) -> bool:
        """Say whether trades are collected before anything is ordered."""
        return is_netted(self.trade, self.follow)

    @property
    def band(self) -> Fraction:
        """Give the share by which an entry's price may differ from the leader's."""
        return Fraction(self.limits.slippage_bps, 10_000)

    def claimed(self, name: str) -> Fraction | None:
        """Give a number of the receipt, None when it does not say."""
        return None if self.receipt is None else self.receipt.numbers.get(name)

    def below_minimum(self, size: Fraction, *, certainly: bool = True) -> bool:
        """Say whether an order is too small for the venue, surely or possibly.

        Between the two lie the order's own price band, as the venue values at the limit price, and
        the prices from which a late order starts.
        """
        share = self.limits.widest_share
        price = self.prices.high * (1 + share) if certainly else self.prices.low * (1 - share)
        return abs(size) * price < self.market.min_notional
