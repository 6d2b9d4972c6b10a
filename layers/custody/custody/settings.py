"""What a deployment tells the custody functions. Nothing here has a default that moves money."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from custody.agents import AuthorityKind, Policy
from custody.aws.key_vault import VaultKeys
from custody.aws.tables import TableNames
from custody.hyperliquid import Terms
from understudy.adapters.venues.hyperliquid.constants import Chain
from understudy.adapters.venues.hyperliquid.wire import Builder
from understudy.domain.errors import ConfigurationError, InvalidInputError
from understudy.domain.money import parse_decimal

if TYPE_CHECKING:
    from decimal import Decimal


class WalletPlace(NamedTuple):
    """The address of the provider of server wallets, and the secret that holds its token."""

    url: str
    token_secret_id: str


class Settings(NamedTuple):
    """Tables, the KMS keys of agents and of audit rows, what actions carry, new agents' policy.

    `role` is the signer's own; `wallets` is where server wallets are, if there are any; `authority`
    holds the keys of new agents; `older_system` is where the stand-in of an older system is.
    """

    tables: TableNames
    agent_keys: VaultKeys
    role: str
    audit_row_key_id: str
    terms: Terms
    wallets: WalletPlace | None
    policy: Policy
    authority: AuthorityKind = AuthorityKind.KMS_WRAPPED
    older_system: str = ""


def settings_from(environment: Mapping[str, str]) -> Settings:
    """Read the settings; raises ConfigurationError naming the variable that is missing or wrong."""
    return Settings(
        tables=TableNames(
            custody=_text(environment, "CUSTODY_TABLE"),
            audit=_text(environment, "AUDIT_TABLE"),
            market=_text(environment, "MARKET_TABLE"),
        ),
        agent_keys=VaultKeys(
            sealing=_text(environment, "AGENT_KEY_ID"),
            spare=_text(environment, "SPARE_AGENT_KEY_ID"),
        ),
        role=_text(environment, "SIGNER_ROLE"),
        audit_row_key_id=_text(environment, "AUDIT_ROW_KEY_ID"),
        terms=Terms(_chain(environment), _builder(environment)),
        wallets=_wallets(environment),
        policy=Policy(
            max_order_notional=_amount(environment, "AGENT_MAX_ORDER_NOTIONAL_USDC"),
            max_daily_notional=_amount(environment, "AGENT_MAX_DAILY_NOTIONAL_USDC"),
            max_leverage=_count(environment, "AGENT_MAX_LEVERAGE"),
            price_band_bps=_count(environment, "AGENT_PRICE_BAND_BPS"),
        ),
        authority=_authority(environment),
        older_system=environment.get("OLDER_SYSTEM_URL", ""),
    )


def _text(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "")
    if not value:
        raise ConfigurationError(f"set the environment variable {name}")
    return value


def _amount(environment: Mapping[str, str], name: str) -> Decimal:
    try:
        amount = parse_decimal(_text(environment, name), name=name)
    except InvalidInputError as error:
        raise ConfigurationError(error.message) from error
    if amount <= 0:
        raise ConfigurationError(f"{name} must be above zero")
    return amount


def _count(environment: Mapping[str, str], name: str) -> int:
    text = _text(environment, name)
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise ConfigurationError(f"{name} must be a whole number above zero")
    return int(text)


def _chain(environment: Mapping[str, str]) -> Chain:
    name = _text(environment, "HYPERLIQUID_CHAIN")
    if name not in list(Chain):
        raise ConfigurationError(f"HYPERLIQUID_CHAIN must be one of {', '.join(Chain)}")
    return Chain(name)


def _builder(environment: Mapping[str, str]) -> Builder | None:
    if not environment.get("HYPERLIQUID_BUILDER_ADDRESS"):
        return None
    return Builder(
        _text(environment, "HYPERLIQUID_BUILDER_ADDRESS").lower(),
        _count(environment, "HYPERLIQUID_BUILDER_FEE_TENTHS_BPS"),
    )


def _authority(environment: Mapping[str, str]) -> AuthorityKind:
    name = environment.get("AGENT_AUTHORITY") or AuthorityKind.KMS_WRAPPED
    if name not in list(AuthorityKind):
        raise ConfigurationError(f"AGENT_AUTHORITY must be one of {', '.join(AuthorityKind)}")
    return AuthorityKind(name)


def _wallets(environment: Mapping[str, str]) -> WalletPlace | None:
    if not environment.get("SERVER_WALLETS_URL"):
        return None
    return WalletPlace(
        _text(environment, "SERVER_WALLETS_URL"),
        _text(environment, "SERVER_WALLETS_TOKEN_SECRET_ID"),
    )
