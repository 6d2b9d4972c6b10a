"""A provider's settings reach the API together or not at all, and no address has a default."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from checks.template.document import read_document

TEMPLATE = read_document(Path(__file__).resolve().parents[3] / "template.yaml")
SETTINGS: dict[str, dict[str, str]] = {
    "HasSiweRpc": {"SIWE_RPC_URL": "SiweRpcUrl"},
    "HasPrivy": {
        "PRIVY_JWKS_URL": "PrivyJwksUrl",
        "PRIVY_APP_ID": "PrivyAppId",
        "PRIVY_ISSUER": "PrivyIssuer",
        "PRIVY_MAX_AGE_SECONDS": "PrivyMaxAgeSeconds",
    },
    "HasDynamic": {
        "DYNAMIC_JWKS_URL": "DynamicJwksUrl",
        "DYNAMIC_ISSUER": "DynamicIssuer",
        "DYNAMIC_AUDIENCE": "DynamicAudience",
        "DYNAMIC_MAX_AGE_SECONDS": "DynamicMaxAgeSeconds",
    },
}


def variables() -> dict[str, Any]:
    (api,) = (each for each in TEMPLATE.functions() if each.name == "ApiFunction")
    found: dict[str, Any] = api.properties["Environment"]["Variables"]
    return found


@pytest.mark.parametrize("condition", SETTINGS)
def test_a_providers_settings_go_together(condition: str) -> None:
    for variable, parameter in SETTINGS[condition].items():
        chosen = {"Fn::If": [condition, {"Ref": parameter}, {"Ref": "AWS::NoValue"}]}
        assert variables()[variable] == chosen


def test_no_other_function_hears_of_a_provider() -> None:
    every = {name for settings in SETTINGS.values() for name in settings}
    for function in TEMPLATE.functions():
        environment = function.properties.get("Environment", {}).get("Variables", {})
        assert function.name == "ApiFunction" or not every & set(environment)
