"""Each rule of cfn-lint that runs finds its planted fault.

Each that is left out is shown to be silent in this version, though it is asked here.
"""

from __future__ import annotations

import re
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypedDict

import pytest
import yaml
from cfnlint.config import ConfigMixIn
from cfnlint.runner import Runner, run_template_by_file_path

from tests.unit.checks.planted import SOUND_TEMPLATE

if TYPE_CHECKING:
    from cfnlint.rules import Rules


class Silent(TypedDict):
    """A template that breaks a rule which is never reported, and what is reported instead."""

    template: str
    instead: list[str]


FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[2]
FAULTS: dict[str, str] = {
    rule: template
    for name in ("cfn_lint_faults.yaml", "cfn_lint_faults_elsewhere.yaml")
    for rule, template in yaml.safe_load((FOLDER / name).read_text("utf-8")).items()
}
SILENT: dict[str, Silent] = yaml.safe_load((FOLDER / "cfn_lint_silent.yaml").read_text("utf-8"))
# What both `cfn-lint` and `sam validate --lint` read where they run.
SETTINGS = ROOT / ".cfnlintrc.yaml"
AS_IN_MAKE_CHECK = ("--config-file", str(SETTINGS))
NOTHING_LEFT_OUT = (*AS_IN_MAKE_CHECK, "--mandatory-checks", "E", "W")
# Faults in what is given beside a template: its name and text, and the arguments before its name.
BESIDE = {
    "E0100": ("deployment.yaml", "template-file-path: [a]", ["--deployment-files"]),
    "E0200": ("parameters.json", '{ "Parameters": [1] }', ["template.yaml", "--parameter-files"]),
    "E2900": ("P=other", "", ["template.yaml", "--parameters"]),
}
WITH_A_PARAMETER = """
Parameters: { P: { Type: String, AllowedValues: [a-queue, b-queue] } }
Resources: { Q: { Type: AWS::SQS::Queue, Properties: { QueueName: !Ref P } } }
"""
NO_SUCH_FILE = "E0003"
# Two rules ask what day it is: past days, whose place in AWS's calendar of runtimes is settled.
DAYS = {"E2531": (2022, 8, 1), "W2531": (2023, 12, 20)}


def many(count: int, each: str) -> str:
    return "{" + ", ".join(f"N{number}: {each}" for number in range(count)) + "}"


# What is only wrong because there is so much of it.
TOO_MUCH = {
    "{1025 letters}": "a" * 1025,
    "{5000 letters}": "a" * 5000,
    "{long name}": "a" * 256,
    "{long text}": "a" * 300,
    "{million letters}": "a" * 1_000_000,
    "{many resources}": many(501, "{ Type: AWS::CloudFormation::WaitConditionHandle }"),
    "{many outputs}": many(201, "{ Value: a }"),
    "{many parameters}": many(201, "{ Type: String }"),
    "{many keys}": many(201, "{ b: c }"),
}


def written(folder: Path, text: str) -> Path:
    for name, meant in TOO_MUCH.items():
        text = text.replace(name, meant)
    template = folder / "template.yaml"
    template.write_text(text, encoding="utf-8")
    return template


def rules_broken_in(file: Path, rules: Rules) -> set[str]:
    """Judge one template as the command does, without loading all the rules for each.

    What the settings leave out is reported too: they only filter what is found.
    """
    settings = ConfigMixIn([*NOTHING_LEFT_OUT])
    found = run_template_by_file_path(str(file), settings, rules, ignore_bad_template=False)
    return {match.rule.id for match in found}


@pytest.fixture(scope="module")
def command() -> Runner:
    return Runner(ConfigMixIn([]))


@pytest.fixture(scope="module")
def rules(command: Runner) -> Rules:
    return command.rules


def test_the_rules_that_make_check_runs_are_those_with_a_planted_fault(rules: Rules) -> None:
    # What merely informs is off, and what cfn-lint calls experimental.
    settings = ConfigMixIn([*AS_IN_MAKE_CHECK])
    run = [rule for rule in rules if rules.is_rule_enabled(rule, settings)]

    assert sorted(run) == sorted([*FAULTS, *BESIDE, NO_SUCH_FILE])


def test_what_is_left_out_are_rules_shown_to_be_silent(rules: Rules) -> None:
    known = [
        rule for rule in rules if rules.is_rule_enabled(rule, ConfigMixIn([*NOTHING_LEFT_OUT]))
    ]

    assert yaml.safe_load(SETTINGS.read_text("utf-8")) == {"ignore_checks": list(SILENT)}
    assert set(SILENT) - set(known) == set()


@pytest.mark.parametrize("rule", [rule for rule in FAULTS if rule not in DAYS])
def test_a_planted_fault_is_reported_under_its_rule(
    rule: str, rules: Rules, tmp_path: Path
) -> None:
    broken = rules_broken_in(written(tmp_path, FAULTS[rule]), rules)

    assert rule in broken
    assert broken & set(SILENT) == set()


@pytest.mark.parametrize("rule", DAYS)
def test_a_runtime_past_its_day_is_reported_under_its_rule(
    rule: str, rules: Rules, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Day(datetime):
        @classmethod
        def today(cls) -> Self:
            return cls(*DAYS[rule])

    monkeypatch.setitem(rules[rule].validate.__globals__, "datetime", Day)

    assert rule in rules_broken_in(written(tmp_path, FAULTS[rule]), rules)


@pytest.mark.parametrize("rule", BESIDE)
def test_a_fault_beside_the_template_is_reported_under_its_rule(
    rule: str, command: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, text, arguments = BESIDE[rule]
    (tmp_path / name).write_text(text, encoding="utf-8")
    written(tmp_path, WITH_A_PARAMETER)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "config", ConfigMixIn([*arguments, name]))

    assert {match.rule.id for match in command.run()} == {rule}


def test_a_template_that_is_not_there_is_reported_under_its_rule(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        Runner(ConfigMixIn([str(tmp_path / "nowhere.yaml")]))

    assert capsys.readouterr().out.startswith(NO_SUCH_FILE)


@pytest.mark.parametrize("rule", SILENT)
def test_a_rule_that_is_left_out_would_not_be_reported_anyway(
    rule: str, rules: Rules, tmp_path: Path
) -> None:
    broken = rules_broken_in(written(tmp_path, SILENT[rule]["template"]), rules)

    assert broken == set(SILENT[rule]["instead"])


def test_the_sound_template_has_no_fault(rules: Rules) -> None:
    assert rules_broken_in(SOUND_TEMPLATE, rules) == set()


def test_make_check_runs_cfn_lint_with_these_settings_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (command,) = re.findall(r"cfn-lint (.*) \\\n", (ROOT / "Makefile").read_text(encoding="utf-8"))
    monkeypatch.chdir(ROOT)

    assert command == "template.yaml"
    assert list(ROOT.glob(".cfnlintrc*")) == [SETTINGS]
    assert "cfn-lint" not in (ROOT / "template.yaml").read_text(encoding="utf-8")
    # With a region alone, as `sam validate --lint` asks.
    assert ConfigMixIn(regions=["us-east-1"]).ignore_checks == list(SILENT)


@pytest.mark.parametrize("environment", ["dev", "sam"])
def test_both_environments_run_the_version_that_is_judged_here(environment: str) -> None:
    pinned = (ROOT / "requirements" / f"{environment}.txt").read_text(encoding="utf-8")

    assert f"\ncfn-lint=={version('cfn-lint')} " in pinned
