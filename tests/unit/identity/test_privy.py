"""Privy's pair of tokens: both verified, both of one person, each in its own place."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.fakes.builders import NOW_MS
from tests.fakes.providers import (
    MAX_AGE_SECONDS,
    NOW,
    PRIVY_KEY,
    privy_claims,
    privy_reader,
    privy_tokens,
    privy_wallet,
)
from understudy.adapters.identity.privy import IDENTITY_MAX_AGE_SECONDS, PrivyVerifier
from understudy.domain.errors import NotAllowedError
from understudy.domain.identity import Connector, WalletKind
from understudy.ports.identity import LinkedWallet, ProviderTokens

ADDRESS, OTHER = "0x" + "aB" * 20, "0x" + "cD" * 20
VERIFIER = PrivyVerifier(privy_reader(), MAX_AGE_SECONDS)


def refusal(tokens: ProviderTokens, now_ms: int = NOW_MS) -> str:
    with pytest.raises(NotAllowedError) as caught:
        VERIFIER.verify(tokens, now_ms)
    return caught.value.code


def with_accounts(accounts: Any) -> ProviderTokens:
    claims = privy_claims(sid=None, linked_accounts=accounts)
    return replace(privy_tokens(), identity=PRIVY_KEY.sign(claims))


def test_the_wallets_are_those_of_the_identity_token() -> None:
    tokens = privy_tokens(privy_wallet(ADDRESS), privy_wallet(OTHER, embedded=False))

    claim = VERIFIER.verify(tokens, NOW_MS)

    assert claim.subject == "did:privy:alice"
    assert claim.wallets == (
        LinkedWallet(ADDRESS.lower(), WalletKind.PRIVY_EMBEDDED, Connector.PRIVY, "id-aBaB"),
        LinkedWallet(OTHER.lower(), WalletKind.EOA, Connector.PRIVY, "id-cDcD"),
    )


@pytest.mark.parametrize(
    "account",
    [
        privy_wallet("7qvWUFx2yJzGAWhWNQ6ae51TRTrEPYGadByHXpQienKF", chain_type="solana"),
        privy_wallet(ADDRESS, chain_type="solana"),
        privy_wallet(ADDRESS, type="smart_wallet"),
        privy_wallet(ADDRESS[:-1]),
        privy_wallet(ADDRESS + "\n"),
        {**privy_wallet(ADDRESS), "address": 5},
        {"type": "wallet"},
        "wallet",
        None,
        5,
    ],
    ids=str,
)
def test_what_is_no_ethereum_wallet_is_passed_over(account: Any) -> None:
    tokens = with_accounts(json.dumps([account, privy_wallet(OTHER)]))

    (wallet,) = VERIFIER.verify(tokens, NOW_MS).wallets

    assert wallet.address == OTHER.lower()


def test_an_address_that_is_named_twice_is_one_wallet() -> None:
    tokens = privy_tokens(privy_wallet(ADDRESS), privy_wallet(ADDRESS.lower(), embedded=False))

    (wallet,) = VERIFIER.verify(tokens, NOW_MS).wallets

    assert wallet.kind is WalletKind.PRIVY_EMBEDDED


@pytest.mark.parametrize("name", [None, 5, "", "x" * 129, "\0", {}], ids=str)
def test_a_wallet_without_a_usable_name_has_none(name: Any) -> None:
    (wallet,) = VERIFIER.verify(privy_tokens(privy_wallet(ADDRESS, id=name)), NOW_MS).wallets

    assert wallet.provider_wallet_id == ""


def test_the_accounts_may_come_as_a_list_too() -> None:
    assert VERIFIER.verify(with_accounts([privy_wallet(ADDRESS)]), NOW_MS).wallets


@pytest.mark.parametrize("accounts", ["", "{", "{}", "5", "[" * 2_000, {}, 5, None], ids=str)
def test_accounts_of_another_shape_are_refused(accounts: Any) -> None:
    assert refusal(with_accounts(accounts)) == "PROVIDER_TOKEN_INVALID"


def test_two_people_are_not_one() -> None:
    alice = privy_tokens(privy_wallet(ADDRESS))
    bob = privy_tokens(privy_wallet(OTHER), subject="did:privy:bob")

    assert refusal(replace(alice, access=bob.access)) == "PROVIDER_TOKEN_INVALID"


def test_neither_token_does_for_the_other() -> None:
    tokens = privy_tokens(privy_wallet(ADDRESS))
    swapped = ProviderTokens(access=tokens.identity, identity=tokens.access)
    both = PRIVY_KEY.sign(privy_claims(linked_accounts=json.dumps([privy_wallet(ADDRESS)])))

    assert refusal(swapped) == "PROVIDER_TOKEN_INVALID"
    assert refusal(replace(tokens, access=tokens.identity)) == "PROVIDER_TOKEN_INVALID"
    assert refusal(replace(tokens, identity=tokens.access)) == "PROVIDER_TOKEN_INVALID"
    assert refusal(replace(tokens, access=both)) == "PROVIDER_TOKEN_INVALID"


def test_the_access_token_bears_the_age_limit() -> None:
    tokens = privy_tokens(privy_wallet(ADDRESS))
    last_ms = NOW_MS + MAX_AGE_SECONDS * 1000

    assert VERIFIER.verify(tokens, last_ms).wallets
    assert refusal(tokens, last_ms + 1000) == "PROVIDER_TOKEN_EXPIRED"


def test_an_older_identity_token_is_good_until_its_own_end() -> None:
    accounts = json.dumps([privy_wallet(ADDRESS)])
    times = {"iat": NOW - 36_000 + 1, "exp": NOW + 1}
    identity = PRIVY_KEY.sign(privy_claims(linked_accounts=accounts, **times))
    tokens = replace(privy_tokens(), identity=identity)

    assert VERIFIER.verify(tokens, NOW_MS).wallets
    assert refusal(tokens, NOW_MS + 1000) == "PROVIDER_TOKEN_EXPIRED"


def test_no_identity_token_is_good_for_longer_than_a_day() -> None:
    times = {"iat": NOW - IDENTITY_MAX_AGE_SECONDS - 1, "exp": NOW + 1_000_000}
    identity = PRIVY_KEY.sign(privy_claims(linked_accounts="[]", **times))

    assert refusal(replace(privy_tokens(), identity=identity)) == "PROVIDER_TOKEN_EXPIRED"
