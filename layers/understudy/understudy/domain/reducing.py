"""How far a leader's reductions shrink what a follow wants, also those it never decided. Pure."""

from __future__ import annotations

from decimal import Decimal

from understudy.domain.carrying import undated
from understudy.domain.follows import Follow, Ledger
from understudy.domain.limits import OnStop
from understudy.domain.markets import Market
from understudy.domain.money import ZERO, divide, multiply, toward_zero
from understudy.domain.replacing import replace
from understudy.domain.situation import Situation
from understudy.domain.sizing import SLICE_DECIMALS
from understudy.domain.trades import Trade, TradeKind


def reduced_target(trade: Trade, ledger: Ledger, market: Market) -> Decimal:
    """Shrink the target as the leader's position shrank; a rest below the minimum goes too."""
    if trade.kind is not TradeKind.REDUCE:
        return ZERO
    target = _share(ledger.target, trade.end_position, trade.start_position, market)
    if ledger.held and market.below_minimum(market.lot_size(target), trade.price):
        return ZERO
    return target


def having_passed(ledger: Ledger, trade: Trade) -> Ledger:
    """Remember a trade as the symbol's last, and where it left the leader."""
    return replace(ledger, last_seq=trade.seq, leader_position=trade.end_position)


def without_missed(situation: Situation) -> Situation:
    """Want no more than is left after reductions that were missed."""
    before, follow = situation.ledger, situation.follow
    ledger = after_missed(before, situation.trade, situation.market, follow)
    if ledger is before:
        return situation
    if not ledger.wanted_more:
        ledger = undated(ledger)
    return replace(situation, ledger=ledger, ledgers={**situation.ledgers, ledger.symbol: ledger})


def after_missed(ledger: Ledger, trade: Trade, market: Market, follow: Follow) -> Ledger:
    """Shrink the target by what the leader reduced since the last trade that was decided.

    A trade whose message lies in the dead letters comes too late once a newer one is decided: that
    one brings the position it met. As a reduction would, it ends a running entry. Increases that
    were missed are over. Of a follow that keeps its positions on a stop nobody can say whether it
    was stopped then: it keeps them.
    """
    last, met = ledger.leader_position, trade.start_position
    if not last or follow.limits.on_stop is OnStop.KEEP:
        return ledger
    if met * last > 0 and abs(met) >= abs(last):
        return ledger
    kept = _share(ledger.target, met, last, market) if met * last > 0 else ZERO
    return replace(ledger, target=kept, entry_side=None, entry_last_ms=0)


def _share(target: Decimal, end: Decimal, start: Decimal, market: Market) -> Decimal:
    kept = divide(multiply(target, end), start)
    return toward_zero(kept, market.size_decimals + SLICE_DECIMALS)
