"""Signing in at a provider over HTTP: one session as for everybody, and clear refusals."""

from __future__ import annotations

from typing import Any, NoReturn

import pytest

from tests.fakes.api import ApiWorld
from tests.fakes.identity import ALICE
from tests.fakes.providers import (
    MAX_AGE_SECONDS,
    dynamic_token,
    dynamic_wallet,
    forged,
    privy_tokens,
    privy_wallet,
    verifiers,
)
from understudy.adapters.identity.json_web_keys import Algorithm
from understudy.adapters.identity.key_sets import CachedKeySet
from understudy.adapters.identity.privy import PrivyVerifier
from understudy.adapters.identity.provider_tokens import ProviderTokenReader
from understudy.domain.errors import DependencyError
from understudy.domain.identity import AuthMethod

PRIVY, DYNAMIC = "/v1/auth/privy", "/v1/auth/dynamic/verify"
ADDRESS = "0x" + "ab" * 20


@pytest.fixture
def api() -> ApiWorld:
    return ApiWorld(providers=verifiers())


def privy_body(*addresses: str) -> dict[str, str]:
    tokens = privy_tokens(*(privy_wallet(each) for each in addresses))
    return {"access_token": tokens.access, "identity_token": tokens.identity}


def dynamic_body(*addresses: str) -> dict[str, str]:
    return {"token": dynamic_token(*(dynamic_wallet(each) for each in addresses))}


@pytest.mark.parametrize(
    ("path", "body", "kind"),
    [
        (PRIVY, privy_body(ADDRESS), "PRIVY_EMBEDDED"),
        (DYNAMIC, dynamic_body(ADDRESS), "DYNAMIC_EMBEDDED"),
    ],
)
def test_a_sign_in_gives_both_tokens_and_the_wallet(
    api: ApiWorld, path: str, body: dict[str, str], kind: str
) -> None:
    answer = api.request("POST", path, body)

    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert (answer.body["token_type"], answer.body["expires_in"]) == ("Bearer", 900)
    assert (answer.body["wallet"]["address"], answer.body["wallet"]["kind"]) == (ADDRESS, kind)
    me = api.request("GET", "/v1/me", None, answer.body["access_token"]).body
    assert [each["address"] for each in me["wallets"]] == [ADDRESS]


def test_a_providers_session_is_renewed_and_ended_like_any(api: ApiWorld) -> None:
    first = api.request("POST", PRIVY, privy_body(ADDRESS)).body
    renewed = api.request("POST", "/v1/auth/refresh", {"refresh_token": first["refresh_token"]})

    latest = {"refresh_token": renewed.body["refresh_token"]}
    assert api.request("POST", "/v1/auth/logout", latest).status == 200
    assert api.request("POST", "/v1/auth/refresh", latest).code == "SESSION_ENDED"


@pytest.mark.parametrize(
    ("path", "body"), [(PRIVY, privy_body(ADDRESS)), (DYNAMIC, dynamic_body(ADDRESS))]
)
def test_a_provider_that_nobody_configured_is_refused(path: str, body: dict[str, str]) -> None:
    answer = ApiWorld().request("POST", path, body)

    assert (answer.status, answer.code) == (422, "PROVIDER_NOT_CONFIGURED")


def test_an_address_of_another_user_is_a_409(api: ApiWorld) -> None:
    api.sign_in(ALICE)

    answer = api.request("POST", PRIVY, privy_body(ALICE.address))

    assert (answer.status, answer.code) == (409, "ADDRESS_IN_USE")
    assert ALICE.address.lower() not in str(answer.body).lower()


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        (PRIVY, privy_body(), 422, "NO_WALLET"),
        (DYNAMIC, dynamic_body(), 422, "NO_WALLET"),
        (DYNAMIC, {"token": dynamic_token(scope="")}, 401, "PROVIDER_SIGN_IN_INCOMPLETE"),
        (DYNAMIC, {"token": forged()}, 401, "PROVIDER_TOKEN_INVALID"),
        (DYNAMIC, {"token": "x" * 8193}, 401, "PROVIDER_TOKEN_INVALID"),
        (DYNAMIC, {"token": "x" * 1_048_576}, 413, "BODY_TOO_LARGE"),
        (DYNAMIC, {"token": ""}, 400, "INVALID_INPUT"),
        (DYNAMIC, {"token": None}, 400, "INVALID_INPUT"),
        (DYNAMIC, {}, 400, "INVALID_INPUT"),
        (PRIVY, {"access_token": "a.b.c"}, 400, "INVALID_INPUT"),
        (PRIVY, {**privy_body(ADDRESS), "subject": "me"}, 400, "INVALID_INPUT"),
    ],
)
def test_a_refusal_is_clear_and_makes_nobody(
    api: ApiWorld, path: str, body: dict[str, Any], status: int, code: str
) -> None:
    answer = api.request("POST", path, body)

    assert (answer.status, answer.code) == (status, code)
    assert api.identity.users == {}
    assert api.identity.sessions_by_id == {}


def test_a_refused_token_is_never_shown_or_logged(
    api: ApiWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    token = dynamic_token(dynamic_wallet(ADDRESS), aud="https://evil.test")

    answer = api.request("POST", DYNAMIC, {"token": token})

    shown = str(answer.body) + capsys.readouterr().out
    assert answer.status == 401
    assert not [part for part in token.split(".") if part in shown]


def test_a_silent_provider_is_a_503() -> None:
    def silent() -> NoReturn:
        raise DependencyError("down", code="PROVIDER_UNAVAILABLE")

    reader = ProviderTokenReader(CachedKeySet(silent), Algorithm.ES256, ("privy.io",), "app-id")
    api = ApiWorld(providers={AuthMethod.PRIVY: PrivyVerifier(reader, MAX_AGE_SECONDS)})

    answer = api.request("POST", PRIVY, privy_body(ADDRESS))

    assert (answer.status, answer.code) == (503, "PROVIDER_UNAVAILABLE")
    assert answer.headers["Retry-After"]
    assert api.identity.users == {}


def test_a_providers_token_opens_no_other_route(api: ApiWorld) -> None:
    tokens = privy_tokens(privy_wallet(ADDRESS))

    for token in (tokens.access, tokens.identity, dynamic_token()):
        answer = api.request("GET", "/v1/me", None, token)
        assert (answer.status, answer.code) == (401, "UNAUTHENTICATED")
