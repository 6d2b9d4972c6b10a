"""A run at the recorded pace, with the venue's request limits on and no more than it grants."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cli.outcome import FIVE
from cli.system import VENUE_WEIGHT
from tests.acceptance.running import Run, short_recording

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.integration

TRADES = 24


def test_a_paced_run_within_the_venues_limits_gets_five_zeros(tmp_path: Path) -> None:
    fills = short_recording(tmp_path / "fills.json", trades=TRADES)
    figures, evidence = tmp_path / "figures.json", tmp_path / "evidence.json"
    with Run(
        tmp_path / "run",
        *("demo", "--fills", fills, "--followers", "4", "--speed", "1"),
        *("--json", figures, "--evidence", evidence),
    ) as run:
        run.await_words("4/4 followers")
        run.await_words("stopping")

        assert run.end() == 0, run.said
        run.assert_nothing_left(tmp_path)

    found = json.loads(figures.read_text(encoding="utf-8"))
    assert {name: found[name] for name in FIVE} == dict.fromkeys(FIVE, 0)
    assert (found["trades"], found["request_limits"]) == (TRADES, "on")
    assert found["share_with_orders"] >= 0.6
    asked = json.loads(evidence.read_text(encoding="utf-8"))["requests"]
    assert asked["weight_per_minute"] == VENUE_WEIGHT
    assert sum(asked["weight_by_minute"].values()) > TRADES
    assert asked["refused_by_minute"] == {}
