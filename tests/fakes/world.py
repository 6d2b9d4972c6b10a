"""The whole copy path in memory: one leader, followers, a venue, and time that is moved by hand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from concurrent.futures import Executor, Future
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

from custody.secp256k1 import address_of
from tests.fakes.builders import LEADER, NOW_MS, limits, market, ratio
from tests.fakes.signing import KeySigner
from tests.fakes.venue import Fault, InMemoryVenue
from understudy.adapters.memory.clock import ManualClock
from understudy.adapters.memory.copy_store import InMemoryCopyStore
from understudy.adapters.memory.copying_table import CopyingTable
from understudy.adapters.memory.follow_directory import InMemoryFollowDirectory
from understudy.adapters.memory.leader_store import InMemoryLeaderStore
from understudy.adapters.memory.market_store import InMemoryMarketStore
from understudy.adapters.memory.queues import InMemoryQueues
from understudy.adapters.memory.switch_board import InMemorySwitchBoard
from understudy.adapters.memory.venue_budget import InMemoryVenueBudget
from understudy.domain.follows import Follow, FollowStatus, Ledger, Marks
from understudy.domain.ids import FollowId, UserId, WalletId
from understudy.domain.limits import Limits, Sizing
from understudy.domain.markets import HYPERLIQUID, Market
from understudy.domain.receipts import Receipt
from understudy.domain.trades import Fill
from understudy.messages import LaneCommand, LeaderFills
from understudy.ports.copying import CopyStore
from understudy.ports.signing import Signer
from understudy.ports.venue import Venue
from understudy.workflows.copying.views import CopyPorts
from understudy.workflows.fill_fan_out import fan_out_shard
from understudy.workflows.follow_reconcile import ReconcilePorts, reconcile, sweep
from understudy.workflows.follower_execute import run_delivery
from understudy.workflows.leader_sync import sync_leader
from understudy.workflows.watching.fanning_out import FanOutPorts
from understudy.workflows.watching.numbering import SyncPorts

T = TypeVar("T")
MARKETS = (market("BTC", asset=0), market("ETH", asset=1), market("xyz:TSLA", asset=2, dex="xyz"))
MOST_ROUNDS = 500


class AtOnce(Executor):
    """Runs what is submitted at once, so that everything happens in one order."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001  # a future holds whatever was raised
            future.set_exception(error)
        return future

    def gather(self, running: Collection[Future[T]]) -> set[Future[T]]:
        return set(running)


