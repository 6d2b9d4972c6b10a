"""The same ports four times: in memory, as simulated, on moto and on the emulator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from tests.contract.stores import tables
from tests.fakes.builders import NOW_MS
from tests.simulation.commits import JudgedCopyStore
from tests.simulation.loop import Loop
from tests.simulation.overtaking import DatedDirectory
from tests.simulation.switches import TimedSwitchBoard
from understudy.adapters.aws.copy_records import DynamoCopyRecords
from understudy.adapters.aws.copy_store import DynamoCopyStore
from understudy.adapters.aws.follow_directory import DynamoFollowDirectory
from understudy.adapters.aws.leader_store import DynamoLeaderStore
from understudy.adapters.aws.market_store import DynamoMarketStore
from understudy.adapters.aws.stream_records import changes_in
from understudy.adapters.aws.switch_board import DynamoSwitchBoard
from understudy.adapters.aws.table import Table
from understudy.adapters.memory.clock import ManualClock
from understudy.adapters.memory.copy_records import InMemoryCopyRecords
from understudy.adapters.memory.copy_store import InMemoryCopyStore
from understudy.adapters.memory.copying_table import CopyingTable, Replaced
from understudy.adapters.memory.follow_directory import InMemoryFollowDirectory
from understudy.adapters.memory.leader_store import InMemoryLeaderStore
from understudy.adapters.memory.market_store import InMemoryMarketStore
from understudy.adapters.memory.switch_board import InMemorySwitchBoard
from understudy.domain.follows import Follow
from understudy.ports.accounts import CopyRecords
from understudy.ports.copying import CopyStore, LeaderStore, MarketStore, Place, Surroundings
from understudy.ports.directory import FollowDirectory
from understudy.ports.switches import SwitchBoard


@dataclass(frozen=True)
class World:
    """Empty stores that see the same tables, and the clock that they use."""

    leaders: LeaderStore
    copies: CopyStore
    directory: FollowDirectory
    records: CopyRecords
    markets: MarketStore
    switches: SwitchBoard
    clock: ManualClock
    stream: Callable[[], list[Replaced]]

    def around(self, follow: Follow, symbol: str, seq: int) -> Surroundings:
        """Give what lies around one place."""
        [around] = self.copies.surroundings([Place(follow, symbol, seq)])
        return around


def in_memory() -> World:
    table, markets, switches = CopyingTable(), InMemoryMarketStore(), InMemorySwitchBoard()
    return World(
        leaders=InMemoryLeaderStore(table),
        copies=InMemoryCopyStore(table, markets, switches),
        directory=InMemoryFollowDirectory(table),
        records=InMemoryCopyRecords(table),
        markets=markets,
        switches=switches,
        clock=ManualClock(NOW_MS),
        stream=table.drain_stream,
    )


def simulated() -> World:
    """Give the stores of a simulated world; what they judge meanwhile is no contract's."""
    table, markets, switches = CopyingTable(), InMemoryMarketStore(), TimedSwitchBoard(Loop(NOW_MS))
    return World(
        leaders=InMemoryLeaderStore(table),
        copies=JudgedCopyStore(table, markets, switches, _unheard, _unheard, lambda _: ()),
        directory=DatedDirectory(table),
        records=InMemoryCopyRecords(table),
        markets=markets,
        switches=switches,
        clock=ManualClock(NOW_MS),
        stream=table.drain_stream,
    )


def on_tables(client: Any, streams: Any) -> World:
    suffix, clock = uuid4().hex, ManualClock(NOW_MS)
    copying = Table(client, tables.create(client, f"copying-{suffix}", tables.COPYING))
    market = Table(client, tables.create(client, f"market-{suffix}", tables.MARKET))
    markets = DynamoMarketStore(market, clock)
    return World(
        leaders=DynamoLeaderStore(copying),
        copies=DynamoCopyStore(copying, markets),
        directory=DynamoFollowDirectory(copying),
        records=DynamoCopyRecords(copying),
        markets=markets,
        switches=DynamoSwitchBoard(copying),
        clock=clock,
        stream=lambda: stream_of(client, streams, copying.name),
    )


def _unheard(*_: str) -> None:
    pass


def stream_of(client: Any, streams: Any, table: str) -> list[Replaced]:
    """Read a table's whole stream as its event source hands it over."""
    arn = client.describe_table(TableName=table)["Table"]["LatestStreamArn"]
    records: list[Any] = []
    for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        iterator = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        records += streams.get_records(ShardIterator=iterator)["Records"]
    return [(each.before, each.after) for each in changes_in({"Records": records})]
