"""What copied positions are worth at prices of the moment, against what they cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from understudy.domain.follows import Ledger
from understudy.domain.money import ZERO, multiply

PriceOf = Callable[[str], Decimal | None]


def unrealized(ledgers: Iterable[Ledger], price_of: PriceOf) -> Decimal:
    """Sum the open profit in USDC; a symbol without a price counts at its entry price."""
    return sum((_unrealized(each, price_of(each.symbol)) for each in ledgers if each.held), ZERO)


def _unrealized(ledger: Ledger, price: Decimal | None) -> Decimal:
    if price is None:
        return ZERO
    worth = multiply(ledger.held, price)
    return worth - ledger.entry_notional if ledger.held > 0 else worth + ledger.entry_notional
