"""The door's limits are those of the deployment, which are 100 and 10 a second unless it says."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from checks.template.document import read_document
from understudy.domain.door_limits import DoorLimits
from understudy.runtime import api

TEMPLATE = Path(__file__).resolve().parents[3] / "template.yaml"
RESOURCES = {each.name: each.properties for each in read_document(TEMPLATE).resources}
NAMES = ("DOOR_BURST", "DOOR_PER_SECOND", "DOOR_ATTEMPTS", "DOOR_ATTEMPTS_PER_MINUTE")


def test_each_setting_is_the_limit_of_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    for number, name in enumerate(NAMES, start=1000):
        monkeypatch.setenv(name, str(number))

    assert api._door_limits() == DoorLimits(
        burst=1000, per_second=1001, attempts=1002, attempts_per_minute=1003
    )


@pytest.mark.parametrize("function", ["ApiFunction", "OperatorApiFunction"])
def test_a_deployment_sets_them_by_its_parameters(function: str) -> None:
    variables = RESOURCES[function]["Environment"]["Variables"]

    assert {name: variables[name] for name in NAMES} == {
        name: {"Ref": name.title().replace("_", "")} for name in NAMES
    }


def test_a_deployment_that_says_nothing_has_a_hundred_and_ten_a_second() -> None:
    parameters: dict[str, Any] = yaml_parse(TEMPLATE.read_text(encoding="utf-8"))["Parameters"]
    said = {name: parameters[name.title().replace("_", "")]["Default"] for name in NAMES}

    assert list(said.values()) == list(asdict(DoorLimits()).values())
    assert (said["DOOR_BURST"], said["DOOR_PER_SECOND"]) == (100, 10)
