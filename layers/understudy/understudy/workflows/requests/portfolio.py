"""What a follow holds and has earned, from its ledgers, its budget and the newest marks.

Records stay exact. Money and entry prices are shown with at most 8 decimals, rounded against the
follow: what it uses and pays upward, what it earned and has left downward; the entry price of a
long upward, of a short downward.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from understudy.domain.follows import FollowStatus, PauseReason
from understudy.domain.ids import FollowId
from understudy.domain.money import ZERO, above, below, divide
from understudy.domain.valuation import unrealized
from understudy.ports.copying import MarketStore
from understudy.workflows.requests.follow_changes import OwnFollows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from understudy.domain.follows import Ledger
    from understudy.domain.ids import UserId
    from understudy.ports.copying import FollowState

SHOWN_DECIMALS = 8


@dataclass(frozen=True, slots=True)
class PositionView:
    """One symbol of a follow; sizes are signed, exact, in base units; a mark may be missing."""

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
    """A follow's money in USDC, as shown: `remaining` = budget - used + pnl + unrealized.

    `used` = margin + reserved; `pnl` = realized - fees + funding.
    """

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
    margin, reserved = _spent(budget.margin), _spent(budget.reserved)
    realized, funding = _owned(budget.realized), _owned(budget.funding)
    fees = _spent(budget.fees)
    used, pnl = margin + reserved, realized - fees + funding
    open_profit = sum((each.unrealized or ZERO for each in positions), ZERO)
    return PortfolioView(
        follow_id=follow.follow_id,
        status=follow.status,
        pause_reason=follow.pause_reason,
        copy_budget_usdc=follow.limits.copy_budget_usdc,
        margin=margin,
        reserved=reserved,
        used=used,
        realized=realized,
        fees=fees,
        funding=funding,
        pnl=pnl,
        unrealized=open_profit,
        remaining=follow.limits.copy_budget_usdc - used + pnl + open_profit,
        positions=positions,
    )


def _position(ledger: Ledger, prices: Mapping[str, Decimal]) -> PositionView:
    mark = prices.get(ledger.symbol)
    is_valued = mark is not None or not ledger.held
    return PositionView(
        symbol=ledger.symbol,
        target=ledger.target,
        held=ledger.held,
        pending_orders=len(ledger.pending),
        entry_price=_entry_price(ledger) if ledger.held else None,
        entry_notional=_spent(ledger.entry_notional),
        margin=_spent(ledger.margin),
        leverage=ledger.leverage,
        mark=mark,
        unrealized=_owned(unrealized((ledger,), prices.get)) if is_valued else None,
        last_seq=ledger.last_seq,
        entries_paused=ledger.entries_paused,
        needs_operator=ledger.needs_operator,
    )


def _entry_price(ledger: Ledger) -> Decimal:
    price = divide(ledger.entry_notional, abs(ledger.held))
    return _spent(price) if ledger.held > 0 else _owned(price)


def _spent(amount: Decimal) -> Decimal:
    return above(amount, SHOWN_DECIMALS)


def _owned(amount: Decimal) -> Decimal:
    return below(amount, SHOWN_DECIMALS)
