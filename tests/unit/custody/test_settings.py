"""A deployment that is told too little, or nonsense, says so before anything is signed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from custody.agents import AuthorityKind
from custody.authorities import Authorities, Authority
from custody.doors import enrolment_door
from custody.enrolment import Enrolment
from custody.settings import settings_from
from tests.unit.custody.scene import POLICY, WALLET, Scene
from understudy.adapters.venues.hyperliquid.constants import Chain
from understudy.adapters.venues.hyperliquid.wire import Builder
from understudy.domain.errors import ConfigurationError

COMPLETE = {
    "CUSTODY_TABLE": "custody",
    "AUDIT_TABLE": "audit",
    "MARKET_TABLE": "market",
    "AGENT_KEY_ID": "key",
    "SPARE_AGENT_KEY_ID": "spare-key",
    "SIGNER_ROLE": "arn:aws:iam::123456789012:role/signer",
    "AUDIT_ROW_KEY_ID": "row-key",
    "HYPERLIQUID_CHAIN": "Testnet",
    "AGENT_MAX_ORDER_NOTIONAL_USDC": "250000",
    "AGENT_MAX_DAILY_NOTIONAL_USDC": "2000000",
    "AGENT_MAX_LEVERAGE": "50",
    "AGENT_PRICE_BAND_BPS": "1000",
}


def test_complete_settings_are_read() -> None:
    settings = settings_from(COMPLETE)

    assert settings.tables == ("custody", "audit", "market")
    assert settings.terms.chain is Chain.TESTNET
    assert settings.terms.builder is None
    assert settings.policy.max_order_notional == Decimal(250_000)


def test_new_agents_keys_are_wrapped_unless_something_else_is_to_hold_them() -> None:
    resident = {**COMPLETE, "AGENT_AUTHORITY": "KMS_RESIDENT"}

    assert settings_from(COMPLETE).authority is AuthorityKind.KMS_WRAPPED
    assert settings_from(resident).authority is AuthorityKind.KMS_RESIDENT


def test_without_its_provider_the_signer_of_server_wallets_goes_on_for_all_other_agents() -> None:
    away = {**COMPLETE, "AGENT_AUTHORITY": "SERVER_WALLET"}

    assert settings_from(away).wallets is None


@pytest.mark.parametrize("name", sorted(COMPLETE))
def test_nothing_has_a_default(name: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        settings_from({**COMPLETE, name: ""})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HYPERLIQUID_CHAIN", "mainnet"),
        ("AGENT_MAX_ORDER_NOTIONAL_USDC", "NaN"),
        ("AGENT_MAX_DAILY_NOTIONAL_USDC", "-1"),
        ("AGENT_MAX_LEVERAGE", "0"),
        ("AGENT_MAX_LEVERAGE", "2.5"),
        ("AGENT_PRICE_BAND_BPS", "ten"),
        ("AGENT_AUTHORITY", "kms"),
    ],
)
def test_nonsense_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        settings_from({**COMPLETE, name: value})


def test_a_builder_needs_its_fee() -> None:
    address = {"HYPERLIQUID_BUILDER_ADDRESS": "0x" + "0b" * 20}
    fee = {"HYPERLIQUID_BUILDER_FEE_TENTHS_BPS": "10"}

    with pytest.raises(ConfigurationError, match="BUILDER_FEE"):
        settings_from({**COMPLETE, **address})
    assert settings_from({**COMPLETE, **address, **fee}).terms.builder == Builder(
        "0x" + "0b" * 20, 10
    )


def test_a_wrong_setting_that_is_read_late_is_no_refusal_of_what_was_asked() -> None:
    def wallets() -> Authority:
        raise ConfigurationError("SERVER_WALLETS_URL must begin with https://")

    scene = Scene()
    keys = Authorities({AuthorityKind.KMS_WRAPPED: wallets})
    door = enrolment_door(Enrolment(scene.store, keys, scene.clock, POLICY))
    asked = {"user_id": "user-1", "wallet_id": "wallet-1", "wallet_address": WALLET}
    named = {"venue": "hyperliquid", "agent_name": "understudy"}

    with pytest.raises(ConfigurationError, match="SERVER_WALLETS_URL"):
        door({"operation": "create_agent", **asked, **named})
