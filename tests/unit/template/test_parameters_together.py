"""Parameters that need each other are refused alone, before anything is deployed."""

from __future__ import annotations

import os
from functools import cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from custody.agents import AuthorityKind
from custody.settings import settings_from
from localcloud.deploy.source import read_source
from understudy.domain.errors import ConfigurationError
from understudy.runtime.identity_providers import identity_providers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TEMPLATE = read_source(Path(__file__).resolve().parents[3] / "template.yaml").template
CHOICES = {
    "AgentAuthority": ("KMS_WRAPPED", "KMS_RESIDENT", "SERVER_WALLET"),
    "ServerWalletsUrl": ("", "https://wallets.example"),
    "HyperliquidBuilderAddress": ("", "0x" + "0b" * 20),
    "HyperliquidBuilderFeeTenthsBps": ("", "10"),
    "PrivyJwksUrl": ("", "https://privy.example/keys"),
    "PrivyAppId": ("", "app"),
    "PrivyIssuer": ("", "privy.io"),
    "DynamicJwksUrl": ("", "https://dynamic.example/keys"),
    "DynamicIssuer": ("", "dynamic.example/env"),
    "DynamicAudience": ("", "https://site.example"),
}
GIVEN = {"HyperliquidChain": "Testnet"}
ABSENT = {"Ref": "AWS::NoValue"}


def every_choice() -> Iterator[dict[str, str]]:
    """Give each way to choose the parameters that depend on others, beside the defaults."""
    described = TEMPLATE["Parameters"].items()
    defaults = {name: str(each.get("Default", "a value")) for name, each in described}
    for chosen in product(*CHOICES.values()):
        yield {**defaults, **GIVEN, **dict(zip(CHOICES, chosen, strict=True))}


def holds(condition: Mapping[str, Any], values: Mapping[str, str]) -> bool:
    """Evaluate a condition as CloudFormation does."""
    ((function, given),) = condition.items()
    if function == "Fn::Not":
        return not holds(given[0], values)
    assert function == "Fn::Equals"
    one, other = (values[each["Ref"]] if isinstance(each, dict) else each for each in given)
    return one == other


def refusals(values: Mapping[str, str]) -> list[str]:
    """Say with which words the template refuses these parameters; nothing where it does not."""
    return [
        each["AssertDescription"]
        for rule in TEMPLATE["Rules"].values()
        if holds(rule["RuleCondition"], values)
        for each in rule["Assertions"]
        if not holds(each["Assert"], values)
    ]


def environment(function: str, values: Mapping[str, str]) -> dict[str, str]:
    """Give what a function's environment is with these parameters; resources are just named."""
    everywhere = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]
    own = TEMPLATE["Resources"][function]["Properties"]["Environment"]["Variables"]
    resolved = {name: resolve(value, values) for name, value in {**everywhere, **own}.items()}
    return {name: value for name, value in resolved.items() if value is not None}


def resolve(value: Any, values: Mapping[str, str]) -> str | None:
    if value == ABSENT:
        return None
    if not isinstance(value, dict):
        return str(value)
    if "Fn::If" in value:
        name, then, otherwise = value["Fn::If"]
        return resolve(then if holds(TEMPLATE["Conditions"][name], values) else otherwise, values)
    return values.get(value.get("Ref", ""), "a resource")


@cache
def signer_works(variables: frozenset[tuple[str, str]]) -> bool:
    """Tell whether the signer starts and can hold the keys of new agents."""
    try:
        settings = settings_from(dict(variables))
    except ConfigurationError:
        return False
    return settings.authority is not AuthorityKind.SERVER_WALLET or settings.wallets is not None


@cache
def api_works(variables: frozenset[tuple[str, str]]) -> bool:
    """Tell whether the API takes the sign-in of every provider that it is told of."""
    with pytest.MonkeyPatch.context() as patched:
        for name in [each for each in os.environ if each.startswith(("PRIVY_", "DYNAMIC_"))]:
            patched.delenv(name)
        for name, value in variables:
            patched.setenv(name, value)
        try:
            identity_providers()
        except ConfigurationError:
            return False
    return True


def test_the_template_refuses_just_the_parameters_with_which_a_function_would_not_work() -> None:
    wrong = [
        values
        for values in every_choice()
        if bool(refusals(values))
        == (
            signer_works(frozenset(environment("SignerFunction", values).items()))
            and api_works(frozenset(environment("ApiFunction", values).items()))
        )
    ]

    assert wrong == []


def test_what_is_refused_is_told_by_the_parameter_that_is_missing() -> None:
    for values in every_choice():
        for said in refusals(values):
            what, missing = said.split(" needs ")
            assert values[missing] == ""
            assert values[what.split()[0]] == CHOICES[what.split()[0]][-1]
