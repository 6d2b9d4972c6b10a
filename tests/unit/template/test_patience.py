"""Who waits for a function at a screen waits as long as it may take, and hears of it in time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from checks.template.document import read_document
from understudy.adapters.aws import clients

ROOT = Path(__file__).resolve().parents[3]
TEMPLATE = read_document(ROOT / "template.yaml")
SECONDS = {each.name: each.properties["Timeout"] for each in TEMPLATE.functions()}


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "eu-west-1")
    made = clients._client  # one made before has other keys
    made.cache_clear()
    config: Any = clients.functions_for_people().meta.config
    yield config.read_timeout
    made.cache_clear()


@pytest.mark.parametrize("api", ["ApiFunction", "OperatorApiFunction"])
def test_an_api_outwaits_custody_and_answers_before_its_own_time_is_over(
    patience: int, api: str
) -> None:
    assert SECONDS["SignerFunction"] <= patience <= SECONDS[api] / 2
