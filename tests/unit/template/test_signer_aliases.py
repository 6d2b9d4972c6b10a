"""The signer is called by its aliases alone: each is of the code, layers and settings of now."""

from __future__ import annotations

from typing import Any, cast

import pytest

from cli.places import TEMPLATE
from localcloud.deploy.source import read_source
from localcloud.deploy.transform import to_cloudformation

ALIASES = {"sign", "enroll", "keys", "operate", "upkeep", "erase"}


@pytest.fixture(scope="module")
def resources() -> dict[str, Any]:
    template = read_source(TEMPLATE).template
    plain = to_cloudformation(template, {"Stage": "prod"}, "us-east-1")
    return cast("dict[str, Any]", plain["Resources"])


def test_every_caller_of_the_signer_has_an_alias_of_its_own(resources: dict[str, Any]) -> None:
    aliases = [each for each in resources.values() if each["Type"] == "AWS::Lambda::Alias"]

    assert {each["Properties"]["Name"] for each in aliases} == ALIASES
    assert {str(each["Properties"]["FunctionName"]) for each in aliases} == {
        str({"Ref": "SignerFunction"})
    }


def test_the_alias_that_sam_once_made_keeps_its_name_so_that_a_stack_is_updated_in_place(
    resources: dict[str, Any],
) -> None:
    assert resources["SignerFunctionAliassign"]["Properties"]["Name"] == "sign"


def test_no_alias_is_of_a_published_version_which_keeps_the_limits_and_keys_it_began_with(
    resources: dict[str, Any],
) -> None:
    kinds = {each["Type"] for each in resources.values()}
    named = [
        each["Properties"]["FunctionVersion"]
        for each in resources.values()
        if each["Type"] == "AWS::Lambda::Alias"
    ]

    assert "AWS::Lambda::Version" not in kinds
    assert set(named) == {"$LATEST"}
