"""Each rule that ruff and bandit have for security is at work on what we ship, or left out aloud.

Which rules there are the tools say themselves: a version of theirs with a new rule fails here.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.unit.checks.security_faults import FAULTS

ROOT = Path(__file__).resolve().parents[3]
SETTINGS = ROOT / "pyproject.toml"
TOOLS = tomllib.loads(SETTINGS.read_text(encoding="utf-8"))["tool"]
RUFF = (sys.executable, "-m", "ruff")
SECURITY = "flake8-bandit"
BANDIT = (sys.executable, "-m", "bandit")
BANDITS_LIST = """
import json
from bandit.core.extension_loader import MANAGER
print(json.dumps([*MANAGER.plugins_by_id, *MANAGER.blacklist_by_id]))
"""
LEFT_OUT = {"S105", "S603"}
LEFT_OUT_OF_BANDIT = {"B105", "B404", "B405", "B413", "B603"}
LEFT_TO_RUFF = {"B311", "B314", "B506", "B607"}  # which judges the same place by place
SHIPPED = ("layers/understudy/understudy/adapters", "layers/custody/custody", "functions/signer")
WITH_SETTINGS_OF_ITS_OWN = "layers/understudy/understudy/domain"


def told(*command: str, folder: Path = ROOT) -> str:
    """Run a tool, which finds something or just tells; give what it says."""
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout, done.stderr
    return done.stdout


def plant(folder: Path, *names: str) -> None:
    """Write each fault into a module of its own below each of these folders."""
    for name in names:
        (folder / name).mkdir(parents=True)
        for number, fault in FAULTS.items():
            (folder / name / f"planted_{number}.py").write_text(fault + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def known_to_ruff() -> set[str]:
    """Give the codes of ruff's stable rules of security."""
    rules = json.loads(told(*RUFF, "rule", "--all", "--output-format", "json"))
    mine = [rule for rule in rules if rule["linter"] == SECURITY]
    return {rule["code"] for rule in mine if "Stable" in rule["status"]}


@pytest.fixture(scope="module")
def found_by_ruff(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    """Give the findings in planted code, judged as if it stood where shipped code stands."""
    folder = tmp_path_factory.mktemp("planted")
    plant(folder, *SHIPPED)
    options = ("--no-cache", "--config", str(SETTINGS), "--output-format", "json")
    found = json.loads(told(*RUFF, "check", *options, ".", folder=folder))
    return {
        (Path(finding["filename"]).relative_to(folder).as_posix(), finding["code"])
        for finding in found
    }


def test_ruff_leaves_out_what_our_settings_name_with_a_reason(known_to_ruff: set[str]) -> None:
    ignored = set(TOOLS["ruff"]["lint"]["ignore"])

    assert {code for code in ignored if re.fullmatch(r"S\d*", code)} == LEFT_OUT
    assert {code for code in known_to_ruff if int(code[1:]) not in FAULTS} == LEFT_OUT


@pytest.mark.parametrize("place", [*SHIPPED, WITH_SETTINGS_OF_ITS_OWN])
def test_every_other_rule_of_ruff_is_at_work_on_shipped_code(
    place: str, known_to_ruff: set[str]
) -> None:
    said = told(*RUFF, "check", "--show-settings", f"{place}/__init__.py")
    enabled = said.partition("linter.rules.enabled")[2].partition("]")[0]

    at_work = set(re.findall(r"\((S\d{3})\)", enabled))
    assert at_work == known_to_ruff - LEFT_OUT


def test_ruff_finds_a_planted_fault_of_each_of_its_rules(
    known_to_ruff: set[str], found_by_ruff: set[tuple[str, str]]
) -> None:
    expected = {
        (f"{place}/planted_{code[1:]}.py", code)
        for place in SHIPPED
        for code in known_to_ruff - LEFT_OUT
    }

    assert expected - found_by_ruff == set()


@pytest.fixture(scope="module")
def asked_of_bandit() -> set[str]:
    """Give the rules of bandit's own list that our settings do not skip, each with a reason."""
    return set(json.loads(told(sys.executable, "-c", BANDITS_LIST))) - set(TOOLS["bandit"]["skips"])


@pytest.fixture(scope="module")
def found_by_bandit(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    folder = tmp_path_factory.mktemp("planted")
    plant(folder, "shipped")
    options = ("--quiet", "--configfile", str(SETTINGS), "--format", "json", "--recursive")
    found = json.loads(told(*BANDIT, *options, str(folder)))
    return {(Path(each["filename"]).name, each["test_id"]) for each in found["results"]}


def test_bandit_leaves_out_what_ruff_judges_and_what_our_settings_name_with_a_reason(
    known_to_ruff: set[str],
) -> None:
    at_work = {code.replace("S", "B") for code in known_to_ruff - LEFT_OUT}

    assert set(TOOLS["bandit"]["skips"]) == LEFT_OUT_OF_BANDIT | LEFT_TO_RUFF
    assert LEFT_TO_RUFF - at_work == set()


def test_bandit_finds_a_planted_fault_of_each_of_its_rules(
    asked_of_bandit: set[str], found_by_bandit: set[tuple[str, str]]
) -> None:
    expected = {(f"planted_{rule[1:]}.py", rule) for rule in asked_of_bandit}

    assert expected - found_by_bandit == set()


def test_every_planted_fault_is_of_a_rule_that_one_of_them_has(
    known_to_ruff: set[str], asked_of_bandit: set[str]
) -> None:
    judged = {int(rule[1:]) for rule in asked_of_bandit | known_to_ruff}

    assert set(FAULTS) - judged == set()
