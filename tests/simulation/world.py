"""What a run lasts in: one venue, one table, queues, a bus, and a clock for all of them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random

from custody.agents import Policy
from custody.enrolment import Enrolment
from custody.keys import wrapped_only
from tests.fakes.builders import LEADER, NOW_MS, market
from tests.fakes.custody import InMemoryCustodyStore, InMemoryVault
from tests.simulation.commits import JudgedCopyStore
from tests.simulation.delegation import ApprovalDesk, EnrolledKeys, wallet_key
from tests.simulation.faults import Fates
from tests.simulation.hands import Hands
from tests.simulation.history import History
from tests.simulation.invariants import Violation
from tests.simulation.lists import SlowLists
from tests.simulation.loop import Loop, LoopClock
from tests.simulation.mixes import Mix
from tests.simulation.overtaking import DatedDirectory
from tests.simulation.queues import SimulatedQueues
from tests.simulation.stream import Tape
from tests.simulation.switches import TimedSwitchBoard
from tests.simulation.thin import ThinBooks
from tests.simulation.venue import SimulatedVenue
from tests.simulation.watch import Watch
from understudy.adapters.memory.bus import InMemoryBus
from understudy.adapters.memory.copying_table import CopyingTable
from understudy.adapters.memory.identity import InMemoryIdentityStore
from understudy.adapters.memory.leader_store import InMemoryLeaderStore
from understudy.adapters.memory.leases import InMemoryLeases
from understudy.adapters.memory.market_store import InMemoryMarketStore
from understudy.adapters.venues.hyperliquid.constants import Chain
from understudy.domain.agents import Agent, AgentScope, AgentStatus
from understudy.domain.codec import to_plain
from understudy.domain.follows import Follow, FollowStatus, Marks
from understudy.domain.identity import Connector, User, Wallet
from understudy.domain.ids import FollowId, UserId, WalletId
from understudy.domain.limits import Limits
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.money import ZERO
from understudy.domain.trades import Fill
from understudy.ports.changes import RecordChange
from understudy.ports.stream import PublicTrade
from understudy.workflows.requests.agents import VALID_MS

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
LISTENING = f"leader_listener {HYPERLIQUID}"
AGENT_NAME = "understudy"
STRANGER = "0x" + "9" * 40
POLICY = Policy(
    max_order_notional=Decimal(1_000_000),
    max_daily_notional=Decimal(1_000_000_000),
    max_leverage=10,
    price_band_bps=1500,
)


class NamedIds:
    """Implements `Ids`: follows that are made in a run are counted from 100."""

    def __init__(self) -> None:
        self._given = 99

    def new_id(self) -> str:
        """Give the next name."""
        self._given += 1
        return f"follow-{self._given}"


def address_of_wallet(name: str) -> str:
    """Give the address of a user's wallet."""
    return wallet_key(name).address.lower()


