"""From a numbered trade to the lanes of the wallets that follow its leader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from understudy.domain.trades import Trade
from understudy.messages import FillFanOut, FollowerExecute
from understudy.ports.clock import Clock
from understudy.ports.copying import FollowEntry, LeaderStore
from understudy.ports.delivery import Queues


@dataclass(frozen=True, slots=True)
class FanOutPorts:
    """What fanning out needs from the world."""

    store: LeaderStore
    queues: Queues
    clock: Clock
    epoch: int = 0


def fan_out_trade(ports: FanOutPorts, trade: Trade) -> None:
    """Send a trade to its followers: at once to one shard's lanes, by messages to more shards."""
    first = ports.store.follow_shard(trade.venue, trade.leader, 0)
    if first.shards <= 1:
        send_to_lanes(ports, trade, first.follows)
        return
    shards = range(first.shards)
    ports.queues.to_fan_out([FillFanOut(trade, shard, ports.epoch) for shard in shards])


def send_to_lanes(ports: FanOutPorts, trade: Trade, follows: Sequence[FollowEntry]) -> None:
    """Send a trade into the lane of each of these follows."""
    if not follows:
        return
    now_ms = ports.clock.now_ms()
    ports.queues.to_lanes(
        [
            FollowerExecute(
                follow_id=entry.follow_id,
                wallet_id=entry.wallet_id,
                trade=trade,
                queued_at_ms=now_ms,
                correlation_id=trade.trade_id[:16],
                epoch=ports.epoch,
            )
            for entry in follows
        ]
    )
