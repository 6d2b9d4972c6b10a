"""Each rule of cfn-lint finds its planted fault, or it is written down why it has none here."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from cfnlint.config import ConfigMixIn
from cfnlint.core import get_rules
from cfnlint.runner import run_template_by_file_path

from tests.unit.checks.planted import SOUND_TEMPLATE

if TYPE_CHECKING:
    from cfnlint.rules import RulesCollection

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[2]
FAULTS: dict[str, str] = {
    rule: template
    for name in ("cfn_lint_faults.yaml", "cfn_lint_faults_elsewhere.yaml")
    for rule, template in yaml.safe_load((FOLDER / name).read_text("utf-8")).items()
}
REASONS: dict[str, str] = yaml.safe_load((FOLDER / "cfn_lint_excused.yaml").read_text("utf-8"))
EXCUSED = [rule for rules in REASONS.values() for rule in rules.split()]
AS_THE_COMMAND = ["E", "W"]  # errors and warnings; what merely informs is off, as in `make check`


def many(count: int, each: str) -> str:
    return "{" + ", ".join(f"N{number}: {each}" for number in range(count)) + "}"


# What is only wrong because there is so much of it.
TOO_MUCH = {
    "{1025 letters}": "a" * 1025,
    "{5000 letters}": "a" * 5000,
    "{long name}": "a" * 256,
    "{long text}": "a" * 300,
    "{million letters}": "a" * 1_000_000,
    "{many queues}": many(501, "{ Type: AWS::SQS::Queue }"),
    "{many outputs}": many(201, "{ Value: a }"),
    "{many keys}": many(201, "{ b: c }"),
}


def rules_broken_in(file: Path, rules: RulesCollection) -> set[str]:
    """Judge one template as the command does, without loading all the rules for each."""
    found = run_template_by_file_path(str(file), ConfigMixIn(), rules, ignore_bad_template=False)
    return {match.rule.id for match in found}


@pytest.fixture(scope="module")
def rules() -> RulesCollection:
    return get_rules([], [], AS_THE_COMMAND)


def test_no_rule_of_cfn_lint_is_forgotten(rules: RulesCollection) -> None:
    known = [rule for rule in rules.rules if rule[0] in "EW"]

    assert sorted([*FAULTS, *EXCUSED]) == sorted(known)


@pytest.mark.parametrize("rule", FAULTS)
def test_a_planted_fault_is_reported_under_its_rule(
    rule: str, rules: RulesCollection, tmp_path: Path
) -> None:
    text = FAULTS[rule]
    for name, meant in TOO_MUCH.items():
        text = text.replace(name, meant)
    template = tmp_path / "template.yaml"
    template.write_text(text, encoding="utf-8")

    assert rule in rules_broken_in(template, rules)


def test_the_sound_template_has_no_fault(rules: RulesCollection) -> None:
    assert rules_broken_in(SOUND_TEMPLATE, rules) == set()


def test_make_check_runs_cfn_lint_with_nothing_left_out() -> None:
    (command,) = re.findall(r"cfn-lint (.*) \\\n", (ROOT / "Makefile").read_text(encoding="utf-8"))

    assert command == "template.yaml"
    assert not list(ROOT.glob(".cfnlintrc*"))
    assert "cfn-lint" not in (ROOT / "template.yaml").read_text(encoding="utf-8")
