"""A run that is not clean ends with exit code 1, whoever tells: the demo, or the judge later."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal, localcontext
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from cli.app import main
from cli.demo import Run
from cli.metering import Used
from cli.outcome import FIVE
from tests.acceptance.running import short_recording
from tests.unit.judge.conftest import followers
from tests.unit.judge.courtroom import double_order, lose_order, resize_order
from tests.unit.judge.staging import Stage

if TYPE_CHECKING:
    from pathlib import Path

MONEY = {"copy_budget_usdc": "1000", "used": "0", "pnl": "0", "unrealized": "0"}
UNLIMITED = {
    "limits": "off",
    "weight_per_minute": 1,
    "weight_by_minute": {},
    "refused_by_minute": {},
}
Spoil = Callable[[dict[str, Any]], object]


def nothing(_: dict[str, Any]) -> None:
    """Leave a run clean."""


RUNS: list[tuple[Spoil, int]] = [
    (nothing, 0),
    (lambda evidence: lose_order(evidence, "ratio", 1), 1),
    (lambda evidence: double_order(evidence, "ratio", 1, cloid=f"0x{900:032x}"), 1),
    (lambda evidence: resize_order(evidence, "ratio", 1, "0.5"), 1),
]
NAMES = ["clean", "lost", "doubled", "resized"]


@pytest.fixture
def evidence() -> dict[str, Any]:
    """Give the evidence of a clean run, as the demo collects it."""
    with localcontext(prec=60):
        found = Stage(followers()).trade("BTC", "2", "1000").trade("BTC", "-2", "1010").evidence()
    flat = {"value_usd": "20", "deposited_usd": "0", "orders": [], "positions": {}}
    found["books"][found["leader"]] |= flat
    found["requests"] = UNLIMITED
    for release in found["release"]:
        release["side"] = {"buy": "B", "sell": "A"}[release["side"]]
    for follow in found["follows"]:
        follow["money"] = MONEY
        for receipt in follow["receipts"]:
            receipt["stages"] = {}
    return found


@pytest.mark.parametrize(("spoil", "code"), RUNS, ids=NAMES)
def test_the_demo_ends_with_what_its_judge_says(
    spoil: Spoil,
    code: int,
    evidence: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    spoil(evidence)
    named = [
        SimpleNamespace(
            number=number, limit_set=SimpleNamespace(title="one"), follow_id=each["follow_id"]
        )
        for number, each in enumerate(evidence["follows"], 1)
    ]
    ran = Run(named, evidence, Used({}, {"SignerFunction": Decimal(0)}))  # type: ignore[arg-type] # the followers' names are all that is read
    monkeypatch.setattr("cli.demo._run", lambda *_: ran)
    fills, figures = short_recording(tmp_path / "fills.json", trades=1), tmp_path / "figures.json"

    assert main(["demo", "--fills", str(fills), "--json", str(figures)]) == code

    written = json.loads(figures.read_text(encoding="utf-8"))
    assert any(written[name] for name in FIVE) == bool(code)
    assert ("WRONG" in capsys.readouterr().out) == bool(code)


@pytest.mark.parametrize(("spoil", "code"), RUNS, ids=NAMES)
def test_a_run_that_is_judged_later_ends_with_what_the_judge_says(
    spoil: Spoil, code: int, evidence: dict[str, Any], tmp_path: Path
) -> None:
    spoil(evidence)
    path = tmp_path / "evidence.json"
    path.write_text(json.dumps(evidence), encoding="utf-8")

    assert main(["judge", str(path)]) == code
