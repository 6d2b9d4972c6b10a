"""The linter refuses time, chance, environment and Any in the domain, and there alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
RUFF = Path(sys.executable).with_name("ruff")
PRODUCT = "layers/understudy/understudy"


def rules_broken(path: str, text: str) -> set[str]:
    run = subprocess.run(
        [RUFF, "check", "--no-cache", "--output-format=json", "--stdin-filename", path, "-"],
        input=text,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return {finding["code"] for finding in json.loads(run.stdout)}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("import time\n", "TID251"),
        ("import random\n", "TID251"),
        ("from os import environ\n", "TID251"),
        ("import datetime\n\nNOW = datetime.datetime.now(datetime.UTC)\n", "TID251"),
        ("import uuid\n\nID = uuid.uuid4()\n", "TID251"),
        ("from typing import Any\n\n\ndef plan(fill: Any) -> None: ...\n", "ANN401"),
    ],
)
def test_an_impure_domain_is_refused(text: str, rule: str) -> None:
    assert rule in rules_broken(f"{PRODUCT}/domain/planted.py", text)
    assert rule not in rules_broken(f"{PRODUCT}/adapters/planted.py", text)
