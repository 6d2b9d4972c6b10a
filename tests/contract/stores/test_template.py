"""The template's tables are the ones that the stores were tested with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.contract.stores import tables

TEMPLATE = Path(__file__).resolve().parents[3] / "template.yaml"


class Loader(yaml.SafeLoader):
    """Reads the short forms of functions as their bare values."""


def _bare(loader: Loader, _suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    assert isinstance(node, yaml.MappingNode)
    return loader.construct_mapping(node, deep=True)


Loader.add_multi_constructor("!", _bare)


@pytest.fixture(scope="module")
def resources() -> dict[str, Any]:
    template: dict[str, Any] = yaml.load(TEMPLATE.read_text(), Loader)  # noqa: S506  # a SafeLoader
    found: dict[str, Any] = template["Resources"]
    return found


@pytest.mark.parametrize(
    ("name", "definition"),
    [
        ("CopyingTable", tables.COPYING),
        ("MarketTable", tables.MARKET),
        ("ThrottleTable", tables.THROTTLE),
        ("DoorTable", tables.DOOR),
        ("IdentityTable", tables.IDENTITY),
        ("OperatorsTable", tables.OPERATORS),
    ],
)
def test_a_table_of_the_template_has_the_keys_and_indexes_of_the_tests(
    resources: dict[str, Any], name: str, definition: dict[str, Any]
) -> None:
    properties = resources[name]["Properties"]

    assert properties["KeySchema"] == tables.schema(*tables.PRIMARY_KEY)
    assert properties.get("GlobalSecondaryIndexes", []) == definition.get(
        "GlobalSecondaryIndexes", []
    )
    assert {
        each["AttributeName"]: each["AttributeType"] for each in properties["AttributeDefinitions"]
    } == tables.attribute_types(definition)


@pytest.mark.parametrize(
    "name",
    [
        "CopyingTable",
        "CustodyTable",
        "ThrottleTable",
        "DoorTable",
        "IdentityTable",
        "OperatorsTable",
    ],
)
def test_items_that_say_when_they_expire_do_so(resources: dict[str, Any], name: str) -> None:
    assert resources[name]["Properties"]["TimeToLiveSpecification"] == {
        "AttributeName": "expires_on",
        "Enabled": True,
    }


def test_the_copying_table_streams_what_was_and_what_is(resources: dict[str, Any]) -> None:
    stream = resources["CopyingTable"]["Properties"]["StreamSpecification"]

    assert stream["StreamViewType"] == tables.COPYING["StreamSpecification"]["StreamViewType"]
