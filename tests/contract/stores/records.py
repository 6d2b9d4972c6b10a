"""Records for the stores' tests, beside those of tests/fakes/builders."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.fakes import builders
from tests.fakes.builders import FOLLOW, LEADER, NOW_MS
from understudy.domain.follows import FollowStatus, Ledger, Pending, WaitingOpen
from understudy.domain.ids import CopyId, FollowId, IntentId, TradeId, UserId
from understudy.domain.leaders import BookDoubt, LeaderAccount, LeaderBook
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.reasons import Reason
from understudy.domain.receipts import CopyStatus, LegResult, Receipt
from understudy.domain.trades import Fill, Side

if TYPE_CHECKING:
    from tests.contract.stores.worlds import World
    from understudy.domain.follows import Follow


def fill(tid: str = "1", **changes: Any) -> Fill:
    base = Fill(
        symbol="BTC",
        side=Side.BUY,
        price=Decimal(100),
        size=Decimal(1),
        time_ms=NOW_MS,
        tid=tid,
        seen_at_ms=NOW_MS,
    )
    return replace(base, **changes)


def book(**changes: Any) -> LeaderBook:
    base = LeaderBook(
        HYPERLIQUID,
        LEADER,
        seq=1,
        positions={"BTC": Decimal("1.5"), "xyz:GOLD": Decimal(-2)},
        recent_trades_ms=(NOW_MS,),
        cursor_ms=NOW_MS,
        started=True,
        account=LeaderAccount(Decimal("1000.25"), {"BTC": 3}, NOW_MS),
        doubts=(BookDoubt("BTC", Decimal(0), Decimal("1.5"), NOW_MS, 1),),
    )
    return replace(base, **changes)


def full_ledger() -> Ledger:
    return builders.ledger(
        "1.25",
        pending=(Pending(IntentId("i"), Decimal("-0.5"), reduce_only=True, margin=Decimal(3)),),
        waiting=WaitingOpen(builders.trade(), Decimal(1)),
        entries_paused=True,
    )


def leg(**changes: Any) -> LegResult:
    base = LegResult(
        leg=0,
        attempt=0,
        intent_id=IntentId("a" * 64),
        client_order_id="0x" + "a" * 32,
        kind="entry",
        side="buy",
        size=Decimal("0.5"),
        limit_price=Decimal("100.5"),
        reduce_only=False,
        state="FILLED",
    )
    return replace(base, **changes)


def receipt(seq: int = 1, **changes: Any) -> Receipt:
    base = Receipt(
        copy_id=CopyId(f"copy-{seq}"),
        follow_id=FOLLOW,
        user_id=UserId("user-1"),
        trade_id=TradeId(f"trade-{seq}"),
        seq=seq,
        symbol="BTC",
        leader_side="buy",
        leader_size=Decimal(1),
        leader_price=Decimal(100),
        leader_time_ms=NOW_MS + seq,
        kind="open",
        status=CopyStatus.CLAIMED,
        target=Decimal("0.5"),
        held=Decimal(0),
        reason=Reason.SAME_ENTRY,
        legs=(leg(),),
        numbers={"remaining": Decimal("99.5")},
        stages={"executed": NOW_MS, "seen": NOW_MS + 3},
    )
    return replace(base, **changes)


def created(world: World, name: str = FOLLOW, **changes: Any) -> Follow:
    """Create a follow as users do: inactive, then what `changes` say."""
    status = changes.pop("status", FollowStatus.ACTIVE)
    changes.setdefault("wallet_id", f"wallet of {name}")
    changes.setdefault("wallet_address", f"0x{name}")
    new = builders.follow(follow_id=FollowId(name), status=FollowStatus.INACTIVE, **changes)
    stored = world.directory.create(new)
    if status is FollowStatus.INACTIVE:
        return stored
    return world.directory.replace(replace(stored, status=status))
