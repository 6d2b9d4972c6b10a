"""Records with safe defaults for tests; a test states only what matters to it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from understudy.domain.follows import (
    Account,
    AccountMode,
    Budget,
    Follow,
    FollowStatus,
    Ledger,
    Marks,
    Switches,
)
from understudy.domain.ids import CopyId, FollowId, IntentId, UserId, WalletId
from understudy.domain.intents import Intent, IntentKind
from understudy.domain.leaders import LeaderAccount
from understudy.domain.limits import Limits, Sizing, SizingKind
from understudy.domain.markets import HYPERLIQUID, Market, PriceGrid
from understudy.domain.situation import Situation
from understudy.domain.trades import Side, Trade

NOW_MS = 1_800_000_000_000
# How often an entry whose answers are lost is sent before it expires, at most.
SENDINGS = 4
LEADER = "0x" + "1" * 40
WALLET = WalletId("wallet-1")
FOLLOW = FollowId("follow-1")
ADDRESS = "0x" + "2" * 40


def number(text: str | int | Decimal) -> Decimal:
    return Decimal(text)


def fixed(cost: str = "100") -> Sizing:
    return Sizing(SizingKind.FIXED, cost_per_order_usdc=Decimal(cost))


def ratio(percent: str = "100") -> Sizing:
    return Sizing(SizingKind.RATIO, percent=Decimal(percent))


def proportional() -> Sizing:
    return Sizing(SizingKind.PROPORTIONAL)


def limits(sizing: Sizing | None = None, **changes: Any) -> Limits:
    base = Limits(copy_budget_usdc=Decimal(1000), sizing=sizing or fixed())
    return replace(base, max_symbol_allocation_pct=Decimal(100), **changes)


def market(symbol: str = "BTC", **changes: Any) -> Market:
    base = Market(
        venue=HYPERLIQUID,
        symbol=symbol,
        asset=0,
        size_decimals=3,
        prices=PriceGrid(max_decimals=3, significant_figures=5),
        max_leverage=10,
        min_notional=Decimal(10),
    )
    return replace(base, **changes)


def trade(start: str = "0", end: str = "1", price: str = "100", **changes: Any) -> Trade:
    """Make a trade that moves the leader's position from `start` to `end`."""
    moved = Decimal(end) - Decimal(start)
    base = Trade(
        venue=HYPERLIQUID,
        leader=LEADER,
        symbol="BTC",
        side=Side.of(moved),
        time_ms=NOW_MS,
        n=0,
        seq=1,
        size=abs(moved),
        notional=abs(moved) * Decimal(price),
        last_price=Decimal(price),
        start_position=Decimal(start),
        fill_count=1,
        seen_at_ms=NOW_MS,
        stored_at_ms=NOW_MS,
    )
    return replace(base, **changes)


def follow(with_limits: Limits | None = None, **changes: Any) -> Follow:
    base = Follow(
        follow_id=FOLLOW,
        user_id=UserId("user-1"),
        wallet_id=WALLET,
        wallet_address=ADDRESS,
        agent_id="agent-1",
        venue=HYPERLIQUID,
        leader=LEADER,
        limits=with_limits or limits(),
        status=FollowStatus.ACTIVE,
    )
    return replace(base, **changes)


def account(equity: str = "100000", **changes: Any) -> Account:
    base = Account(
        wallet_id=WALLET,
        mode=AccountMode.STANDARD,
        equity={"": Decimal(equity)},
        margin_used={"": Decimal(0)},
        positions={},
        leverages={},
        read_at_ms=NOW_MS,
    )
    return replace(base, **changes)


def ledger(held: str = "0", entry_price: str = "100", leverage: int = 1, **changes: Any) -> Ledger:
    """Make a ledger that holds `held` and wants just that, entered at `entry_price`."""
    size = Decimal(held)
    notional = abs(size) * Decimal(entry_price)
    base = Ledger(
        follow_id=FOLLOW,
        symbol="BTC",
        target=size,
        held=size,
        entry_notional=notional,
        margin=notional / leverage,
        leverage=leverage if size else 0,
    )
    return replace(base, **changes)


def intent(name: str = "a" * 64, **changes: Any) -> Intent:
    """Make a pinned entry that buys half a BTC, at 100.5 at most."""
    base = Intent(
        intent_id=IntentId(name),
        follow_id=FOLLOW,
        copy_id=CopyId("copy-1"),
        wallet_id=WALLET,
        wallet_address=ADDRESS,
        agent_id="agent-1",
        venue=HYPERLIQUID,
        kind=IntentKind.ENTRY,
        symbol="BTC",
        asset=0,
        side=Side.BUY,
        size=Decimal("0.5"),
        limit_price=Decimal("100.5"),
        reduce_only=False,
        leverage=2,
        isolated=False,
        client_order_id="0x" + "a" * 32,
        nonce=NOW_MS,
        expires_at_ms=NOW_MS + 8_000,
        margin=Decimal("25.125"),
        leg=0,
        attempt=0,
        seq=1,
        created_at_ms=NOW_MS,
    )
    return replace(base, **changes)


def situation(
    a_trade: Trade | None = None,
    a_follow: Follow | None = None,
    a_ledger: Ledger | None = None,
    **changes: Any,
) -> Situation:
    own = a_ledger or ledger()
    others: dict[str, Ledger] = changes.pop("others", {})
    budget = Budget(FOLLOW, margin=sum((x.margin for x in (own, *others.values())), Decimal(0)))
    base = Situation(
        trade=a_trade or trade(),
        follow=a_follow or follow(),
        budget=budget,
        ledger=own,
        ledgers={**others, own.symbol: own},
        owner=None,
        account=account(),
        leader_account=LeaderAccount(Decimal(1_000_000), {}, NOW_MS),
        switches=Switches(),
        market=market(),
        marks=Marks({}, {}),
        now_ms=NOW_MS + 100,
    )
    return replace(base, **changes)
