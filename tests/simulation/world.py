"""What a run lasts in: one venue, one table, queues, a bus, and a clock for all of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from random import Random

from custody.agents import Policy
from custody.enrolment import Enrolment, NewAgent
from tests.fakes.builders import LEADER, NOW_MS, market
from tests.fakes.custody import InMemoryCustodyStore, InMemoryVault
from tests.simulation.faults import Fates
from tests.simulation.history import History
from tests.simulation.loop import Loop, LoopClock
from tests.simulation.mixes import CALM, Mix
from tests.simulation.queues import SimulatedQueues
from tests.simulation.stream import Tape
from tests.simulation.venue import SimulatedVenue
from understudy.adapters.memory.bus import InMemoryBus
from understudy.adapters.memory.copy_store import InMemoryCopyStore
from understudy.adapters.memory.copying_table import CopyingTable
from understudy.adapters.memory.follow_directory import InMemoryFollowDirectory
from understudy.adapters.memory.leader_store import InMemoryLeaderStore
from understudy.adapters.memory.market_store import InMemoryMarketStore
from understudy.adapters.memory.switch_board import InMemorySwitchBoard
from understudy.domain.follows import Follow, FollowStatus, Marks
from understudy.domain.ids import FollowId, UserId, WalletId
from understudy.domain.limits import Limits
from understudy.domain.markets import HYPERLIQUID

MARKETS = (
    market("BTC", asset=0),
    market("ETH", asset=1),
    market("SOL", asset=3),
    market("xyz:TSLA", asset=110_000, dex="xyz"),
)
PRICES = {"BTC": "100", "ETH": "50", "SOL": "20", "xyz:TSLA": "200"}
LEADERS = (LEADER, "0x" + "3" * 40)
DEXES = ("", "xyz")
COLLATERAL = "1000000"
POLICY = Policy(
    max_order_notional=Decimal(1_000_000),
    max_daily_notional=Decimal(1_000_000_000),
    max_leverage=10,
    price_band_bps=1500,
)


class World:
    """Everything that lasts; the steps that work on it are apart. `by_hand` is users' own."""

    def __init__(self, seed: str, mix: Mix, *, keeps_history: bool = False) -> None:
        self.mix = mix
        self.random = Random(seed)  # noqa: S311 - a run must be repeatable from its seed
        self.loop = Loop(NOW_MS)
        self.clock = LoopClock(self.loop)
        self.history = History(keeps=keeps_history)
        self.fates = Fates(mix, self.random)
        self.calm = Fates(CALM, self.random)
        self.table = CopyingTable()
        self.markets = InMemoryMarketStore()
        self.copies = InMemoryCopyStore(self.table, self.markets, InMemorySwitchBoard())
        self.leaders = InMemoryLeaderStore(self.table)
        self.directory = InMemoryFollowDirectory(self.table)
        self.venue = SimulatedVenue(self.clock, MARKETS)
        self.tape = Tape(self.loop, self.venue.books.prices, self.random)
        self.queues = SimulatedQueues(self.loop, self.fates, self.random)
        self.bus = InMemoryBus()
        self.custody = InMemoryCustodyStore(self.markets)
        self.vault = InMemoryVault()
        self.by_hand: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
        self._enrolment = Enrolment(
            self.custody, self.vault, self.clock, POLICY, self.random.randbytes
        )
        self._open_markets()

    def follow(self, name: str, wallet: str, leader: str, limits: Limits) -> FollowId:
        """Add an active follow of a leader; its wallet is funded and has an agent."""
        address, user = "0x" + wallet.rjust(40, "a"), f"user-{wallet}"
        if address not in self.venue.books.accounts:
            self._fund(address)
        wanted = NewAgent(user, f"wallet-{wallet}", address, HYPERLIQUID, "understudy")
        agent = self._enrolment.create_agent(wanted)
        self._enrolment.activate(agent.agent_id)
        self.venue.approve(agent.address, address)
        created = self.directory.create(
            Follow(
                follow_id=FollowId(f"follow-{name}"),
                user_id=UserId(user),
                wallet_id=WalletId(f"wallet-{wallet}"),
                wallet_address=address,
                agent_id=agent.agent_id,
                venue=HYPERLIQUID,
                leader=leader,
                limits=limits,
            )
        )
        active = replace(created, status=FollowStatus.ACTIVE, started_at_ms=self.loop.now_ms)
        return self.directory.replace(active).follow_id

    def stop_venue(self, duration_ms: int) -> None:
        """Let the venue answer nothing for a while."""
        self._set_venue(is_down=True)
        self.loop.call(lambda: self._set_venue(is_down=False), duration_ms)

    def _set_venue(self, *, is_down: bool) -> None:
        self.venue.is_down = self.tape.is_down = is_down
        if is_down:
            self.tape.cut()

    def _open_markets(self) -> None:
        self.markets.put_markets(HYPERLIQUID, MARKETS)
        for leader in LEADERS:
            self._fund(leader)
        for symbol, price in PRICES.items():
            self.venue.set_price(symbol, price)
        marks = {symbol: Decimal(price) for symbol, price in PRICES.items()}
        self.markets.put_marks(HYPERLIQUID, Marks(marks, dict.fromkeys(marks, NOW_MS)))
        self.loop.call(self.tape.publish_prices, 1)

    def _fund(self, address: str) -> None:
        for dex in DEXES:
            self.venue.fund(address, COLLATERAL, dex=dex)
