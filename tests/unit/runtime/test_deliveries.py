"""What failed comes again: soon, or when its error says so."""

from __future__ import annotations

from typing import Any

import pytest

from understudy.adapters.aws.batches import Batch, Received
from understudy.domain.errors import DependencyError, RequestBudgetError
from understudy.runtime import deliveries


class Recorder:
    """A queue's redelivery that notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[list[str], dict[str, int]]] = []

    def soon(self, repeated: list[Received[Any]], waits: dict[str, int]) -> None:
        self.asked.append(([each.message_id for each in repeated], waits))


def test_only_a_group_out_of_budget_waits_for_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder()
    monkeypatch.setattr(deliveries, "_redelivery", lambda _queue: recorder)
    batch = Batch(tuple(Received(name, "handle", name, 1, name) for name in ("a", "b", "c")))
    failed = {"a": RequestBudgetError("hyperliquid", 17), "c": DependencyError("not answered")}

    answer = deliveries.answer_for(batch, "follower_execute", failed)

    assert recorder.asked == [(["a", "c"], {"a": 17})]
    assert [each["itemIdentifier"] for each in answer["batchItemFailures"]] == ["a", "c"]
