"""What a follow holds and has earned, from its ledgers, its budget and the newest marks."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from understudy.domain.follows import FollowStatus, PauseReason
from understudy.domain.ids import FollowId
from understudy.domain.money import ZERO, divide, multiply
from understudy.ports.copying import MarketStore
from understudy.workflows.requests.follow_changes import OwnFollows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from understudy.domain.follows import Ledger
    from understudy.domain.ids import UserId
    from understudy.ports.copying import FollowState


@dataclass(frozen=True, slots=True)
class PositionView:
    """One symbol of a follow; sizes are signed, in base units; a mark may be missing."""

    symbol: str
    target: Decimal
    held: Decimal
    pending_orders: int
    entry_price: Decimal | None
    entry_notional: Decimal
    margin: Decimal
    leverage: int
    mark: Decimal | None
    unrealized: Decimal | None
    last_seq: int
    entries_paused: bool
    needs_operator: bool


@dataclass(frozen=True, slots=True)
class PortfolioView:
    """A follow's money in USDC: `remaining` = budget - used + pnl + unrealized."""

    follow_id: FollowId
    status: FollowStatus
    pause_reason: PauseReason | None
    copy_budget_usdc: Decimal
    margin: Decimal
    reserved: Decimal
    used: Decimal
    realized: Decimal
    fees: Decimal
    funding: Decimal
    pnl: Decimal
    unrealized: Decimal
    remaining: Decimal
    positions: tuple[PositionView, ...]


@dataclass(frozen=True, slots=True)
class Portfolios:
    """Shows what follows hold."""

    own: OwnFollows
    markets: MarketStore

    def of_follow(self, user_id: UserId, follow_id: FollowId) -> PortfolioView:
        """Show one follow; raises NotFoundError."""
        state = self.own.state(user_id, follow_id)
        prices = self.markets.marks(state.follow.venue).prices
        positions = tuple(_position(ledger, prices) for _, ledger in sorted(state.ledgers.items()))
        return _view(state, positions)


def _view(state: FollowState, positions: tuple[PositionView, ...]) -> PortfolioView:
    follow, budget = state.follow, state.budget
    unrealized = sum((each.unrealized or ZERO for each in positions), ZERO)
    allowed = follow.limits.copy_budget_usdc
    return PortfolioView(
        follow_id=follow.follow_id,
        status=follow.status,
        pause_reason=follow.pause_reason,
        copy_budget_usdc=allowed,
        margin=budget.margin,
        reserved=budget.reserved,
        used=budget.used,
        realized=budget.realized,
        fees=budget.fees,
        funding=budget.funding,
        pnl=budget.pnl,
        unrealized=unrealized,
        remaining=allowed - budget.used + budget.pnl + unrealized,
        positions=positions,
    )


def _position(ledger: Ledger, prices: Mapping[str, Decimal]) -> PositionView:
    mark = prices.get(ledger.symbol)
    entry = divide(ledger.entry_notional, abs(ledger.held)) if ledger.held else None
    unrealized = ZERO if entry is None else None
    if mark is not None and entry is not None:
        unrealized = multiply(ledger.held, mark - entry)
    return PositionView(
        symbol=ledger.symbol,
        target=ledger.target,
        held=ledger.held,
        pending_orders=len(ledger.pending),
        entry_price=entry,
        entry_notional=ledger.entry_notional,
        margin=ledger.margin,
        leverage=ledger.leverage,
        mark=mark,
        unrealized=unrealized,
        last_seq=ledger.last_seq,
        entries_paused=ledger.entries_paused,
        needs_operator=ledger.needs_operator,
    )
