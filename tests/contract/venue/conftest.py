"""A world for each test, and a follower in it: funded, with an approved agent that can sign."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from custody.secp256k1 import address_of
from simulators.hyperliquid.thread import SimulatorThread
from tests.contract.venue.worlds import MemoryWorld, SimulatorWorld, World
from tests.fakes.signing import KeySigner
from understudy.domain.ids import (
    CopyId,
    FollowId,
    IntentId,
    WalletId,
    client_order_id,
    digest_of,
)
from understudy.domain.intents import Intent, IntentKind, Outcome, Signed
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.trades import Side

if TYPE_CHECKING:
    from collections.abc import Iterator

OWNER, AGENT = b"\x01" * 32, b"\x02" * 32
WALLET = WalletId("wallet")
SOL = 5


@dataclass
class Follower:
    """Makes, signs and sends intents on SOL."""

    world: World
    address: str = address_of(OWNER)
    signer: KeySigner = field(default_factory=lambda: KeySigner(lambda _agent_id: AGENT))
    made: int = 0

    def intent(self, side: Side, size: str, price: str, **changes: Any) -> Intent:
        self.made += 1
        now_ms = self.world.clock.now_ms()
        intent_id = IntentId(digest_of("intent", str(self.made)))
        base = Intent(
            intent_id=intent_id,
            follow_id=FollowId("follow"),
            copy_id=CopyId("copy"),
            wallet_id=WALLET,
            wallet_address=self.address,
            agent_id="agent",
            venue=HYPERLIQUID,
            kind=IntentKind.ENTRY,
            symbol="SOL",
            asset=SOL,
            side=side,
            size=Decimal(size),
            limit_price=Decimal(price),
            reduce_only=False,
            leverage=5,
            isolated=False,
            client_order_id=client_order_id(intent_id),
            nonce=now_ms + self.made,
            expires_at_ms=now_ms + 8000,
            margin=Decimal(0),
            leg=0,
            attempt=0,
            seq=1,
            created_at_ms=now_ms,
        )
        return replace(base, **changes)

    def sign(self, intent: Intent) -> Signed:
        (signed,) = self.signer.sign([intent])
        assert isinstance(signed, Signed)
        return signed

    def send(self, intent: Intent, *, first: bool = True) -> Outcome:
        return self.world.venue.submit(self.sign(intent), first=first)

    def held(self) -> Decimal:
        account = self.world.venue.account(WALLET, self.address, [""])
        return account.positions.get("SOL", Decimal(0))


@pytest.fixture(params=["memory", pytest.param("simulator", marks=pytest.mark.integration)])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "memory":
        yield MemoryWorld()
        return
    with SimulatorThread() as simulator:
        yield SimulatorWorld(simulator)


@pytest.fixture
def follower(world: World) -> Follower:
    world.fund(address_of(OWNER), "10000")
    world.approve(OWNER, AGENT)
    world.price("SOL", "100")
    return Follower(world)
