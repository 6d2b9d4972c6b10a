"""The configuration page says of every parameter and variable what the template says of it."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
TEMPLATE: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))
EVERYWHERE = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]
MARKED = re.compile(r"`([^`]+)`")
A_RESOURCE = re.compile(r"[A-Z][a-z]+(?:[A-Z][a-z]+)+")
IN_MS = {"s": 1000, "min": 60_000, "h": 3_600_000, "days": 86_400_000}
SOURCES = ROOT.parent / "shared" / "sources"
# A variable of an environment, a name with a value or its type in a listing or a call, a row of a
# table.
A_SETTING = re.compile(
    r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b"
    r"|(?<![-.\w])[a-z]+(?:[A-Z]\w*)?(?=: *(?:number\b|boolean\b|true\b|false\b|\d|'))"
    r"|\b[a-z]+(?:_[a-z]+)+(?==\d)|(?<=^\| `)[a-z]+(?:_[a-z]+)+(?=`)",
    re.MULTILINE,
)
# What has the look of one: reasons, states, events, headers, constants and fields of answers.
NO_SETTINGS = """
BELOW_MIN_NOTIONAL BUDGET_EXHAUSTED INSUFFICIENT_MARGIN MAX_POSITIONS_REACHED
SIGNING_UNAVAILABLE SYMBOL_ALLOCATION_EXCEEDED TRADE_ONLY STATE_CONFIRMED STATE_EXECUTED
STATE_FAILED STATE_INVALID STATE_MINED STATE_NEW COPY_DRAWDOWN_STOP PHANTOM_POSITION_CLEANUP
MIGRATION_STARTED SERVER_WALLET_CREATED OWNERSHIP_TRANSFERRED PRIVATE_KEY_DESTROYED
MIGRATION_COMPLETED POLY_API_KEY POLY_BUILDER_API_KEY POLY_BUILDER_PASSPHRASE
POLY_BUILDER_SIGNATURE POLY_BUILDER_TIMESTAMP LAMPORTS_PER_SOL NEG_RISK_ADAPTER
PERMANENT_ERRORS RETRYABLE_ERRORS YOUR_CRON_SECRET ENCRYPTION_KEY callType daysUntilExpiry
canProceed event exp iat needsRotation reason scope status type
"""


def section(heading: str) -> str:
    return PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def rows(heading: str) -> list[tuple[str, str]]:
    """Give the first two cells of each row of a section's table, below its head."""
    lines = [line for line in section(heading).splitlines() if line.startswith("| `")]
    return [(cells[1].strip(), cells[2].strip()) for cells in (line.split("|") for line in lines)]


def told_defaults() -> dict[str, str]:
    told: dict[str, str] = {}
    for names, defaults in rows("Parameters of the template"):
        listed, values = MARKED.findall(names), defaults.replace("`", "").split(", ")
        told.update(zip(listed, values * (len(listed) // len(values)), strict=True))
    return told


def defaults() -> dict[str, str]:
    return {
        name: str(each.get("Default", "none")) or "empty"
        for name, each in TEMPLATE["Parameters"].items()
    }


def told_variables() -> dict[str, set[str]]:
    listed = rows("Variables of the functions")
    return {
        name: set(where.split(", ")) for names, where in listed for name in MARKED.findall(names)
    }


def variables() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {name: {"all"} for name in EVERYWHERE}
    for name, each in TEMPLATE["Resources"].items():
        if each["Type"] == "AWS::Serverless::Function":
            function = re.sub(r"(?<!^)(?=[A-Z])", "_", name.removesuffix("Function")).lower()
            for variable in each["Properties"].get("Environment", {}).get("Variables", {}):
                found.setdefault(variable, set()).add(function)
    return found


def test_every_parameter_is_told_with_its_default() -> None:
    assert told_defaults() == defaults()


@pytest.mark.parametrize("variable", sorted(variables()))
def test_a_variable_is_told_with_the_functions_that_have_it(variable: str) -> None:
    assert told_variables().get(variable) == variables()[variable]


def test_no_variable_is_told_that_nothing_has() -> None:
    assert set(told_variables()) - set(variables()) == set()


def fixed() -> list[Any]:
    """Give each fixed value with the name of the constant beside it."""
    told = [line.split("|")[2:4] for line in section("What is fixed").splitlines() if "`" in line]
    pairs = [zip(v.split(";"), MARKED.findall(names), strict=True) for v, names in told]
    found = [pytest.param(*each, id=each[1]) for row in pairs for each in row]
    assert found
    return found


def constant(name: str) -> int:
    """Give the one constant of this name that a layer defines, lengths of time in milliseconds."""
    files = [
        each
        for each in (ROOT / "layers").rglob("*.py")
        if f"\n{name} = " in each.read_text(encoding="utf-8")
    ]
    (module,) = (".".join(each.relative_to(ROOT).with_suffix("").parts[2:]) for each in files)
    value: int = getattr(import_module(module), name)
    return value * IN_MS["s"] if name.endswith("_SECONDS") else value


@pytest.mark.parametrize(("told", "name"), fixed())
def test_a_fixed_value_is_told_as_the_code_has_it(told: str, name: str) -> None:
    number, unit, _ = f"{told.strip()}  ".split(" ", 2)

    assert int(number) * IN_MS.get(unit, 1) == constant(name)


def test_what_became_of_a_setting_names_what_is_in_the_template() -> None:
    here = section("Settings of the products this one grew from")
    answers = " ".join(line.rpartition(" | ")[2] for line in here.splitlines())
    named = {name for name in MARKED.findall(answers) if A_RESOURCE.fullmatch(name)}

    assert named
    assert named - set(TEMPLATE["Parameters"]) - set(TEMPLATE["Resources"]) == set()


@pytest.mark.shared
def test_every_setting_of_the_products_this_one_grew_from_is_told() -> None:
    texts = [each.read_text(encoding="utf-8") for each in sorted(SOURCES.glob("*.txt"))]
    theirs = {name for text in texts for name in A_SETTING.findall(text)} - set(NO_SETTINGS.split())

    assert len(theirs) > len(texts)
    assert sorted(each for each in theirs if not is_told(each)) == []


def is_told(name: str) -> bool:
    """Say whether a setting is in the table, whole or by its end beside a longer one: `_SECRET`."""
    told = MARKED.findall(section("Settings of the products this one grew from"))
    beside = [each for each in told if each.startswith("_") and name.endswith(each)]
    begun = [name.removesuffix(each) + "_" for each in beside]
    return name in told or any(whole.startswith(begin) for begin in begun for whole in told)
