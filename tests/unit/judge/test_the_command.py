"""`python -m simulators.judge` says what it found, and leaves with 0, 1 or 2."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from simulators.judge.__main__ import main
from simulators.judge.evidence import EvidenceError
from simulators.judge.report import report_of
from tests.unit.judge.courtroom import double_order, lose_order, verdict_of


def saved(evidence: Any, folder: Path) -> str:
    path = folder / "evidence.json"
    path.write_text(json.dumps(evidence), encoding="utf-8")
    return str(path)


def test_a_clean_run_leaves_with_zero(
    evidence: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([saved(evidence, tmp_path)]) == 0

    shown = capsys.readouterr().out
    assert [line.split()[1:] for line in shown.splitlines() if "open_exits" in line] == [
        ["0", "ok"]
    ]


def test_a_run_that_lost_an_order_leaves_with_one_and_names_it(
    evidence: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lose_order(evidence, "ratio", 3)

    assert main([saved(evidence, tmp_path)]) == 1

    shown = capsys.readouterr().out
    assert "ratio ETH trade 2: the receipt says FILLED of order" in shown
    assert "following from these, not counted" in shown


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ('{"venue": ', "collect it again"),
        ("[" * 100_000, "collect it again"),
        ("{}", "venue is missing"),
        ("[]", "the evidence must be an object, not []"),
    ],
    ids=["cut short", "brackets without end", "empty", "a list"],
)
def test_an_unusable_file_leaves_with_two_and_a_remedy(
    text: str, remedy: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "evidence.json"
    path.write_text(text, encoding="utf-8")

    assert main([str(path)]) == 2
    assert remedy in capsys.readouterr().err


def test_a_missing_file_leaves_with_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none.json")]) == 2
    said = capsys.readouterr().err
    assert "cannot read" in said
    assert said.endswith("remedy: collect it again\n")


def test_no_file_named_leaves_with_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err


def test_a_number_with_a_point_is_refused(evidence: dict[str, Any]) -> None:
    evidence["recording"][0]["px"] = 1000.0

    with pytest.raises(EvidenceError, match="decimals must be texts"):
        verdict_of(evidence)


def test_a_wallet_that_the_books_do_not_show_is_refused(evidence: dict[str, Any]) -> None:
    del evidence["books"][evidence["follows"][0]["wallet_address"]]

    with pytest.raises(EvidenceError, match="wallet of fixed"):
        verdict_of(evidence)


def test_books_without_the_leader_are_refused(evidence: dict[str, Any]) -> None:
    del evidence["books"][evidence["leader"]]

    with pytest.raises(EvidenceError, match="leader's account"):
        verdict_of(evidence)


def test_a_market_that_is_not_described_is_refused(evidence: dict[str, Any]) -> None:
    del evidence["markets"]["SOL"]

    with pytest.raises(EvidenceError, match="market of SOL"):
        verdict_of(evidence)


def test_a_long_list_of_findings_is_cut_in_the_report(evidence: dict[str, Any]) -> None:
    for number in range(30):
        double_order(evidence, "ratio", 1, cloid=f"0x{number + 900:032x}")

    assert "and 10 more" in report_of(verdict_of(evidence))


def test_the_plain_verdict_has_the_figures_and_the_totals(evidence: dict[str, Any]) -> None:
    plain = verdict_of(evidence).to_plain()

    assert plain["lost"] == plain["duplicated"] == plain["open_exits"] == 0
    assert plain["pairs"] == 40
    assert (plain["copies"]["done"], plain["copies"]["carried"]) == (33, 2)
    assert json.loads(json.dumps(plain)) == plain