class World:
    """The production workflows on in-memory ports; `pump` runs the queues until they are empty."""

    def __init__(self, markets: Iterable[Market] = MARKETS) -> None:
        known = tuple(markets)
        self.clock = ManualClock(NOW_MS)
        self.table = CopyingTable()
        self.markets = InMemoryMarketStore()
        self.switches = InMemorySwitchBoard()
        self.leaders = InMemoryLeaderStore(self.table)
        self.directory = InMemoryFollowDirectory(self.table)
        self.queues = InMemoryQueues(self.clock)
        self.budget = InMemoryVenueBudget({HYPERLIQUID: 1_000_000}, self.clock)
        self.venue = InMemoryVenue(self.clock, known)
        self._secrets: dict[str, bytes] = {}
        self.signer: Signer = KeySigner(self._secrets.get)
        self.failed: list[BaseException] = []
        self.wallets_a_minute = 100
        store = InMemoryCopyStore(self.table, self.markets, self.switches)
        self.copying = self._copy_ports(store, self.venue)
        self.markets.put_markets(HYPERLIQUID, known)
        self.venue.fund(LEADER, "1000000")
        for each in known:
            self.price(each.symbol, "100")
            self.leader_uses(each.symbol, 1)

    def price(self, symbol: str, price: str, depth: str | None = None) -> None:
        self.venue.set_price(symbol, price, depth)
        at = {symbol: self.clock.now_ms()}
        self.markets.put_marks(HYPERLIQUID, Marks({symbol: Decimal(price)}, at))

    def leader_uses(self, symbol: str, leverage: int) -> None:
        """Let the leader choose a leverage; the venue shows it once there is a position."""
        self.venue.books.account(LEADER).leverages[symbol] = leverage

    def follow(
        self, limits: Limits, name: str = "1", equity: str = "100000", **changes: Any
    ) -> FollowId:
        """Add a funded, active follow of the leader on a wallet of its own."""
        wallet, address = WalletId(f"wallet-{name}"), "0x" + name.rjust(40, "a")
        agent_id, secret = f"agent-{name}", (len(self._secrets) + 1).to_bytes(32, "big")
        self._secrets[agent_id] = secret
        self.venue.approve(address_of(secret), address)
        self.venue.fund(address, equity)
        follow = Follow(
            follow_id=FollowId(f"follow-{name}"),
            user_id=UserId(f"user-{name}"),
            wallet_id=wallet,
            wallet_address=address,
            agent_id=agent_id,
            venue=HYPERLIQUID,
            leader=LEADER,
            limits=limits,
        )
        created = self.directory.create(follow)
        active = replace(created, status=FollowStatus.ACTIVE, **changes)
        return self.directory.replace(active).follow_id

    def begin(self) -> None:
        """Begin the leader's book, as the start of a follow does."""
        self.queues.to_leader_sync([LeaderFills(HYPERLIQUID, LEADER, (), after_gap=True)])
        self.pump()
        self.clock.advance(1000)

    def leader_trades(self, symbol: str, signed_size: str, price: str | None = None) -> Fill:
        """Let the leader trade and the listener see it; nothing is processed yet."""
        if price is not None:
            self.price(symbol, price)
        fill = self.venue.trade(LEADER, symbol, signed_size)
        seen = replace(fill, start_position=None)
        self.queues.to_leader_sync([LeaderFills(HYPERLIQUID, LEADER, (seen,))])
        return seen

    def copy(self, symbol: str, signed_size: str, price: str | None = None) -> None:
        """Let the leader trade, have it copied, and let 61 s pass."""
        self.copy_now(symbol, signed_size, price=price)
        self.clock.advance(61_000)

    def copy_now(
        self, symbol: str, signed_size: str, *faults: Fault | str | None, price: str | None = None
    ) -> None:
        """Let the leader trade and have it copied, the venue answering with these faults first."""
        self.venue.faults.extend(faults)
        self.leader_trades(symbol, signed_size, price)
        self.pump()

    def pump(self) -> None:
        """Run every queue until all are empty; delayed messages wait for their time."""
        for _ in range(MOST_ROUNDS):
            if not self._round():
                return
        raise AssertionError("the queues never become empty")

    def pass_time(self, seconds: int) -> None:
        """Let time pass second by second, running what falls due."""
        for _ in range(seconds):
            self.clock.advance(1000)
            self.pump()

    def sweep(self) -> None:
        """Run the scheduled reconcile."""
        sweep(self.reconcile_ports, HYPERLIQUID)
        self.pump()

    def ledger(self, follow: FollowId, symbol: str = "BTC") -> Ledger:
        return self.table.ledgers[follow].get(symbol) or Ledger(follow, symbol)

    def receipts(self, follow: FollowId) -> list[Receipt]:
        return [self.table.receipts[follow][seq] for seq in sorted(self.table.receipts[follow])]

    def held_at_venue(self, follow: FollowId, symbol: str = "BTC") -> Decimal:
        address = self.table.follows[follow].wallet_address
        return self.venue.books.account(address).held(symbol)

    def orders_at_venue(self, follow: FollowId) -> int:
        fills = self.venue.books.account(self.table.follows[follow].wallet_address).fills
        return len({own.client_order_id for own in fills})

    def run_lane(self, commands: list[LaneCommand]) -> None:
        """Run one lane's commands; a failure is kept in `failed`."""
        errors = run_delivery(self.copying, self.signer, AtOnce(), {"lane": commands})
        self.failed.extend(errors.values())

    @property
    def reconcile_ports(self) -> ReconcilePorts:
        return ReconcilePorts(self.copying, self.leaders, self.markets, self.wallets_a_minute)

    def _copy_ports(self, store: CopyStore, venue: Venue) -> CopyPorts:
        return CopyPorts(store, {HYPERLIQUID: venue}, self.queues, self.budget, self.clock)

    @property
    def sync_ports(self) -> SyncPorts:
        fan_out = FanOutPorts(self.leaders, self.queues, self.clock, self.copying.epoch)
        return SyncPorts(fan_out, self.markets, self.copying.venues)

    def sync(self) -> int:
        """Turn the fills that were seen into trades and commands in the lanes, not run yet."""
        ports, done = self.sync_ports, 0
        for message in self.queues.leader_sync.take():
            sync_leader(ports, [message])
            done += 1
        for shard in self.queues.fan_out.take():
            fan_out_shard(ports.fan_out, shard)
            done += 1
        return done

    def _round(self) -> int:
        done = self.sync()
        for command in self.queues.lanes.take():
            self.run_lane([command])
            done += 1
        for request in self.queues.reconcile.take():
            reconcile(self.reconcile_ports, request)
            done += 1
        return done


def following(
    *copied: str, sizing: Sizing | None = None, budget: int = 10_000, **changes: Any
) -> tuple[World, FollowId]:
    """Give a world with one follow that has copied trades of these sizes, one to one by default."""
    world = World()
    own = limits(sizing or ratio(), copy_budget_usdc=Decimal(budget), **changes)
    follow = world.follow(own)
    world.begin()
    for size in copied:
        world.copy("BTC", size)
    return world, follow
