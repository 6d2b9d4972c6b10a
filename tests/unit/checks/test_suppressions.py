"""Whoever silences a tool says why; one who does not is reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from checks.suppressions import RULE, find_bare_exceptions, find_bare_suppressions
from tests.unit.checks.planted import rules_broken_by

ROOT = Path(__file__).resolve().parents[3]
STORE = "layers/understudy/understudy/adapters/aws/ledger.py"


@pytest.mark.parametrize(
    "fault",
    [
        "import jwt  # noqa: PLC0415",
        "import jwt  # noqa: PLC0415, F401",
        "import jwt  # noqa",
        "import jwt  # noqa: PLC0415 -",
        "import jwt  # type: ignore[import-untyped]  # noqa: PLC0415",
        "size = sent  # type: ignore[arg-type]",
        "exec(sent)  # nosec",
        "exec(sent)  # nosec B102",
        "else_that_never_comes()  # pragma: no cover",
        "# ruff: noqa: S102\nexec(sent)",
        "# mypy: ignore-errors\nsize = sent",
        "import jwt  # pylint: disable=import-outside-toplevel",
        "# why\n\nimport jwt  # noqa: PLC0415",
        "import json  # why\nimport jwt  # noqa: PLC0415",
        "import json  # noqa: PLC0415 - why\nimport jwt  # noqa: PLC0415",
    ],
)
def test_an_exception_without_a_reason_is_reported(fault: str) -> None:
    assert rules_broken_by(find_bare_suppressions, STORE, fault) == [RULE]


@pytest.mark.parametrize(
    "sound",
    [
        "import jwt  # noqa: PLC0415 - dear to import",
        "import jwt  # noqa: PLC0415  # the same",
        "size = sent  # type: ignore[arg-type] # only numbers remain",
        "exec(sent)  # nosec B102 - our own text",
        "# Dear to import.\nimport jwt  # noqa: PLC0415",
        "# Dear to import.\nimport jwt  # noqa: PLC0415\nimport json  # noqa: PLC0415",
        "# ruff: noqa: S102 - our own text\nexec(sent)",
        "text = '# noqa: S102'",
    ],
)
def test_an_exception_with_its_reason_is_fine(sound: str) -> None:
    assert rules_broken_by(find_bare_suppressions, STORE, sound) == []


@pytest.mark.parametrize(
    "fault",
    [
        '[tool.ruff.lint]\nignore = [\n  "S603",\n]',
        '[tool.ruff.lint.per-file-ignores]\n"functions/**" = ["S"]',
        '[tool.bandit]\nskips = [\n  "B404",\n]',
        '[tool.mypy]\nexclude = ["^tests/"]',
        '[[tool.mypy.overrides]]\nmodule = "tests.*"\nwarn_return_any = false',
        "[[tool.mypy.overrides]]\nignore_missing_imports = true",
        '[tool.mypy]\ndisable_error_code = ["arg-type"]',
        '[[tool.importlinter.contracts]]\nignore_imports = ["custody -> understudy"]',
        '[tool.pytest.ini_options]\nfilterwarnings = ["ignore"]',
        '[tool.codespell]\nignore-words-list = "alo"',
        "ignore_checks:\n  - E1052",
    ],
)
def test_a_setting_that_leaves_something_out_is_reported_without_a_reason(fault: str) -> None:
    assert [finding.rule for finding in find_bare_exceptions("pyproject.toml", fault)] == [RULE]


@pytest.mark.parametrize(("path", "at_least"), [("pyproject.toml", 40), (".cfnlintrc.yaml", 10)])
def test_without_their_comments_our_own_settings_are_reported(path: str, at_least: int) -> None:
    settings = (ROOT / path).read_text(encoding="utf-8")
    bare = "\n".join(line.partition("#")[0] for line in settings.splitlines())

    assert list(find_bare_exceptions(path, settings)) == []
    assert len(list(find_bare_exceptions(path, bare))) >= at_least
