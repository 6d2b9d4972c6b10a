"""One trade to the lanes of every wallet that follows its leader."""

from __future__ import annotations

from understudy.messages import FillFanOut
from understudy.workflows.watching.fanning_out import FanOutPorts, send_to_lanes


def fan_out_shard(ports: FanOutPorts, message: FillFanOut) -> None:
    """Send a trade into the lanes of one shard's follows; repeating it is harmless.

    A trade numbered before a restore may have another number now: it is sent on by that one.
    """
    trade = message.trade
    if message.epoch < ports.epoch:
        return
    shard = ports.store.follow_shard(trade.venue, trade.leader, message.shard)
    send_to_lanes(ports, trade, shard.follows)
