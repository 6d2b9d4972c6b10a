"""What a deployment tells the API. Nothing here has a default that names a place, chain or key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from understudy.adapters.venues.hyperliquid.constants import Chain
from understudy.domain.errors import InvalidInputError
from understudy.workflows.agents import BuilderTerms


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """Tables, queues, the custody alias, the venue, and who may sign in from where."""

    identity_table: str
    copying_table: str
    market_table: str
    queue_urls: Mapping[str, str]
    enroll_function: str
    token_secret_id: str
    token_issuer: str
    hyperliquid_url: str
    chain: Chain
    siwe_domains: frozenset[str]
    siwe_origins: frozenset[str]
    siwe_chain_ids: frozenset[int]
    terms: BuilderTerms


QUEUES = {
    "leader_fills": "LEADER_FILLS_QUEUE_URL",
    "fill_fan_out": "FILL_FAN_OUT_QUEUE_URL",
    "follower_execute": "FOLLOWER_EXECUTE_QUEUE_URL",
    "follow_reconcile": "FOLLOW_RECONCILE_QUEUE_URL",
}


def api_settings(environment: Mapping[str, str]) -> ApiSettings:
    """Read the settings; raises InvalidInputError naming the variable that is missing or wrong."""
    return ApiSettings(
        identity_table=_text(environment, "IDENTITY_TABLE"),
        copying_table=_text(environment, "COPYING_TABLE"),
        market_table=_text(environment, "MARKET_TABLE"),
        queue_urls={name: _text(environment, variable) for name, variable in QUEUES.items()},
        enroll_function=_text(environment, "ENROLL_FUNCTION"),
        token_secret_id=_text(environment, "TOKEN_SECRET_ID"),
        token_issuer=_text(environment, "TOKEN_ISSUER"),
        hyperliquid_url=_text(environment, "HYPERLIQUID_URL"),
        chain=_chain(environment),
        siwe_domains=_list(environment, "SIWE_DOMAINS"),
        siwe_origins=_list(environment, "SIWE_ORIGINS"),
        siwe_chain_ids=frozenset(
            _number(each, "SIWE_CHAIN_IDS") for each in _list(environment, "SIWE_CHAIN_IDS")
        ),
        terms=_terms(environment),
    )


def _text(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "")
    if not value:
        raise InvalidInputError(f"set the environment variable {name}")
    return value


def _list(environment: Mapping[str, str], name: str) -> frozenset[str]:
    return frozenset(each.strip() for each in _text(environment, name).split(",") if each.strip())


def _number(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise InvalidInputError(f"{name} must be whole numbers, separated by commas")
    return int(text)


def _chain(environment: Mapping[str, str]) -> Chain:
    name = _text(environment, "HYPERLIQUID_CHAIN")
    if name not in list(Chain):
        raise InvalidInputError(f"HYPERLIQUID_CHAIN must be one of {', '.join(Chain)}")
    return Chain(name)


def _terms(environment: Mapping[str, str]) -> BuilderTerms:
    referral_code = environment.get("HYPERLIQUID_REFERRAL_CODE", "")
    if not environment.get("HYPERLIQUID_BUILDER_ADDRESS"):
        return BuilderTerms(referral_code=referral_code)
    fee = _text(environment, "HYPERLIQUID_BUILDER_FEE_TENTHS_BPS")
    return BuilderTerms(
        builder_address=_text(environment, "HYPERLIQUID_BUILDER_ADDRESS").lower(),
        builder_fee_tenths_bps=_number(fee, "HYPERLIQUID_BUILDER_FEE_TENTHS_BPS"),
        referral_code=referral_code,
    )
