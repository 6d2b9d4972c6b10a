"""Parameters that need each other are refused alone, before anything is deployed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from localcloud.deploy.source import read_source

TEMPLATE = read_source(Path(__file__).resolve().parents[3] / "template.yaml").template


def is_set(parameter: str) -> dict[str, Any]:
    return {"Fn::Not": [{"Fn::Equals": [{"Ref": parameter}, ""]}]}


SERVER_WALLETS = {"Fn::Equals": [{"Ref": "AgentAuthority"}, "SERVER_WALLET"]}


@pytest.mark.parametrize(
    ("what", "condition", "needed"),
    [
        ("AgentAuthority SERVER_WALLET", SERVER_WALLETS, ["ServerWalletsUrl"]),
        (
            "HyperliquidBuilderAddress",
            is_set("HyperliquidBuilderAddress"),
            ["HyperliquidBuilderFeeTenthsBps"],
        ),
        ("PrivyJwksUrl", is_set("PrivyJwksUrl"), ["PrivyAppId", "PrivyIssuer"]),
        ("DynamicJwksUrl", is_set("DynamicJwksUrl"), ["DynamicIssuer", "DynamicAudience"]),
    ],
)
def test_a_parameter_without_what_it_needs_is_refused_by_the_template(
    what: str, condition: dict[str, Any], needed: list[str]
) -> None:
    (rule,) = (each for each in TEMPLATE["Rules"].values() if each["RuleCondition"] == condition)

    assert rule["Assertions"] == [
        {"Assert": is_set(each), "AssertDescription": f"{what} needs {each}"} for each in needed
    ]
