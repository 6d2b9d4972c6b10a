"""Stops that come while a lane reads: nothing is decided by what never held together."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.workflows.racing import meanwhile
from tests.unit.workflows.stopping import Stage
from understudy.domain.reasons import Reason

CLOSES: dict[str, Any] = {"limits": {"on_stop": "copy_closes"}}


@pytest.mark.parametrize("reads", ["follow_state", "surroundings"])
def test_what_its_owner_wants_closed_is_not_kept_by_a_stop_that_comes_while_a_lane_reads(
    monkeypatch: pytest.MonkeyPatch, reads: str
) -> None:
    stage = Stage(on_stop="keep")
    stage.world.copy("BTC", "5")
    asked: list[int] = []

    def stop() -> None:
        asked.append(stage.tell("PATCH", f"/v1/follows/{stage.follow}", CLOSES))
        asked.append(stage.tell("POST", "/v1/copy/disable"))

    meanwhile(monkeypatch, stage.world.copying.store, reads, stop)
    stage.world.copy("BTC", "-5")

    assert (asked, stage.held) == ([200, 200], 0)


def test_what_its_owner_wants_kept_is_kept_by_a_stop_that_comes_while_a_lane_reads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = Stage(on_stop="keep")
    stage.world.copy("BTC", "5")
    asked: list[int] = []

    def stop() -> None:
        asked.append(stage.tell("POST", "/v1/copy/disable"))

    meanwhile(monkeypatch, stage.world.copying.store, "follow_state", stop)
    stage.world.copy("BTC", "-5")

    assert (asked, stage.held, stage.newest.reason) == ([200], 1, Reason.COPY_DISABLED)
