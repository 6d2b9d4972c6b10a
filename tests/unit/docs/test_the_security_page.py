"""The security page says of every role what the template gives it, and each threat has its test."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
RESOURCES: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))[
    "Resources"
]
WRITING = {"dynamodb:" + each for each in ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem")}
ROLE = re.compile(r"^(\w+)FunctionRole$")
ROW = re.compile(r"^\| `(\w+)` \| (.*) \| (.*) \| (.*) \| (.*) \|$", re.MULTILINE)
THREAT = re.compile(r"^\*\*(.+?)\*\*(.*?)(?=^\*\*|^##)", re.MULTILINE | re.DOTALL)


class Rights(NamedTuple):
    """What a role may call, use, write and only read."""

    aliases: set[str]
    keys: set[str]
    written: set[str]
    read: set[str]


def words(name: str, between: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", between, name).lower()


def named(pattern: str, statements: list[dict[str, Any]]) -> set[str]:
    return {name for each in statements for name in re.findall(pattern, str(each["Resource"]))}


def tables(statements: list[dict[str, Any]]) -> set[str]:
    return {words(name, " ") for name in named(r"\b(\w+)Table\b", statements)}


def secrets(statements: list[dict[str, Any]]) -> set[str]:
    names = {
        name: each["Properties"]["Name"]["Fn::Sub"]
        for name, each in RESOURCES.items()
        if each["Type"] == "AWS::SecretsManager::Secret"
    }
    places = str([each["Resource"] for each in statements])
    return {name for name, text in names.items() if f"secret:{text}-" in places}


def rights(role: str) -> Rights:
    statements = [
        each
        for policy in RESOURCES[role]["Properties"]["Policies"]
        for each in policy["PolicyDocument"]["Statement"]
    ]
    written = tables([each for each in statements if WRITING & set(each["Action"])])
    return Rights(
        aliases=named(r"SignerFunction\.Arn\}:(\w+)", statements),
        keys=named(r"\b(\w+(?:Key|Bucket))\b", statements) | secrets(statements),
        written=written,
        read=tables(statements) - written,
    )


def told() -> dict[str, Rights]:
    marked = re.compile(r"`([^`]+)`")
    return {
        function: Rights(*(set(marked.findall(cell)) for cell in cells))
        for function, *cells in ROW.findall(PAGE)
    }


def given() -> dict[str, Rights]:
    found = {name: ROLE.match(name) for name in RESOURCES}
    return {words(match[1], "_"): rights(name) for name, match in found.items() if match}


def test_every_role_is_told_and_no_other() -> None:
    assert set(told()) == set(given())


@pytest.mark.parametrize("function", sorted(given()))
def test_a_role_is_told_as_the_template_has_it(function: str) -> None:
    assert told()[function] == given()[function]


@pytest.mark.parametrize(
    "kind", ["AWS::KMS::Key", "AWS::SecretsManager::Secret", "AWS::DynamoDB::Table"]
)
def test_every_key_secret_and_table_is_on_the_page(kind: str) -> None:
    names = {name for name, each in RESOURCES.items() if each["Type"] == kind}
    shown = {words(name.removesuffix("Table"), " ") if "Table" in kind else name for name in names}

    assert {name for name in shown if f"`{name}`" not in PAGE} == set()


def test_every_alias_of_the_signer_is_on_the_page() -> None:
    aliases = {
        each["Properties"]["Name"]
        for each in RESOURCES.values()
        if each["Type"] == "AWS::Lambda::Alias"
    }

    assert {name for name in (*aliases, "sign") if f"`{name}`" not in PAGE} == set()


def test_every_threat_names_a_test() -> None:
    threats = dict(THREAT.findall(PAGE.partition("## Threats")[2].partition("\n## ")[0] + "\n##"))

    assert threats
    assert [name for name, text in threats.items() if "`tests/" not in text] == []
