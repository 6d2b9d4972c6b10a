"""Settled copies per second: the production workflows and signer on ports in memory, one core."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from benchmarks.answering_venue import AnsweringVenue
from benchmarks.results import Row, at_least_per_second
from benchmarks.timings import collected, timed
from custody.agents import Policy
from custody.enrolment import Enrolment, NewAgent
from custody.hyperliquid import Terms
from custody.keys import wrapped_only
from custody.signer import IntentSigner
from tests.fakes.builders import limits, ratio
from tests.fakes.custody import InMemoryCustodyStore, InMemoryVault, untold
from tests.fakes.world import AtOnce, World
from understudy.adapters.venues.hyperliquid.constants import Chain
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.receipts import CopyStatus
from understudy.workflows.follower_execute import run_delivery
from understudy.workflows.leader_sync import sync_leader
from understudy.workflows.watching.fanning_out import FanOutPorts
from understudy.workflows.watching.numbering import SyncPorts

if TYPE_CHECKING:
    from understudy.domain.ids import FollowId

WANTED_PER_SECOND = 1000
FOLLOWS = 50
WARM_UP_TRADES = 4
MOVES = ("5", "3", "-2", "-6")  # open, add, reduce, close
BETWEEN_TRADES_MS = 7_000
POLICY = Policy(
    max_order_notional=Decimal(10**6),
    max_daily_notional=Decimal(10**9),
    max_leverage=50,
    price_band_bps=1000,
)


class CopyPath:
    """One leader and its followers; each trade goes from the leader's fill to settled copies."""

    def __init__(self, follows: int = FOLLOWS) -> None:
        self._world = World()
        self._store = InMemoryCustodyStore(self._world.markets)
        keys = wrapped_only(InMemoryVault())
        enrolment = Enrolment(self._store, keys, self._world.clock, POLICY)
        self._follows = [self._follow(enrolment, str(number)) for number in range(follows)]
        self._signer = IntentSigner(
            self._store, keys, self._world.clock, Terms(Chain.TESTNET), untold, AtOnce()
        )
        self._answer_only()
        self._world.begin()
        self._trades = 0

    def copy(self) -> None:
        """Copy the leader's next trade to every follow: synchronize, fan out, execute, settle."""
        self._world.leader_trades("BTC", MOVES[self._trades % len(MOVES)])
        self._trades += 1
        for message in self._world.queues.leader_sync.take():
            sync_leader(self._sync, [message])
        while commands := self._world.queues.lanes.take():
            lanes = {each.wallet_id: [each] for each in commands}
            failed = run_delivery(self._world.copying, self._signer, AtOnce(), lanes)
            for error in failed.values():
                raise error

    def wait(self) -> None:
        """Let time pass and the price be seen again."""
        self._world.clock.advance(BETWEEN_TRADES_MS)
        self._world.price("BTC", "100")

    def settled(self) -> int:
        """Count the copies that ended with a filled order; raises ValueError when others exist."""
        receipts = [each for follow in self._follows for each in self._world.receipts(follow)]
        done = sum(each.status is CopyStatus.DONE and bool(each.legs) for each in receipts)
        if done != len(receipts) or done != self._trades * len(self._follows):
            raise ValueError(f"{len(receipts)} copies, of them {done} filled: they must all be")
        return done

    def _follow(self, enrolment: Enrolment, name: str) -> FollowId:
        address = "0x" + name.rjust(40, "a")
        wanted = NewAgent(f"user-{name}", f"wallet-{name}", address, HYPERLIQUID, "understudy")
        agent = enrolment.create_agent(wanted)
        enrolment.activate(agent.agent_id)
        allowed = limits(ratio("50"), copy_budget_usdc=Decimal(10_000), entries_per_minute=300)
        return self._world.follow(allowed, name, agent_id=agent.agent_id)

    def _answer_only(self) -> None:
        world = self._world
        venue = AnsweringVenue(world.clock, tuple(world.markets.markets(HYPERLIQUID).values()))
        venue.books = world.venue.books
        world.copying = replace(world.copying, venues={HYPERLIQUID: venue})
        fan_out = FanOutPorts(world.leaders, world.queues, world.clock)
        self._sync = SyncPorts(fan_out, world.markets, world.copying.venues)


def copying_rows(trades: int) -> list[Row]:
    """Time whole trades and give the time per copy."""
    path = CopyPath()
    runs = []
    for number in range(WARM_UP_TRADES + trades):
        taken = timed(path.copy)
        path.wait()
        if number >= WARM_UP_TRADES:
            runs.append(taken)
    path.settled()
    per_copy = collected(runs).divided_by(FOLLOWS)
    goal = at_least_per_second(per_copy, WANTED_PER_SECOND)
    return [Row("settle a copy, in process", f"per copy, {FOLLOWS} a run", per_copy, goal)]
