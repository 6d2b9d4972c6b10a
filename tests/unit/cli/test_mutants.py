"""`understudy mutants` says which broken rules were told of, and fails when one was not."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from cli import mutants
from cli.app import main

if TYPE_CHECKING:
    from pathlib import Path

FIGURES = {"caught": 1, "survived": [], "cpu_seconds": 1.5}


def a_module(figures: dict[str, Any]) -> Any:
    """Stand in for everything that is imported when hunting."""
    return SimpleNamespace(
        MUTANTS={"not_released": SimpleNamespace(name="not_released")},
        HEADINGS=("mutant", "trades"),
        Row=lambda mutant, hunts: SimpleNamespace(cells=(mutant.name, ", ".join(hunts))),
        figures_of=lambda _rows: figures,
        markdown_of=lambda _rows: "| `not_released` |",
        hunt=lambda _mutant, seed: f"{seed}0",
    )


def test_mutants_that_were_all_caught_end_with_0_and_their_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(mutants, "_module", lambda _name: a_module(FIGURES))
    target = tmp_path / "figures.json"

    ended = main(["mutants", "--seeds", "2", "--json", str(target)])

    said = capsys.readouterr().out
    assert ended == 0
    assert "10, 20" in said
    assert said.splitlines()[-2:] == [
        "1 of 1 caught, 1.5 s of processor time",
        "0 mutants survived: the simulation told of every broken rule",
    ]
    assert json.loads(target.read_text()) == FIGURES


def test_a_survivor_is_named_and_ends_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    survived = {**FIGURES, "caught": 0, "survived": ["not_released"]}
    monkeypatch.setattr(mutants, "_module", lambda _name: a_module(survived))

    assert main(["mutants"]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == (
        "1 mutant survived, a broken rule of which no promise told: not_released"
    )


def test_the_table_for_the_docs_is_printed_alone_when_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(mutants, "_module", lambda _name: a_module(FIGURES))

    assert main(["mutants", "--markdown"]) == 0

    assert capsys.readouterr().out.startswith("| `not_released` |\n")


def test_an_unknown_mutant_is_refused_with_the_names_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["mutants", "gentle"]) == 1

    said = capsys.readouterr().err
    assert "MUTANT_UNKNOWN" in said
    assert "not_released" in said


def test_without_the_packages_of_development_it_says_how_to_get_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(_name: str) -> Any:
        raise ImportError("No module named 'greenlet'")

    monkeypatch.setattr(mutants, "import_module", missing)

    assert main(["mutants"]) == 1

    assert "DEVELOPMENT_PACKAGES_MISSING" in capsys.readouterr().err
