"""The ways in which a leader's fills may arrive, and the trades that are numbered of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from random import Random

from tests.fakes.builders import LEADER, NOW_MS
from understudy.adapters.memory.clock import ManualClock
from understudy.adapters.memory.copying_table import CopyingTable
from understudy.adapters.memory.leader_store import InMemoryLeaderStore
from understudy.adapters.memory.market_store import InMemoryMarketStore
from understudy.adapters.memory.queues import InMemoryQueues
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.trades import Fill, Side, Trade
from understudy.workflows.watching.fanning_out import FanOutPorts
from understudy.workflows.watching.numbering import SyncPorts, store_fills

DEARER = Decimal("1.0003")
MOST = 1000
Moment = list[Fill]


def moments_of(moves: Iterable[tuple[Decimal, Decimal]]) -> list[Moment]:
    """Give each move, to an end at a price, as up to three fills of which the last is dearer."""
    moments: list[Moment] = []
    position = Decimal(0)
    for end, price in moves:
        moved, position = end - position, end
        if moved:
            moments.append(_fills(len(moments) + 1, moved, price))
    return moments


def _fills(number: int, moved: Decimal, price: Decimal) -> Moment:
    part = (abs(moved) / 3).quantize(Decimal("0.001"))
    last = abs(moved) - 2 * part
    sizes = [(part, price), (part, price), (last, price * DEARER)]
    time_ms = NOW_MS + number * 61_000
    return [
        Fill("BTC", Side.of(moved), at, size, time_ms, f"{number}-{place}", time_ms)
        for place, (size, at) in enumerate(sizes)
        if size
    ]


def otherwise(moments: Sequence[Moment], random: Random) -> list[list[Fill]]:
    """Give the same moments in other messages: shuffled, doubled, several at once, and once more.

    A moment's last fill stays its last: its price is what the trade was last at.
    """
    messages: list[list[Fill]] = [[]]
    for number, moment in enumerate(moments):
        *first, last = moment
        random.shuffle(first)
        again = random.choices(moment, k=random.randrange(3))
        older = random.choices(random.choice(moments[: number + 1]), k=random.randrange(2))
        known = older if older and older[0] not in moment else []
        messages[-1] += [*known, *first, last, *again]
        if random.randrange(2):
            messages += [[*moment], []]
    return messages


def trades_of(messages: Iterable[Sequence[Fill]]) -> Sequence[Trade]:
    """Give the trades that the production numbers of these messages, one after the other."""
    clock, store = ManualClock(NOW_MS), InMemoryLeaderStore(CopyingTable())
    fan_out = FanOutPorts(store, InMemoryQueues(clock), clock)
    ports = SyncPorts(fan_out, InMemoryMarketStore(), {})
    for fills in messages:
        store_fills(ports, store.leader_book(HYPERLIQUID, LEADER), fills)
    return store.trades_since(HYPERLIQUID, LEADER, 0, MOST)