class World:
    """Everything that lasts; the steps that work on it are apart.

    `hands` knows what users traded on their own accounts, `left_at` the leader's last trade when a
    follow's deletion was asked for, `broken` what did not hold while the run went on, `redriven`
    how many messages were dead and given again, `restarts` how often the venue was down,
    `unpublished` the changes that the bus has not taken yet. Where listeners die often, nobody may
    listen for longer than a leader's trade may stay unseen.
    """

    redriven = 0
    restarts = 0
    may_be_unheard = False

    def __init__(self, seed: str, mix: Mix, *, keeps_history: bool = False) -> None:
        self.mix = mix
        self.random = Random(seed)  # noqa: S311 - a run must be repeatable from its seed
        self.loop = Loop(NOW_MS)
        self.clock = LoopClock(self.loop)
        self.history = History(keeps=keeps_history)
        self.fates = Fates(mix, self.random)
        self.all_fates = [self.fates]
        self.table = CopyingTable()
        self.markets = InMemoryMarketStore()
        self.switches = TimedSwitchBoard(self.loop)
        self.hands = Hands(self)
        self.copies = self._new_store()
        self.leaders = InMemoryLeaderStore(self.table)
        self.directory = DatedDirectory(self.table)
        self.venue = SimulatedVenue(
            self.clock,
            MARKETS,
            SlowLists(self.clock, mix.slow_list, seed, self.fates.note),
            ThinBooks(mix.thin, seed, self.fates.note),
            self.fates.note,
            self.copies.take,
        )
        self.tape = Tape(self.loop, self.venue.books.prices, self.random, self.fates.note)
        self.queues = SimulatedQueues(self.loop, self.fates, self.random)
        self.bus = InMemoryBus()
        self.unpublished: list[RecordChange] = []
        self.custody = InMemoryCustodyStore(self.markets)
        self.vault = InMemoryVault()
        self.left_at: dict[FollowId, int] = {}
        self.broken: list[Violation] = []
        self.watch = Watch(self)
        self.leases = InMemoryLeases()
        self.identity = InMemoryIdentityStore()
        self.approvals = ApprovalDesk(self.venue)
        self.keys = EnrolledKeys(self._enrolment())
        self.ids = NamedIds()
        self._open_markets()

    def _new_store(self) -> JudgedCopyStore:
        note, beside = self.fates.note, self.hands.entered_beside
        return JudgedCopyStore(self.table, self.markets, self.switches, note, self.breaks, beside)

    def follow(self, name: str, wallet: str, leader: str, limits: Limits) -> FollowId:
        """Add an active follow of a leader; its wallet is funded and has an agent."""
        own = self.identity.wallet_of_address(address_of_wallet(wallet)) or self._sign_up(wallet)
        agent = self.identity.agents(own.user_id)[-1]
        created = self.directory.create(
            Follow(
                follow_id=FollowId(f"follow-{name}"),
                user_id=own.user_id,
                wallet_id=own.wallet_id,
                wallet_address=own.address,
                agent_id=agent.agent_id,
                venue=HYPERLIQUID,
                leader=leader,
                limits=limits,
                own_limits=tuple(sorted(to_plain(limits))),
            )
        )
        active = replace(created, status=FollowStatus.ACTIVE, started_at_ms=self.loop.now_ms)
        return self.directory.replace(active).follow_id

    def leaves(self, follow: Follow) -> int:
        """Note that a follow's user asks for its deletion; gives the last trade that it owes."""
        last_seq = self.leaders.leader_book(follow.venue, follow.leader).seq
        return self.left_at.setdefault(follow.follow_id, last_seq)

    def breaks(self, promise: str, text: str) -> None:
        """Note that a promise did not hold just now."""
        self.broken.append(Violation(promise, text, self.loop.now_ms))

    def trade_by_hand(self, address: str, symbol: str, signed_size: Decimal) -> None:
        """Let a user trade on the account itself, where everybody hears of it."""
        self.hands.move(address, symbol, signed_size)
        self.execute(address, symbol, signed_size)

    def execute(self, address: str, symbol: str, *sizes: Decimal, worse: Decimal = ZERO) -> Fill:
        """Let an account trade with strangers, publicly, at the price of the moment.

        Several signed sizes are fills of one order, told of at once; each after the first is by
        `worse` dearer to who buys, cheaper to who sells. Gives the last one.
        """
        fills, price = [], self.venue.books.prices[symbol]
        for number, size in enumerate(sizes):
            at = price * (1 + number * worse.copy_sign(size))
            fills.append(self.venue.trade(address, symbol, str(size), str(at)))
        buyer, seller = (address, STRANGER) if sizes[0] > 0 else (STRANGER, address)
        self.tape.publish(
            symbol,
            tuple(
                PublicTrade(symbol, each.price, each.size, each.time_ms, each.tid, buyer, seller)
                for each in fills
            ),
        )
        return fills[-1]

    @property
    def is_listening(self) -> bool:
        """Say whether somebody listens, or died so lately that nobody knows."""
        lease = self.leases.read(LISTENING)
        return lease is not None and lease.until_ms >= self.loop.now_ms

    def cease(self) -> None:
        """Let nothing go wrong from now on."""
        self.venue.lists.cease()
        self.venue.books.cease()
        for fates in self.all_fates:
            fates.cease()

    def end(self) -> None:
        """Let everybody go, and what was kept: that is freed at once, not searched for as garbage.

        Only after it was judged.
        """
        self.loop.end()
        self.custody.audited.clear()
        for part in (self.table, self.copies, self.custody, self.bus, self.venue.books):
            vars(part).clear()

    def stop_venue(self, duration_ms: int) -> None:
        """Let the venue answer nothing for a while."""
        self.restarts += 1
        self._set_venue(is_down=True)
        self.loop.call(lambda: self._set_venue(is_down=False), duration_ms)

    def _set_venue(self, *, is_down: bool) -> None:
        self.venue.is_down = self.tape.is_down = is_down
        if is_down:
            self.tape.cut()

    def _enrolment(self) -> Enrolment:
        return Enrolment(
            self.custody,
            wrapped_only(self.vault, self.random.randbytes),
            self.clock,
            POLICY,
            self.random.randbytes,
        )

    def _open_markets(self) -> None:
        self.markets.put_markets(HYPERLIQUID, MARKETS)
        for leader in LEADERS:
            self._fund(leader)
        for symbol, price in PRICES.items():
            self.venue.set_price(symbol, price)
        marks = {symbol: Decimal(price) for symbol, price in PRICES.items()}
        self.markets.put_marks(HYPERLIQUID, Marks(marks, dict.fromkeys(marks, NOW_MS)))
        self.loop.call(self.tape.publish_prices, 1)

    def _sign_up(self, name: str) -> Wallet:
        now_ms, user_id = self.loop.now_ms, UserId(f"user-{name}")
        wallet = Wallet(
            WalletId(f"wallet-{name}"),
            user_id,
            address_of_wallet(name),
            Connector.PRIVY,
            created_at_ms=now_ms,
            last_seen_at_ms=now_ms,
        )
        self.identity.create_user(User(user_id, wallet.wallet_id, now_ms, now_ms), wallet)
        self._fund(wallet.address)
        self._delegate(wallet)
        return wallet

    def _delegate(self, wallet: Wallet) -> None:
        key = self.keys.create_agent(wallet, HYPERLIQUID, AGENT_NAME, "first")
        now_ms = self.loop.now_ms
        self.keys.activate(key.agent_id)
        self.approvals.approve(wallet.address, AGENT_NAME, key.address)
        self.identity.put_agent(
            Agent(
                agent_id=key.agent_id,
                user_id=wallet.user_id,
                wallet_id=wallet.wallet_id,
                wallet_address=wallet.address,
                venue=HYPERLIQUID,
                hl_chain=Chain.TESTNET.value,
                address=key.address,
                name=AGENT_NAME,
                scope=AgentScope.TRADE_ONLY,
                nonce=now_ms,
                created_at_ms=now_ms,
                approve_by_ms=now_ms,
                valid_until_ms=now_ms + VALID_MS,
                status=AgentStatus.ACTIVE,
                approve_agent_confirmed_at_ms=now_ms,
            )
        )

    def _fund(self, address: str) -> None:
        for dex in DEXES:
            self.venue.fund(address, COLLATERAL, dex=dex)
