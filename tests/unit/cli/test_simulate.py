"""`understudy simulate` says what it was asked, what it found, and how to see it again."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from cli import simulate
from cli.app import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FIGURES = {
    "pairs": 20,
    "calls": 300,
    "faults": {"crash_before": 2},
    "outcomes": {"DONE": 20},
    "violations": 1,
    "pairs_per_second": 700,
    "history_hash": "ab",
}


def simulating(found: list[Any], seldom: dict[str, int] | None = None) -> Any:
    """Stand in for the simulation with a run that is over."""
    result = SimpleNamespace(
        pairs=20, violations=found, too_seldom=seldom or {}, to_plain=lambda: FIGURES
    )

    def run(pairs: int, seed: str, mix: str, said: Callable[[Any], None]) -> Any:
        del pairs, seed, mix
        said(result)
        return result

    return SimpleNamespace(
        simulate=run,
        replay=lambda block, mix: (f"{block} {mix}", [each for _, each in found]),
        told=lambda world, violation: [f"a line of {world} about {violation.text}"],
    )


def test_a_violation_is_named_and_told_with_its_block_and_ends_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    broken = SimpleNamespace(promise="lanes_keep_their_order", text="trade 2 after 3")
    monkeypatch.setattr(simulate, "_part", lambda _name: simulating([("7/0", broken)]))
    target = tmp_path / "figures.json"

    ended = main(["simulate", "--seed", "7", "--json", str(target)])

    said = capsys.readouterr().out
    assert ended == 1
    assert "seed 7, mix standard" in said
    assert "block 7/0: lanes_keep_their_order: trade 2 after 3" in said
    assert "understudy simulate --replay 7/0 --mix standard" in said
    assert "a line of 7/0 standard about trade 2 after 3" in said
    assert said.splitlines()[-1] == (
        "1 violation: see above, or again by understudy simulate --replay 7/0 --mix standard"
    )
    assert json.loads(target.read_text()) == FIGURES


def test_of_many_violations_it_is_said_how_many_are_not_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = SimpleNamespace(promise="lanes_keep_their_order", text="trade 2 after 3")
    found = [(f"7/{number}", broken) for number in range(simulate.SHOWN + 2)]
    monkeypatch.setattr(simulate, "_part", lambda _name: simulating(found))

    assert main(["simulate", "--seed", "7"]) == 1

    said = capsys.readouterr().out.splitlines()
    assert "and 2 more" in said
    assert said[-1].startswith("22 violations: ")


def test_a_clean_run_ends_with_0_and_its_figures(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(simulate, "_part", lambda _name: simulating([]))

    assert main(["simulate", "--pairs", "20"]) == 0

    said = capsys.readouterr().out
    assert "faults: crash_before" in said
    assert said.splitlines()[-1] == "0 violations: every promise held"


@pytest.mark.parametrize(("options", "pairs"), [((), 10_000), (("--pairs", "20"), 20)])
def test_a_run_is_of_as_many_pairs_as_it_is_asked_for(
    options: tuple[str, ...], pairs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, part = list[int](), simulating([])

    def run(pairs: int, *others: Any) -> Any:
        asked.append(pairs)
        return part.simulate(pairs, *others)

    monkeypatch.setattr(simulate, "_part", lambda _name: SimpleNamespace(simulate=run))

    assert main(["simulate", *options]) == 0
    assert asked == [pairs]


def test_a_long_run_that_had_too_few_of_a_kind_of_fault_names_it_and_ends_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seldom = {"kill_user": 12, "venue_restart": 0}
    monkeypatch.setattr(simulate, "_part", lambda _name: simulating([], seldom))

    assert main(["simulate", "--pairs", "100000"]) == 1

    said = capsys.readouterr().out
    assert (
        "too seldom to be proven, fewer than 100 times per 100,000 pairs: "
        "kill_user (12 in all), venue_restart (0 in all)"
    ) in said
    assert said.splitlines()[-1] == "0 violations, but too few faults of some kinds to prove it"


def test_a_replay_tells_what_happened_before_what_did_not_hold(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = SimpleNamespace(promise="lanes_keep_their_order", text="trade 2 after 3")
    part = SimpleNamespace(
        replay=lambda block, mix: (f"{block} {mix}", [broken]),
        told=lambda world, violation: [f"a line of {world} about {violation.text}"],
    )
    monkeypatch.setattr(simulate, "_part", lambda _name: part)

    assert main(["simulate", "--replay", "7/3", "--mix", "heavy"]) == 1

    said = capsys.readouterr().out.splitlines()
    assert said[:2] == [
        "a line of 7/3 heavy about trade 2 after 3",
        "lanes_keep_their_order: trade 2 after 3",
    ]
    assert "block 7/3, mix heavy: 1 promise did not hold" in said


@pytest.mark.parametrize("block", ["foo", "foo/bar", "/3", "foo/", "foo/-1", "foo/03", ""])
def test_what_names_no_block_is_refused_before_anything_runs(
    block: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(simulate, "_part", lambda _name: None)

    assert main(["simulate", "--replay", block]) == 1

    assert "error BLOCK_UNKNOWN" in capsys.readouterr().err


@pytest.mark.parametrize("option", [("--pairs", "9"), ("--seed", "7"), ("--json", "figures.json")])
def test_what_a_replay_would_leave_undone_is_refused(
    option: tuple[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(simulate, "_part", lambda _name: None)

    assert main(["simulate", "--replay", "7/3", *option]) == 1

    error, remedy = capsys.readouterr().err.splitlines()
    assert error == "error USAGE: --replay runs one block whole: it goes with --mix only"
    assert option[0] in remedy


def test_a_clean_replay_says_for_what_alone_it_speaks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    part = SimpleNamespace(replay=lambda *_: (None, []))
    monkeypatch.setattr(simulate, "_part", lambda _name: part)

    assert main(["simulate", "--replay", "foo/999999"]) == 0

    assert (
        "a run's block is repeated by its own seed, number and mix only" in capsys.readouterr().out
    )


def test_an_unknown_mix_is_refused_before_anything_runs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["simulate", "--mix", "gentle"]) == 1

    assert "MIX_UNKNOWN" in capsys.readouterr().err


@pytest.mark.parametrize("seed", ["", " "])
def test_no_seed_is_not_taken_for_one(
    seed: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(simulate, "_part", lambda _name: simulating([]))

    assert main(["simulate", "--seed", seed]) == 1

    captured = capsys.readouterr()
    assert "error SEED_EMPTY" in captured.err
    assert captured.out == ""


@pytest.mark.parametrize("options", [(), ("--replay", "7/0")])
def test_without_the_packages_of_development_it_says_how_to_get_them_and_nothing_else(
    options: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def missing(_name: str) -> Any:
        raise ImportError("No module named 'greenlet'")

    monkeypatch.setattr(simulate, "import_module", missing)

    assert main(["simulate", *options]) == 1

    captured = capsys.readouterr()
    assert captured.out == ""
    assert "DEVELOPMENT_PACKAGES_MISSING" in captured.err
    assert "remedy: make dev-environment installs it" in captured.err
