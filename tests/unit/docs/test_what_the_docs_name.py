"""The documentation names everything that exists, and its links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from cli.app import app

ROOT = Path(__file__).resolve().parents[3]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
STEPS = {app.parent.name for app in (ROOT / "functions").glob("*/app.py")}
NAMED_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
COMMAND = re.compile(r"(?:`|^|\$ )understudy ([a-z][^`|#\n]*)", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


def text_of(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def cases_of(file: str) -> set[str]:
    path = ROOT / file
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return set(re.findall(r"^def (test_\w+)\(", text, re.MULTILINE))


def unknown_in(words: list[str]) -> list[str]:
    """Give what the command does not know of a line: a subcommand, or its options."""
    command: Any = get_command(app)
    for word in words:
        if not hasattr(command, "commands"):
            break
        if word not in command.commands:
            return [word]
        command = command.commands[word]
    options = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
    asked = {
        word.strip("[]=").partition("=")[0] for word in words if word.strip("[]").startswith("--")
    }
    return sorted(asked - options - {"--help"})


def in_template(pattern: str) -> set[str]:
    template = (ROOT / "template.yaml").read_text(encoding="utf-8")
    return set(re.findall(pattern, template, re.MULTILINE))


def test_every_function_has_a_heading_in_the_flow() -> None:
    headings = set(re.findall(r"^## (\w+)$", text_of("flow.md"), re.MULTILINE))

    assert headings == STEPS


@pytest.mark.parametrize("step", sorted(STEPS))
def test_every_function_has_tests_under_its_name(step: str) -> None:
    assert list((ROOT / "tests" / "unit").rglob(f"test_{step}*.py"))


def test_every_alarm_is_in_the_runbook_and_no_other() -> None:
    alarms = in_template(r"^  (\w+Alarm):$")

    assert set(re.findall(r"`(\w+Alarm)`", text_of("runbook.md"))) == alarms


@pytest.mark.parametrize("word", ["dex", "mark", "shard"])
def test_the_glossary_has_the_words_that_answers_and_their_reasons_use(word: str) -> None:
    explained = re.findall(r"^\| ([^|]+) \|", text_of("glossary.md"), re.MULTILINE)

    assert word in {each.strip() for row in explained for each in row.split(",")}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files(page: Path) -> None:
    links = LINK.findall(page.read_text(encoding="utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_tests_that_a_page_names_are_there(page: Path) -> None:
    named = NAMED_TEST.findall(page.read_text(encoding="utf-8"))

    assert [f"{file}::{test}" for file, test in named if test not in cases_of(file)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_commands_that_a_page_names_are_there(page: Path) -> None:
    asked = COMMAND.findall(page.read_text(encoding="utf-8"))

    assert [line for line in asked if unknown_in(line.split())] == []
