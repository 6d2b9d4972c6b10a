"""Dynamic's token: verified, complete, and whose wallets are whose."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.fakes.builders import NOW_MS
from tests.fakes.providers import (
    DYNAMIC_ISSUER,
    MAX_AGE_SECONDS,
    NOW,
    dynamic_reader,
    dynamic_token,
    dynamic_wallet,
    forged,
)
from understudy.adapters.identity.dynamic import DynamicVerifier, issuers_of
from understudy.domain.errors import NotAllowedError
from understudy.domain.identity import Connector, WalletKind
from understudy.ports.identity import LinkedWallet, ProviderClaim, ProviderTokens

ADDRESS, OTHER = "0x" + "aB" * 20, "0x" + "cD" * 20
VERIFIER = DynamicVerifier(dynamic_reader(), MAX_AGE_SECONDS)


def verified(token: str, now_ms: int = NOW_MS) -> ProviderClaim:
    return VERIFIER.verify(ProviderTokens(token, token), now_ms)


def refusal(token: str, now_ms: int = NOW_MS) -> str:
    with pytest.raises(NotAllowedError) as caught:
        verified(token, now_ms)
    return caught.value.code


def test_the_wallets_are_the_verified_credentials() -> None:
    claim = verified(dynamic_token(dynamic_wallet(ADDRESS), dynamic_wallet(OTHER, embedded=False)))

    assert claim.subject == "dynamic-alice"
    assert claim.wallets == (
        LinkedWallet(ADDRESS.lower(), WalletKind.DYNAMIC_EMBEDDED, Connector.DYNAMIC, "id-aBaB"),
        LinkedWallet(OTHER.lower(), WalletKind.EOA, Connector.DYNAMIC, "id-cDcD"),
    )


@pytest.mark.parametrize(
    "scope",
    [None, "", "user:basics", "requiresAdditionalAuth", "USER:BASIC", "user:basic,x",
     ["user:basic"], {"user:basic": 1}, 5, "user:basic requiresAdditionalAuth"],
    ids=str,
)  # fmt: skip
def test_a_sign_in_that_is_not_complete_does_not_get_in(scope: Any) -> None:
    token = dynamic_token(dynamic_wallet(ADDRESS), scope=scope)

    assert refusal(token) == "PROVIDER_SIGN_IN_INCOMPLETE"


@pytest.mark.parametrize(
    ("scopes", "is_complete"),
    [
        (["user:basic"], True),
        (["wallet:export", "user:basic"], True),
        (["user:basic", "requiresAdditionalAuth"], False),
        ([["user:basic"]], False),
        ({"user:basic": 1}, False),
        ("user:basic", False),
        ([], False),
    ],
    ids=str,
)
def test_scopes_may_be_a_list_of_that_name(scopes: Any, *, is_complete: bool) -> None:
    token = dynamic_token(dynamic_wallet(ADDRESS), scope=None, scopes=scopes)

    if is_complete:
        assert verified(token).wallets
    else:
        assert refusal(token) == "PROVIDER_SIGN_IN_INCOMPLETE"


def test_a_list_that_wants_more_outweighs_a_text_that_does_not() -> None:
    token = dynamic_token(dynamic_wallet(ADDRESS), scopes=["requiresAdditionalAuth"])

    assert refusal(token) == "PROVIDER_SIGN_IN_INCOMPLETE"


@pytest.mark.parametrize("host", ["app.dynamic.xyz", "app.dynamicauth.com"])
@pytest.mark.parametrize("configured", ["app.dynamic.xyz", "app.dynamicauth.com"])
def test_an_environment_is_the_same_at_either_host(host: str, configured: str) -> None:
    reader = replace(dynamic_reader(), issuers=issuers_of(f"{configured}/environment"))
    verifier = DynamicVerifier(reader, MAX_AGE_SECONDS)
    token = dynamic_token(dynamic_wallet(ADDRESS), iss=f"{host}/environment")

    assert verifier.verify(ProviderTokens(token, token), NOW_MS).wallets


def test_an_issuer_of_another_host_has_the_one_name() -> None:
    assert issuers_of("dynamic.example/environment") == ("dynamic.example/environment",)


def test_a_token_of_this_environment_may_say_so() -> None:
    token = dynamic_token(dynamic_wallet(ADDRESS), environment_id="environment")

    assert verified(token).wallets


def test_further_scopes_do_no_harm() -> None:
    token = dynamic_token(dynamic_wallet(ADDRESS), scope="wallet:export user:basic")

    assert verified(token).wallets


@pytest.mark.parametrize(
    "credential",
    [
        dynamic_wallet("7qvWUFx2yJzGAWhWNQ6ae51TRTrEPYGadByHXpQienKF", chain="solana"),
        dynamic_wallet(ADDRESS, chain="solana"),
        dynamic_wallet(ADDRESS, format="email"),
        dynamic_wallet(ADDRESS[:-1]),
        {"format": "blockchain"},
        "blockchain",
        None,
        [],
    ],
    ids=str,
)
def test_what_is_no_ethereum_wallet_is_passed_over(credential: Any) -> None:
    (wallet,) = verified(dynamic_token(credential, dynamic_wallet(OTHER))).wallets

    assert wallet.address == OTHER.lower()


def test_a_token_without_credentials_names_no_wallet() -> None:
    assert verified(dynamic_token(verified_credentials=None)).wallets == ()


@pytest.mark.parametrize("credentials", ["[]", {}, 5], ids=str)
def test_credentials_of_another_shape_are_refused(credentials: Any) -> None:
    assert refusal(dynamic_token(verified_credentials=credentials)) == "PROVIDER_TOKEN_INVALID"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "app.dynamic.xyz/other"},
        {"iss": f"{DYNAMIC_ISSUER}/"},
        {"iss": "app.dynamicauth.com/other"},
        {"iss": "app.dynamic.evil/environment"},
        {"environment_id": "other"},
        {"environment_id": ["environment"]},
        {"aud": "https://evil.test"},
        {"aud": ["https://app.understudy.test"]},
        {"sub": None},
        {"iat": NOW + 61},
        {"iat": str(NOW)},
        {"nbf": NOW + 120},
    ],
    ids=str,
)
def test_a_token_for_elsewhere_or_another_time_is_refused(changes: dict[str, Any]) -> None:
    assert refusal(dynamic_token(dynamic_wallet(ADDRESS), **changes)) == "PROVIDER_TOKEN_INVALID"


def test_a_token_is_too_old_in_time() -> None:
    token = dynamic_token(dynamic_wallet(ADDRESS))
    last_ms = NOW_MS + MAX_AGE_SECONDS * 1000

    assert verified(token, last_ms).wallets
    assert refusal(token, last_ms + 1000) == "PROVIDER_TOKEN_EXPIRED"


def test_a_token_of_the_other_provider_is_refused() -> None:
    assert refusal(forged()) == "PROVIDER_TOKEN_INVALID"
