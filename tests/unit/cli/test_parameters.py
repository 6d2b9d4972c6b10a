"""Parameters of the template by the command: what the template would refuse is refused at once."""

from __future__ import annotations

import pytest

from cli.errors import CommandError
from cli.parameters import OURS, parameters_in


def test_what_is_given_reaches_the_template() -> None:
    given = parameters_in(
        ["SealingAgentKey=SpareAgentKey", "OperatorAddresses=0x" + "ab" * 20, "DoorBurst=7"]
    )

    assert given == {
        "SealingAgentKey": "SpareAgentKey",
        "OperatorAddresses": "0x" + "ab" * 20,
        "DoorBurst": "7",
    }


def test_lists_may_have_several_members_and_money_a_fraction() -> None:
    given = {
        "SiweDomains": "app.example.com, localhost:3000",
        "SiweUris": "https://app.example.com,http://localhost:3000",
        "SiweChainIds": "1, 42161",
        "SiweRpcUrl": "http://127.0.0.1:8545",
        "AgentMaxOrderNotional": "2500.5",
    }

    assert parameters_in(f"{name}={value}" for name, value in given.items()) == given


def test_what_needs_another_parameter_is_taken_with_it_and_where_the_command_sets_that() -> None:
    builder = {
        "HyperliquidBuilderAddress": "0x" + "ab" * 20,
        "HyperliquidBuilderFeeTenthsBps": "10",
        "AgentAuthority": "SERVER_WALLET",
    }

    assert parameters_in(f"{name}={value}" for name, value in builder.items()) == builder


def test_a_value_may_hold_the_sign() -> None:
    assert parameters_in(["TermsUrl=https://example.org/?a=b"]) == {
        "TermsUrl": "https://example.org/?a=b"
    }


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("SealingAgentKey", "is not NAME=VALUE"),
        ("=x", "no parameter ''"),
        ("SealingKey=AgentKey", "no parameter 'SealingKey'"),
        ("SealingAgentKey=Other", "cannot be 'Other'.*; one of AgentKey, SpareAgentKey"),
        ("OperatorAddresses=0x12", "cannot be '0x12'"),
        ("DoorBurst=many", "cannot be 'many'"),
        ("DoorBurst=0", "cannot be '0'"),
        ("DoorBurst=NaN", "cannot be 'NaN'"),
        ("DoorBurst=1000001", "cannot be '1000001'"),
        ("DoorBurst=2.5", "cannot be '2.5'"),
        ("DoorBurst=1e3", "cannot be '1e3'"),
        ("SiweDomains=https://app.example.com", "it is: Comma-separated domains"),
        ("SiweUris=app.example.com", "it is: Comma-separated origins"),
        ("SiweUris=https://app.example.com/", "cannot be 'https://app.example.com/'"),
        ("SiweChainIds=mainnet", "it is: Comma-separated chain ids"),
        ("SiweChainIds=1;42161", "cannot be '1;42161'"),
        ("SiweChainIds=", "cannot be ''"),
        ("SiweRpcUrl=http://rpc.example.com/secret", "SiweRpcUrl cannot be that"),
        ("VenueWeightPerMinute=0", "cannot be '0'"),
        ("EgressGroup=", "cannot be ''"),
        ("AgentMaxOrderNotional=0", "cannot be '0'.*; at least 1$"),
        ("AgentMaxDailyNotional=-1", "cannot be '-1'"),
        ("AgentMaxLeverage=51", "cannot be '51'.*; 1 to 50$"),
        ("AgentPriceBandBps=10001", "cannot be '10001'"),
        (f"HyperliquidBuilderAddress=0x{'ab' * 20}", "needs HyperliquidBuilderFeeTenthsBps"),
        *((f"{name}=x", "set by this command itself") for name in sorted(OURS)),
    ],
)
def test_what_the_template_would_refuse_is_refused(given: str, said: str) -> None:
    with pytest.raises(CommandError, match=said) as caught:
        parameters_in(["DoorBurst=7", given])

    assert caught.value.code == "PARAMETER_INVALID"
    assert "configuration.md" in caught.value.remedy


@pytest.mark.parametrize(
    "given",
    [
        "SiweDomains= app.example.com , localhost:3000,",
        "SiweUris=Com.Example.App://login,http://[::1]:3000",
        "SiweChainIds=1 , 42161,",
        "SiweRpcUrl=http://[::1]:8545/rpc",
        "SiweRpcUrl=http://localhost?k=1",
        "SiweRpcUrl=",
    ],
)
def test_what_the_functions_can_read_is_taken(given: str) -> None:
    name, _, value = given.partition("=")

    assert parameters_in([given]) == {name: value}
