"""The signer has room for every lane, and it alone says which builder fee there is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from checks.template.document import read_document

TEMPLATE = read_document(Path(__file__).resolve().parents[3] / "template.yaml")
FUNCTIONS = {each.name: each.properties for each in TEMPLATE.functions()}


def variables(function: str) -> dict[str, Any]:
    found: dict[str, Any] = FUNCTIONS[function]["Environment"]["Variables"]
    return found


def test_the_signer_has_as_much_room_as_the_lanes_can_ask_for() -> None:
    execute, signer = FUNCTIONS["FollowerExecuteFunction"], FUNCTIONS["SignerFunction"]
    at_once = execute["Events"]["Messages"]["Properties"]["ScalingConfig"]["MaximumConcurrency"]

    assert at_once == {"Ref": "LaneConcurrency"}
    assert execute["ReservedConcurrentExecutions"] == at_once
    assert signer["ReservedConcurrentExecutions"] == at_once


@pytest.mark.parametrize(
    ("variable", "parameter"),
    [
        ("HYPERLIQUID_BUILDER_ADDRESS", "HyperliquidBuilderAddress"),
        ("HYPERLIQUID_BUILDER_FEE_TENTHS_BPS", "HyperliquidBuilderFeeTenthsBps"),
    ],
)
def test_the_builder_fee_is_the_signers_word_alone(variable: str, parameter: str) -> None:
    chosen = {"Fn::If": ["HasBuilder", {"Ref": parameter}, {"Ref": "AWS::NoValue"}]}

    assert variables("SignerFunction")[variable] == chosen
    named = [
        name
        for name, each in FUNCTIONS.items()
        if variable in each.get("Environment", {}).get("Variables", {})
    ]
    assert named == ["SignerFunction"]
