"""The documentation names everything that exists, and its links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
DOCS = ROOT / "docs"
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


def text_of(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def in_template(pattern: str) -> set[str]:
    template = (ROOT / "template.yaml").read_text(encoding="utf-8")
    return set(re.findall(pattern, template, re.MULTILINE))


def test_every_function_has_a_heading_in_the_flow() -> None:
    steps = {app.parent.name for app in (ROOT / "functions").glob("*/app.py")}

    headings = set(re.findall(r"^## (\w+)$", text_of("flow.md"), re.MULTILINE))

    assert headings == steps


def test_every_alarm_is_in_the_runbook_and_no_other() -> None:
    alarms = in_template(r"^  (\w+Alarm):$")

    assert set(re.findall(r"`(\w+Alarm)`", text_of("runbook.md"))) == alarms


def test_every_variable_of_the_template_is_explained() -> None:
    variables = in_template(r"^ {8,10}([A-Z][A-Z_]+):")

    assert {name for name in variables if name not in text_of("configuration.md")} == set()


def test_every_parameter_of_the_template_is_explained() -> None:
    parameters = in_template(r"^  (\w+):\n    Type: (?:String|Number)$")

    assert parameters
    assert {name for name in parameters if f"`{name}`" not in text_of("configuration.md")} == set()


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: page.name)
def test_links_lead_to_files(page: Path) -> None:
    links = LINK.findall(page.read_text(encoding="utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []
