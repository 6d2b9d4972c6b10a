"""No rule of our own is without a planted fault: `python -m checks` and `checks.template` see all.

The names of the rules are read from the code, so that a new rule fails here until it is planted.
"""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from checks.__main__ import SETTINGS, find_all
from checks.finding import Finding, report
from checks.leaks import PATTERNS
from checks.suppressions import RULE
from tests.unit.checks.test_template_rules import FAULTS as TEMPLATE_FAULTS

if TYPE_CHECKING:
    import pytest

CHECKS = Path(__file__).resolve().parents[3] / "checks"
# Modules whose rules have their names elsewhere than at the finding.
NAMED_ELSEWHERE = {"leaks.py": set(PATTERNS), "suppressions.py": {RULE}}
DOMAIN = "layers/understudy/understudy/domain"
STORES = "layers/understudy/understudy/adapters/aws"
HALF = "0123456789abcdef" * 2
# rule -> the file that breaks it, and what stands there
FAULTS = {
    "no-float": (f"{DOMAIN}/shares.py", "share = 0.5"),
    "body-size": (f"{DOMAIN}/long_bodies.py", "def plan():\n" + "    step()\n" * 41),
    "file-size": (f"{DOMAIN}/long_files.py", "step()\n" * 301),
    "empty-name": ("cli/utils.py", ""),
    "condition-arithmetic": (f"{STORES}/sums.py", "put(ConditionExpression='a - :b >= :c')"),
    "transaction-size": (f"{STORES}/batches.py", "MAX_TRANSACT_ITEMS = 200"),
    "key-literal": ("functions/signer/keys.py", f"KEY = '{HALF}' '{HALF}'"),
    "revealing-log": ("functions/signer/logs.py", "logger('api').info(f'refused {token}')"),
    "bare-suppression": ("benchmarks/imports.py", "import jwt  # noqa: PLC0415"),
    "machine-path": ("docs/running.md", "cd /" + "root/understudy"),
    "registry-host": ("requirements/dev.in", "--index-" + "url=https://packages.example"),
    "secret": ("docs/signing.md", HALF * 2),
}


def rules_named_in(files: list[Path]) -> set[str]:
    """Read what each `Finding(place, rule, message)` is called."""
    named: set[str] = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Name(id="Finding"), args=[_, ast.Constant(value=str(rule)), _]
                ):
                    named.add(rule)
                case ast.Call(func=ast.Name(id="Finding")):
                    named |= NAMED_ELSEWHERE[file.name]
    return named


def test_a_planted_fault_of_every_rule_about_sources_and_files_is_reported(tmp_path: Path) -> None:
    for path, text in FAULTS.values():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n", encoding="utf-8")
    for path in SETTINGS:
        (tmp_path / path).write_text('  "S603"', encoding="utf-8")
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)  # noqa: S607 - the developer's own git
    subprocess.run(["git", "add", "."], cwd=tmp_path, check=True)  # noqa: S607 - the developer's own git

    found = {(finding.rule, finding.place.partition(":")[0]) for finding in find_all(tmp_path)}

    planted = {(rule, path) for rule, (path, _) in FAULTS.items()}
    assert found == planted | {(RULE, path) for path in SETTINGS}


def test_every_rule_about_sources_and_files_has_a_planted_fault() -> None:
    assert set(FAULTS) == rules_named_in(list(CHECKS.glob("*.py")))


def test_every_rule_about_the_template_has_a_planted_fault() -> None:
    planted = {rule for _, _, _, rule in TEMPLATE_FAULTS.values()}

    assert planted == rules_named_in(list((CHECKS / "template").glob("*.py")))


def test_one_finding_fails_the_check_and_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert report([Finding("cli/utils.py", "empty-name", "'utils' says nothing")]) == 1
    assert "cli/utils.py: empty-name: 'utils' says nothing" in capsys.readouterr().out
    assert report([]) == 0
