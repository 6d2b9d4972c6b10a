"""A signer with a handful of agents under drawn limits, and the checker that knows the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from custody.agents import Agent, Policy, wallet_mark
from custody.enrolment import Enrolment, NewAgent, SwitchOrder
from custody.judgement import utc_day
from custody.keys import wrapped_only
from custody.signer import IntentSigner
from tests.fakes.custody import InMemoryCustodyStore, InMemoryVault, untold
from tests.fuzzing.checker import Checker, Limits, Listing, Trader
from tests.unit.custody.scene import MARKETS, NOW_MS, TESTNET, WALLET
from understudy.adapters.memory.clock import ManualClock
from understudy.adapters.memory.market_store import InMemoryMarketStore
from understudy.domain.follows import Marks
from understudy.domain.markets import HYPERLIQUID
from understudy.ports.switches import Switch

if TYPE_CHECKING:
    from random import Random

PRICES = {"BTC": "50000", "ETH": "2000.5", "MEME": "0.0123", "xyz:TSLA": "300"}
MARK_AGES_MS = (0, 0, 0, 1, 9_999, 10_000, 10_000, 10_001, -10_000, -10_001, 3_600_000)
NEVER_MARKED = 0.05
ANOTHER = "0x" + "cd" * 20
OWNERS = (
    ("user-1", WALLET),
    ("user-2", ANOTHER),
    ("user-1", WALLET),
    ("user-1", WALLET),
    ("user-1", WALLET),
)
ACTIVE = 3
ROUND = (Decimal(1), Decimal("0.5"), Decimal("0.97"))


@dataclass(frozen=True)
class World:
    """Both sides of one comparison, and the secrets that no answer may hold."""

    signer: IntentSigner
    checker: Checker
    agents: tuple[Agent, ...]
    secrets: tuple[bytes, ...]


def drawn_world(rng: Random) -> World:
    """Draw limits, marks, switches and what was spent, and tell both sides of them."""
    markets, clock = InMemoryMarketStore(), ManualClock(NOW_MS)
    store, secrets = InMemoryCustodyStore(markets), list[bytes]()

    def random_bytes(length: int) -> bytes:
        secrets.append(rng.randbytes(length))
        return secrets[-1]

    limits = _limits(rng)
    keys = wrapped_only(InMemoryVault(), random_bytes)
    enrolment = Enrolment(store, keys, clock, _policy(limits), random_bytes)
    listings = _listed(rng, markets)
    agents = _agents(enrolment)
    checker = Checker(_traders(agents, limits), listings, NOW_MS)
    _stop_some(rng, enrolment, checker)
    _spend(rng, store, checker, limits)
    made = tuple(secret for secret in secrets if len(secret) == 32)
    return World(IntentSigner(store, keys, clock, TESTNET, untold), checker, agents, made)


def _limits(rng: Random) -> Limits:
    order = Decimal(rng.choice((10, 100, 9_999, 10_000))) * rng.choice(ROUND)
    return Limits(
        order=order,
        day=order * rng.choice((1, 2, 20, 20, 20)),
        leverage=rng.choice((1, 5, 20, 40, 50)),
        band_bps=rng.choice((1, 50, 1_000, 1_000)),
        allowed=rng.choice(((), (), (), ("BTC", "ETH", "MEME"))),
        denied=rng.choice(((), ("MEME",))),
    )


def _policy(limits: Limits) -> Policy:
    return Policy(
        max_order_notional=limits.order,
        max_daily_notional=limits.day,
        max_leverage=limits.leverage,
        price_band_bps=limits.band_bps,
        symbols_allow=limits.allowed,
        symbols_deny=limits.denied,
    )


def _listed(rng: Random, markets: InMemoryMarketStore) -> dict[str, Listing]:
    markets.put_markets(HYPERLIQUID, MARKETS)
    listings = {}
    for market in MARKETS:
        mark = None
        if rng.random() > NEVER_MARKED:
            at_ms = NOW_MS - rng.choice(MARK_AGES_MS)
            mark = (Decimal(PRICES[market.symbol]), at_ms)
            markets.put_marks(HYPERLIQUID, Marks({market.symbol: mark[0]}, {market.symbol: at_ms}))
        listings[market.symbol] = Listing(
            market.asset, market.max_leverage, market.only_isolated, mark
        )
    return listings


def _agents(enrolment: Enrolment) -> tuple[Agent, ...]:
    """Make two active agents of one wallet, one of another, one that waits, and one revoked."""
    made = []
    for number, (user, wallet) in enumerate(OWNERS, start=1):
        wanted = NewAgent(user, f"wallet-{number}", wallet, HYPERLIQUID, "understudy")
        made.append(enrolment.create_agent(wanted))
    for agent in (*made[:ACTIVE], made[-1]):
        enrolment.activate(agent.agent_id)
    enrolment.revoke(made[-1].agent_id)
    return tuple(made)


def _traders(agents: tuple[Agent, ...], limits: Limits) -> dict[str, Trader]:
    return {
        agent.agent_id: Trader(
            (agent.wallet_id, agent.wallet_address), limits, is_active=place < ACTIVE
        )
        for place, agent in enumerate(agents)
    }


def _stop_some(rng: Random, enrolment: Enrolment, checker: Checker) -> None:
    if rng.random() < 0.06:
        enrolment.turn(SwitchOrder(Switch.KILL_GLOBAL, on=True))
        checker.operators_stopped = True
    if rng.random() < 0.06:
        enrolment.turn(SwitchOrder(Switch.KILL_VENUE, on=True, subject=HYPERLIQUID))
        checker.operators_stopped = True
    if rng.random() < 0.1:
        enrolment.turn(SwitchOrder(Switch.KILL_USER, on=True, subject="user-2"))
        second = list(checker.traders)[1]
        killed = replace(checker.traders[second], is_killed=True)
        checker.traders = {**checker.traders, second: killed}


def _spend(rng: Random, store: InMemoryCustodyStore, checker: Checker, limits: Limits) -> None:
    for wallet in (WALLET, ANOTHER):
        spent = limits.day * rng.choice((Decimal(0), Decimal(0), Decimal("0.5"), Decimal("0.999")))
        store.spent[(wallet_mark(HYPERLIQUID, wallet), utc_day(NOW_MS))] = spent
        checker.spent[wallet] = Fraction(spent)
