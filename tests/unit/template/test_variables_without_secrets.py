"""Who reads every variable of every function has learnt no secret, but for the one that is told."""

from __future__ import annotations

import json
from pathlib import Path

from samtranslator.yaml_helper import yaml_parse

from checks.template.document import read_document

FILE = Path(__file__).resolve().parents[3] / "template.yaml"
TEMPLATE = read_document(FILE)
PARAMETERS = yaml_parse(FILE.read_text(encoding="utf-8"))["Parameters"]
SECRETS = {each.name for each in TEMPLATE.resources if each.type == "AWS::SecretsManager::Secret"}
# The address of one's own node may have a key in it: docs/security.md, What remains.
TOLD = {"SiweRpcUrl"}


def variables() -> dict[str, str]:
    return {
        f"{function.name} {name}": json.dumps(value)
        for function in TEMPLATE.functions()
        for name, value in function.properties.get("Environment", {}).get("Variables", {}).items()
    }


def test_no_variable_is_filled_from_a_secret_store() -> None:
    assert [name for name, value in variables().items() if "{{resolve:" in value] == []


def test_a_variable_says_which_secret_and_never_what_it_is() -> None:
    named = {
        name: secret
        for name, value in variables().items()
        for secret in SECRETS
        if f'"{secret}"' in value
    }

    assert set(named.values()) == SECRETS
    assert [name for name in named if not name.endswith("_SECRET_ID")] == []


def test_no_secret_is_handed_in_by_a_parameter_but_the_one_that_is_told() -> None:
    assert {name for name, each in PARAMETERS.items() if each.get("NoEcho")} == TOLD
