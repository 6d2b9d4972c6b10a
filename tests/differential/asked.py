"""Asks the production rules about a case."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tests.fakes.builders import ADDRESS, FOLLOW, LEADER, NOW_MS, WALLET
from understudy.domain.decisions import decide, decide_gap
from understudy.domain.follows import (
    Account,
    AccountMode,
    Budget,
    Follow,
    FollowStatus,
    Ledger,
    Marks,
    Pending,
    Switches,
)
from understudy.domain.ids import FollowId, IntentId, UserId
from understudy.domain.leaders import LeaderAccount
from understudy.domain.limits import CopyMode, CopySides, Limits, OnStop, Sizing, SizingKind
from understudy.domain.markets import HYPERLIQUID, Market, PriceGrid
from understudy.domain.situation import Situation
from understudy.domain.trades import Side, Trade

if TYPE_CHECKING:
    from tests.differential.cases import Case
    from understudy.domain.plans import Decision

SYMBOL = "BTC"
ZERO = Decimal(0)
LONG_AGO_MS = 86_400_000


def decision_about(case: Case) -> Decision:
    """Have production decide."""
    situation = situation_of(case)
    if case.window_ends:
        return decide_gap(situation, window_ends=True)
    return decide(situation)


def situation_of(case: Case) -> Situation:
    """Write a case in the records of production."""
    ledgers = {f"OTHER-{n}": _other(case, n) for n in range(len(case.others))}
    ledger = ledgers[SYMBOL] = _ledger(case)
    marks = {f"OTHER-{n}": each.mark for n, each in enumerate(case.others) if each.mark is not None}
    if case.mark is not None:
        marks[SYMBOL] = case.mark
    owners = {None: None, "own": FOLLOW, "another": FollowId("follow-2")}
    return Situation(
        trade=_trade(case),
        follow=_follow(case),
        budget=_budget(case),
        ledger=ledger,
        ledgers=ledgers,
        owner=owners[case.owner],
        account=_account(case),
        leader_account=_leader(case),
        switches=Switches(
            kill_global=case.is_killed,
            kill_user=case.is_killed_by_user,
            authority_revoked=case.is_revoked,
        ),
        market=_market(case),
        marks=Marks(marks, {SYMBOL: NOW_MS - case.mark_age_ms}),
        now_ms=NOW_MS,
        entries_rest_until_ms=NOW_MS + case.entries_rest_ms,
    )


def _trade(case: Case) -> Trade:
    at_ms = NOW_MS - case.age_ms
    return Trade(
        venue=HYPERLIQUID,
        leader=LEADER,
        symbol=SYMBOL,
        side=Side.of(case.end - case.start),
        time_ms=at_ms,
        n=0,
        seq=2,
        size=case.size,
        notional=case.notional,
        last_price=case.last_price,
        start_position=case.start,
        fill_count=1,
        seen_at_ms=at_ms,
        stored_at_ms=at_ms,
        leader_trades_last_minute=case.leader_trades_last_minute,
        correction=case.is_correction,
    )


def _follow(case: Case) -> Follow:
    return Follow(
        follow_id=FOLLOW,
        user_id=UserId("user-1"),
        wallet_id=WALLET,
        wallet_address=ADDRESS,
        agent_id="agent-1",
        venue=HYPERLIQUID,
        leader=LEADER,
        limits=_limits(case),
        status=FollowStatus.ACTIVE if case.is_active else FollowStatus.PAUSED,
        started_at_ms=NOW_MS - LONG_AGO_MS,
    )


def _limits(case: Case) -> Limits:
    kind = SizingKind(case.sizing)
    return Limits(
        copy_budget_usdc=case.budget,
        sizing=Sizing(
            kind,
            cost_per_order_usdc=case.cost_per_order if kind is SizingKind.FIXED else None,
            percent=case.percent if kind is SizingKind.RATIO else None,
        ),
        max_order_usdc=case.max_order,
        max_total_leverage=case.max_total_leverage,
        max_open_positions=case.max_open_positions,
        max_symbol_allocation_pct=case.symbol_pct,
        max_position_usdc=case.max_position,
        stop_copy_drawdown_pct=case.drawdown_pct,
        slippage_bps=case.slippage_bps,
        close_slippage_bps=case.close_slippage_bps,
        mode=CopyMode(case.mode),
        max_copy_age_seconds=case.max_age_seconds,
        entries_per_minute=case.entries_per_minute,
        symbols_deny=() if case.is_allowed else (SYMBOL,),
        sides=CopySides(case.sides),
        reverse=case.reverse,
        refuse_safe_poll=case.refuses_safe_poll,
        on_stop=OnStop(case.on_stop),
    )


def _ledger(case: Case) -> Ledger:
    order, entered = case.under_way, case.entered_before_ms
    pending: tuple[Pending, ...] = ()
    if order is not None:
        name = IntentId("under-way")
        pending = (
            Pending(name, order.signed_size, order.reduce_only, order.margin, order.notional),
        )
    at_ms = NOW_MS - case.age_ms
    return Ledger(
        FOLLOW,
        SYMBOL,
        target=case.target,
        held=case.held,
        last_seq=1,
        leader_position=case.leader_before,
        entry_notional=case.entry_notional,
        margin=case.margin,
        leverage=1 if case.held else 0,
        pending=pending,
        carried_since_ms=at_ms - case.carried_for_ms if case.carried_price else 0,
        carried_price=case.carried_price,
        entry_last_ms=0 if entered is None else at_ms - entered,
        entry_side=None if entered is None else Side(case.entered_side),
    )


def _other(case: Case, number: int) -> Ledger:
    other = case.others[number]
    return Ledger(
        FOLLOW,
        f"OTHER-{number}",
        target=other.held,
        held=other.held,
        last_seq=1,
        entry_notional=other.entry_notional,
        margin=other.margin,
        leverage=1,
    )


def _budget(case: Case) -> Budget:
    at_ms = NOW_MS - case.age_ms
    return Budget(
        FOLLOW,
        margin=sum((each.margin for each in case.others), case.margin),
        reserved=ZERO if case.under_way is None else case.under_way.margin,
        realized=case.realized,
        fees=case.fees,
        funding=case.funding,
        recent_entries_ms=tuple(at_ms - ago for ago in case.recent_entries_ms),
    )


def _account(case: Case) -> Account:
    is_known = case.equity is not None
    return Account(
        wallet_id=WALLET,
        mode=AccountMode.STANDARD if is_known else AccountMode.UNSUPPORTED,
        equity={} if case.equity is None else {case.dex: case.equity},
        margin_used={case.dex: case.margin_used},
        positions={},
        leverages={},
        read_at_ms=NOW_MS,
    )


def _leader(case: Case) -> LeaderAccount | None:
    if case.leader_equity is None and case.leader_leverage is None:
        return None
    leverages = {} if case.leader_leverage is None else {SYMBOL: case.leader_leverage}
    return LeaderAccount(case.leader_equity or ZERO, leverages, NOW_MS)


def _market(case: Case) -> Market:
    return Market(
        venue=HYPERLIQUID,
        symbol=SYMBOL,
        asset=0,
        size_decimals=case.lot_decimals,
        prices=PriceGrid(case.price_decimals, 5),
        max_leverage=case.max_leverage,
        min_notional=case.min_notional,
        dex=case.dex,
    )
