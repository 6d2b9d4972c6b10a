"""An enrolled agent on one market with a fresh mark, and intents it may sign."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from decimal import Decimal
from hashlib import sha256
from typing import Any

from custody.agents import Agent, Policy
from custody.enrolment import Enrolment, NewAgent
from custody.hyperliquid import Terms
from custody.keys import wrapped_only
from custody.signer import IntentSigner
from tests.fakes.builders import intent
from tests.fakes.custody import InMemoryCustodyStore, InMemoryVault, untold
from understudy.adapters.memory.clock import ManualClock
from understudy.adapters.memory.market_store import InMemoryMarketStore
from understudy.adapters.venues.hyperliquid.constants import Chain
from understudy.domain.follows import Marks
from understudy.domain.ids import FollowId, client_order_id, intent_id
from understudy.domain.intents import Intent, IntentKind, Signed, SigningAnswer, SigningRefused
from understudy.domain.markets import HYPERLIQUID, Market, PriceGrid
from understudy.domain.money import ZERO
from understudy.domain.trades import Side

NOW_MS = 1_790_000_000_000
WALLET = "0x" + "ab" * 20
POLICY = Policy(
    max_order_notional=Decimal(10_000),
    max_daily_notional=Decimal(25_000),
    max_leverage=20,
    price_band_bps=1000,
    symbols_deny=("MEME",),
)
TESTNET = Terms(Chain.TESTNET)


def signature_of(answer: SigningAnswer) -> tuple[int, int, int]:
    """Read r, s and v from the body that was given out."""
    assert isinstance(answer, Signed), answer
    given = json.loads(answer.body)["signature"]
    return int(given["r"], 16), int(given["s"], 16), given["v"]


def mark_of(answer: SigningAnswer) -> str:
    """Work out the mark of the signature that was given out, as who has only the body does."""
    r, s, v = signature_of(answer)
    return sha256(bytes.fromhex(f"{r:064x}{s:064x}{v:02x}")).hexdigest()


def market(symbol: str, asset: int, **changes: Any) -> Market:
    plain = Market(HYPERLIQUID, symbol, asset, 5, PriceGrid(6, 5), 40, Decimal(10))
    return replace(plain, **changes)


MARKETS = (
    market("BTC", 0),
    market("ETH", 1, max_leverage=10),
    market("MEME", 2),
    market("xyz:TSLA", 110_000, dex="xyz", only_isolated=True),
)


@dataclass
class Scene:
    """Everything that signing needs, in memory, with one active agent."""

    clock: ManualClock = field(default_factory=lambda: ManualClock(NOW_MS))
    markets: InMemoryMarketStore = field(default_factory=InMemoryMarketStore)
    vault: InMemoryVault = field(default_factory=InMemoryVault)
    drawn: int = 1

    def __post_init__(self) -> None:
        self.store = InMemoryCustodyStore(self.markets)
        keys = wrapped_only(self.vault, self._next_random_bytes)
        self.enrolment = Enrolment(self.store, keys, self.clock, POLICY, self._next_random_bytes)
        self.signer = IntentSigner(self.store, keys, self.clock, TESTNET, untold)
        self.markets.put_markets(HYPERLIQUID, MARKETS)
        self.mark("BTC", "50000")
        self.mark("ETH", "2000")
        self.mark("MEME", "1")
        self.mark("xyz:TSLA", "300")
        self.agent = self.enrol()

    def mark(self, symbol: str, price: str) -> None:
        at = {symbol: self.clock.now_ms()}
        self.markets.put_marks(HYPERLIQUID, Marks({symbol: Decimal(price)}, at))

    def enrol(self, user: str = "user-1", *, activate: bool = True) -> Agent:
        wanted = NewAgent(user, "wallet-1", WALLET, HYPERLIQUID, "understudy")
        agent = self.enrolment.create_agent(wanted)
        if activate:
            self.enrolment.activate(agent.agent_id)
        return agent

    def entry(self, cause: str = "trade", **changes: Any) -> Intent:
        return replace(self._order(cause), **changes)

    def exit(self, cause: str = "close", **changes: Any) -> Intent:
        closing = replace(
            self._order(cause), kind=IntentKind.EXIT, reduce_only=True, side=Side.SELL
        )
        return replace(closing, **changes)

    def leverage(self, cause: str = "leverage", **changes: Any) -> Intent:
        setting = replace(
            self._order(cause), kind=IntentKind.LEVERAGE, size=ZERO, limit_price=ZERO, leverage=5
        )
        return replace(setting, **changes)

    def sign(self, *intents: Intent) -> list[SigningAnswer]:
        return self.signer.sign(intents)

    def signed(self, intent: Intent) -> Signed:
        (answer,) = self.sign(intent)
        assert isinstance(answer, Signed), answer
        return answer

    def refusal(self, intent: Intent) -> str:
        (answer,) = self.sign(intent)
        assert isinstance(answer, SigningRefused), answer
        return answer.reason

    def _next_random_bytes(self, length: int) -> bytes:
        self.drawn += 1
        return self.drawn.to_bytes(length, "big")

    def _order(self, cause: str) -> Intent:
        name = intent_id(FollowId("follow-1"), cause, 0, 0)
        return intent(
            name,
            wallet_address=WALLET,
            agent_id=self.agent.agent_id,
            size=Decimal("0.1"),
            limit_price=Decimal(50_250),
            leverage=5,
            client_order_id=client_order_id(name),
            nonce=self.clock.now_ms(),
            expires_at_ms=self.clock.now_ms() + 8000,
            margin=Decimal(1005),
            created_at_ms=self.clock.now_ms(),
        )
