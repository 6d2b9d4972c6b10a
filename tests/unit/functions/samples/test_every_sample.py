"""Every sample event goes through the handler of its step in some test."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.unit.functions.samples.reading import EVENTS

HERE = Path(__file__).parent


def test_every_function_has_sample_events() -> None:
    steps = {folder.name for folder in EVENTS.iterdir()}

    assert steps == {
        path.name
        for path in (EVENTS.parent / "functions").iterdir()
        if path.is_dir() and (path / "app.py").exists()
    }


def test_every_sample_of_the_copy_path_is_handled_by_a_test_here() -> None:
    files = {(path.parent.name, path.stem) for path in EVENTS.glob("*/*.json")}
    # Each of these has tests of its own.
    elsewhere = {
        *("account_erasure", "agent_upkeep", "api", "signer"),
        *("audit_checkpoint", "audit_extract", "audit_seal"),
    }

    nodes = [node for path in HERE.glob("*.py") for node in ast.walk(ast.parse(path.read_text()))]
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    named = {(step, case) for call in calls for step, case in samples_in(call)}

    assert named == {(step, case) for step, case in files if step not in elsewhere}


def samples_in(call: ast.Call) -> list[tuple[str, str]]:
    """Give what a call of `sample` reads."""
    if not isinstance(call.func, ast.Name) or call.func.id != "sample":
        return []
    step, case = call.args
    assert isinstance(step, ast.Constant)
    assert isinstance(case, ast.Constant)
    return [(str(step.value), str(case.value))]
