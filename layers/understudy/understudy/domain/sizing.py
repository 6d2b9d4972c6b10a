"""How large an entry is: what is wanted, cut down by every limit; sizes only ever round down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from understudy.domain.limits import SizingKind
from understudy.domain.money import PERCENT, ZERO, above, divide, multiply, toward_zero, trimmed
from understudy.domain.situation import Situation

# A wanted size keeps this many decimals beyond the lot, so that slices smaller than a lot add up.
SLICE_DECIMALS = 6
# A volume-weighted price is kept with this many decimals where it is only shown or estimated with.
PRICE_DECIMALS = 12


@dataclass(frozen=True, slots=True)
class EntrySize:
    """An entry's size in base units (unsigned) before the lot, and the limit that bound it."""

    size: Decimal
    leverage: int
    bound_by: str
    numbers: Mapping[str, Decimal]


def leverage_for(situation: Situation) -> int:
    """Give the least of the follow's limit, the asset's maximum and the leader's own, at least 1.

    A leader's leverage that is not known counts as 1. What is held counts with the margin of its
    entries, whatever comes on top.
    """
    leaders = situation.leader_account
    own = 1 if leaders is None else leaders.leverages.get(situation.trade.symbol, 1)
    allowed = int(situation.follow.limits.max_total_leverage.to_integral_value(ROUND_FLOOR))
    return max(1, min(allowed, situation.market.max_leverage, own))


def entry_size(
    situation: Situation, wanted: Decimal, carried: Decimal, worst_price: Decimal
) -> EntrySize:
    """Cut a wanted size (unsigned, on top of what is carried) down to what every limit leaves.

    What is wanted comes from the trade's price; what a limit leaves holds at the worst price.
    """
    leverage = leverage_for(situation)
    caps = _caps(situation, leverage, worst_price)
    bound_by, cap = min(caps.items(), key=lambda item: item[1])
    total = wanted + carried
    if total <= cap:
        bound_by, cap = "", total
    return EntrySize(
        size=max(ZERO, toward_zero(cap, situation.market.size_decimals + SLICE_DECIMALS)),
        leverage=leverage,
        bound_by=bound_by,
        numbers=_numbers(situation, wanted, leverage),
    )


def margin_of(size: Decimal, price: Decimal, leverage: int) -> Decimal:
    """Give the margin of a position in USDC, rounded up to 1e-8: never too little."""
    return above(divide(multiply(size, price), Decimal(leverage)), 8)


def wanted_size(situation: Situation, increase: Decimal) -> Decimal:
    """Give the size that the sizing wants for an increase of the leader, before any limit."""
    sizing, trade = situation.follow.limits.sizing, situation.trade
    if sizing.kind is SizingKind.FIXED:
        cost = sizing.cost_per_order_usdc or ZERO
        notional = multiply(cost, Decimal(leverage_for(situation)))
        wanted = divide(multiply(notional, trade.size), trade.notional)
    elif sizing.kind is SizingKind.RATIO:
        wanted = multiply(increase, sizing.percent or ZERO, PERCENT)
    else:
        wanted = _proportional(situation, increase)
    return toward_zero(wanted, situation.market.size_decimals + SLICE_DECIMALS)


def _proportional(situation: Situation, increase: Decimal) -> Decimal:
    leaders = situation.leader_account
    if leaders is None or leaders.equity <= ZERO:
        return ZERO
    return divide(multiply(increase, situation.equity), leaders.equity)


def _caps(situation: Situation, leverage: int, price: Decimal) -> dict[str, Decimal]:
    """Give what each limit leaves for this entry, as sizes."""
    limits, ledger = situation.follow.limits, situation.ledger
    margins = {
        "copy_budget_usdc": situation.remaining,
        "max_symbol_allocation_pct": limits.symbol_cap_usdc - ledger.committed_margin,
    }
    if limits.sizing.kind is not SizingKind.FIXED:
        margins["max_order_usdc"] = limits.order_cap_usdc
    if limits.max_position_usdc is not None:
        margins["max_position_usdc"] = limits.max_position_usdc - ledger.committed_margin
    notionals = {name: multiply(cap, Decimal(leverage)) for name, cap in margins.items()}
    notionals["max_total_leverage"] = leverage_room(situation)
    return {name: trimmed(divide(notional, price)) for name, notional in notionals.items()}


def leverage_room(situation: Situation) -> Decimal:
    """Give the notional that the limit on total leverage still leaves, in USDC."""
    most = multiply(situation.equity, situation.follow.limits.max_total_leverage)
    return most - situation.copied_notional


def _numbers(situation: Situation, wanted: Decimal, leverage: int) -> dict[str, Decimal]:
    leaders, budget = situation.leader_account, situation.budget
    return {
        "price": toward_zero(situation.trade.price, PRICE_DECIMALS),
        "wanted": wanted,
        "leverage": Decimal(leverage),
        "own_equity": situation.equity,
        "leader_equity": ZERO if leaders is None else leaders.equity,
        "used": budget.used,
        "realized": budget.pnl,
        "unrealized": toward_zero(situation.unrealized, 8),
        "remaining": toward_zero(situation.remaining, 8),
        "symbol_margin": situation.ledger.committed_margin,
        "open_positions": Decimal(situation.open_symbols),
    }
