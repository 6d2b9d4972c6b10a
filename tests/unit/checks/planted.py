"""Small sources and templates with one fault each, for the tests of the rules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from checks.sources import Source
from checks.template.document import read_document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from checks.finding import Finding
    from checks.template.document import Document

    SourceRule = Callable[[Source], Iterable[Finding]]

SOUND_TEMPLATE = Path(__file__).with_name("sound_template.yaml")


def rules_broken_by(rule: SourceRule, path: str, text: str) -> list[str]:
    """Run one rule over a planted source; return the names of the rules it breaks."""
    return [finding.rule for finding in rule(Source.parse(path, text))]


def template_with(folder: Path, old: str, new: str) -> Document:
    """Read the sound template after one replacement, which must apply."""
    text = SOUND_TEMPLATE.read_text(encoding="utf-8")
    assert old in text, f"not in the template: {old}"
    planted = folder / "template.yaml"
    planted.write_text(text.replace(old, new), encoding="utf-8")
    return read_document(planted)
