"""Sample events as their files have them, and what a handler answers to one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.fakes.builders import LEADER
from understudy.domain.ids import FollowId
from understudy.domain.markets import HYPERLIQUID

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from tests.fakes.world import World
    from understudy.adapters.aws.batches import Received

EVENTS = Path(__file__).resolve().parents[4] / "events"
NOTHING_FAILED: dict[str, Any] = {"batchItemFailures": []}
FIRST, SECOND = FollowId("follow-1"), FollowId("follow-2")


class NotedRedelivery:
    """Notes what comes again should its worker be lost; of the rest the answer tells."""

    def __init__(self) -> None:
        self.unless_done_ids: list[str] = []

    def soon(self, repeated: object, waits: object) -> None:
        del repeated, waits

    def unless_done(self, received: Sequence[Received[Any]], seconds: int) -> None:
        del seconds
        self.unless_done_ids += [each.message_id for each in received]


def sample(step: str, case: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / step / f"{case}.json").read_text())
    return event


def failed(answer: dict[str, Any]) -> list[str]:
    return [each["itemIdentifier"][-1] for each in answer["batchItemFailures"]]


def sizes_of_trades(world: World) -> list[Decimal]:
    return [trade.size for trade in world.leaders.trades_since(HYPERLIQUID, LEADER, 0, 10)]
