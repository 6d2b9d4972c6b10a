"""What the venue does wrong to one order of a real run is exactly what the judge finds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cli.outcome import FIVE
from cli.venue_bench import VenueBench
from tests.acceptance.running import Run, short_recording

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    ("fault", "figure"),
    [
        ("lose_order", "lost"),
        ("double_order", "duplicated"),
        ("resize_order", "mismatched_positions"),
    ],
)
def test_one_wrong_order_is_one_in_its_figure_and_the_run_fails(
    tmp_path: Path, fault: str, figure: str
) -> None:
    fills = short_recording(tmp_path / "fills.json", trades=5)  # the fifth opens ZEC
    figures = tmp_path / "figures.json"
    with Run(
        tmp_path / "run", "demo", "--fills", fills, "--followers", "2", "--json", figures
    ) as run:
        run.await_words("emulator at")
        bench = VenueBench(run.address("venue"))
        bench.command("faults", kind=fault, count=1, match={"symbol": "ZEC"})

        assert run.end() == 1, run.said
        run.assert_nothing_left(tmp_path)

    found = json.loads(figures.read_text(encoding="utf-8"))
    assert {name: found[name] for name in FIVE} == {**dict.fromkeys(FIVE, 0), figure: 1}
    assert "WRONG" in run.said
