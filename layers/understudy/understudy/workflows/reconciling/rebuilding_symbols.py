"""One symbol of one follow, brought to what the venue's record says, with receipts to show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from understudy.domain.errors import ConflictError, DependencyError
from understudy.domain.exits import keeps_positions
from understudy.domain.follows import Account, Follow, Ledger
from understudy.domain.lost_orders import FillsByOrder, orders_after, orders_for_trade
from understudy.domain.markets import Market
from understudy.domain.money import ZERO
from understudy.domain.ownership import SymbolOwner, is_by_hand
from understudy.domain.rebuilding import (
    Books,
    after_trade,
    as_it_stands,
    not_above,
    with_orders,
)
from understudy.domain.rebuilt_receipts import rebuilt_receipt, with_lost_orders
from understudy.domain.receipts import Receipt
from understudy.domain.replacing import replace
from understudy.domain.trades import Trade
from understudy.ports.copying import Changes, Place, Surroundings
from understudy.workflows.copying.views import CopyPorts

RECEIPTS_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class VenueRecord:
    """What the venue shows of an account: how it stands, and its fills by client order id."""

    account: Account
    fills: FillsByOrder


@dataclass(frozen=True, slots=True)
class _Symbol:
    """A symbol of a follow with everything that is known of it."""

    follow: Follow
    symbol: str
    around: Surroundings
    record: VenueRecord

    @property
    def market(self) -> Market:
        """Give the symbol's market; a leader's trade is only ever stored with one."""
        if self.around.market is None:
            raise DependencyError("the market of this symbol is not known yet", symbol=self.symbol)
        return self.around.market

    @property
    def keeps(self) -> bool:
        """Say whether the follow has stopped and keeps what it holds."""
        return keeps_positions(self.follow, self.around.switches)

    def leverage(self, ledger: Ledger) -> int:
        """Give the leverage at the venue, else what was last known of it."""
        return self.record.account.leverages.get(self.symbol, ledger.leverage or 1)


def rebuild_symbol(
    ports: CopyPorts,
    follow: Follow,
    symbol: str,
    trades: Sequence[Trade],
    record: VenueRecord,
    *,
    waits_for_symbol: bool,
) -> None:
    """Store a symbol's ledger, its share of the budget, and receipts of the lost trades.

    Raises ConflictError when something changed meanwhile, or when the symbol is another follow's
    and `waits_for_symbol`.
    """
    state = ports.store.follow_state(follow.follow_id)
    if state is None:
        return
    stored = Books(state.ledger(symbol), state.budget)
    [around] = ports.store.surroundings([Place(follow, symbol, stored.ledger.last_seq)])
    about = _Symbol(follow, symbol, around, record)
    books, receipts = _after_last_receipt(about, stored)
    lost = _without_receipts(ports, about, trades, books.ledger.last_seq)
    for start in range(0, len(lost), RECEIPTS_AT_ONCE):
        books, written = _after_trades(about, books, lost[start : start + RECEIPTS_AT_ONCE])
        books = stored = _store(ports, stored, books, Changes(receipts=(*receipts, *written)))
        receipts = ()
    live = record.account.positions.get(symbol, ZERO)
    books = as_it_stands(not_above(books, live, record.account.read_at_ms))
    ownership = _ownership(about, books.ledger, waits=waits_for_symbol)
    _store(ports, stored, books, replace(ownership, receipts=receipts))


def _after_last_receipt(about: _Symbol, books: Books) -> tuple[Books, tuple[Receipt, ...]]:
    """Book what was ordered for the last trade that we know of, after we knew of it."""
    receipt = about.around.receipt
    if receipt is None:
        return books, ()
    orders = orders_after(about.follow, receipt, about.record.fills)
    books = with_orders(books, orders, about.leverage(books.ledger))
    if receipt.status.is_terminal and not orders:
        return books, ()
    return books, (with_lost_orders(receipt, books.ledger, orders),)


def _without_receipts(
    ports: CopyPorts, about: _Symbol, trades: Sequence[Trade], last_seq: int
) -> list[Trade]:
    follow_id = about.follow.follow_id
    later = (trade for trade in trades if trade.seq > last_seq)
    return [trade for trade in later if ports.store.receipt(follow_id, trade.seq) is None]


def _after_trades(
    about: _Symbol, books: Books, trades: Sequence[Trade]
) -> tuple[Books, tuple[Receipt, ...]]:
    """Let lost trades pass, each with the orders that were filled for it."""
    receipts = []
    for trade in trades:
        orders = orders_for_trade(about.follow, trade, about.record.fills)
        books = after_trade(books, trade, about.market, keeps=about.keeps)
        books = with_orders(books, orders, about.leverage(books.ledger))
        receipts.append(rebuilt_receipt(about.follow, trade, books.ledger, orders))
    return books, tuple(receipts)


def _ownership(about: _Symbol, ledger: Ledger, *, waits: bool) -> Changes:
    """Take the symbol while something of it is held, else give it back."""
    follow, owner = about.follow, about.around.owner
    mine = SymbolOwner(follow.wallet_id, about.symbol, follow.follow_id)
    if not ledger.needs_symbol:
        return Changes(owner_released=mine if owner == follow.follow_id else None)
    if owner is None:
        return Changes(owner_taken=mine)
    if waits and owner != follow.follow_id and not is_by_hand(owner):
        raise ConflictError("another follow still has the symbol: it is rebuilt first")
    return Changes()


def _store(ports: CopyPorts, before: Books, after: Books, changes: Changes) -> Books:
    """Store what changed, and give it as it is stored."""
    changes = replace(
        changes,
        ledger=after.ledger if after.ledger != before.ledger else None,
        budget=after.budget if after.budget != before.budget else None,
    )
    if changes == Changes():
        return after
    stored = ports.store.commit(changes)
    return Books(stored.ledger or after.ledger, stored.budget or after.budget)
