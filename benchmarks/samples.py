"""The records that benchmarks run on: one market, one wallet, one order."""

from __future__ import annotations

from decimal import Decimal

from understudy.domain.ids import CopyId, FollowId, WalletId, client_order_id, intent_id
from understudy.domain.intents import Intent, IntentKind
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.trades import Side

SECRET = bytes(range(1, 33))  # an address that never held anything
NOW_MS = 1_800_000_000_000


def entry() -> Intent:
    """Make a pinned order to buy."""
    name = intent_id(FollowId("follow-1"), "trade-1", 0, 1)
    return Intent(
        intent_id=name,
        follow_id=FollowId("follow-1"),
        copy_id=CopyId("copy-1"),
        wallet_id=WalletId("wallet-1"),
        wallet_address="0x" + "2" * 40,
        agent_id="agent-1",
        venue=HYPERLIQUID,
        kind=IntentKind.ENTRY,
        symbol="BTC",
        asset=0,
        side=Side.BUY,
        size=Decimal("0.125"),
        limit_price=Decimal("50250.5"),
        reduce_only=False,
        leverage=5,
        isolated=False,
        client_order_id=client_order_id(name),
        nonce=NOW_MS,
        expires_at_ms=NOW_MS + 8000,
        margin=Decimal("1256.2625"),
        leg=0,
        attempt=1,
        seq=1,
        created_at_ms=NOW_MS,
    )
