"""Copies trades in the wallets' lanes: lanes side by side, each in order."""

from __future__ import annotations

from typing import Any

from understudy.runtime.starting import uncollected

with uncollected():
    from understudy.adapters.aws.batches import batch_of
    from understudy.adapters.aws.redelivery import LANE_LOST_SECONDS
    from understudy.messages import LANE_COMMANDS
    from understudy.runtime.deliveries import Answer, answer_for, come_again_if_lost
    from understudy.runtime.follower_execute import build
    from understudy.workflows.follower_execute import run_delivery


def handler(event: dict[str, Any], context: Any) -> Answer:
    """Run the commands of every lane in the event."""
    execution = build()
    batch = batch_of(event, LANE_COMMANDS)
    come_again_if_lost(batch, "follower_execute", execution.pool, LANE_LOST_SECONDS)
    failed = run_delivery(execution.ports, execution.signer, execution.pool, batch.groups())
    return answer_for(batch, "follower_execute", failed)
