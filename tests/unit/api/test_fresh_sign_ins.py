"""What makes an account somebody else's asks for a sign-in of the last ten minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from functions.api.every_route import ROUTES
from functions.api.openapi import document
from tests.fakes.api import ApiWorld
from tests.fakes.identity import ALICE, ISSUER
from tests.fakes.providers import privy_tokens, privy_wallet, verifiers
from tests.unit.api.leaving import delete
from tests.unit.api.tenancy import send
from tests.unit.api.test_wallets import link, linked
from tests.unit.api.two_tenants import ASKED, TERMS, tenants
from understudy.adapters.identity.access_tokens import Hs256AccessTokens
from understudy.domain.replacing import replace
from understudy.ports.identity import AccessClaims

if TYPE_CHECKING:
    from tests.fakes.api import Answer

TEN_MINUTES_MS = 600_000
FRESH = {"POST /v1/wallets", "DELETE /v1/wallets/{wallet_id}", "POST /v1/me/deletion"}
EVERY = pytest.mark.parametrize("key", sorted(FRESH))


def refused(answer: Answer) -> bool:
    return (answer.status, answer.body.get("code")) == (403, "SIGN_IN_AGAIN")


def claims_of(api: ApiWorld, token: str) -> AccessClaims:
    return api.services.sessions.caller(token)


def saying(api: ApiWorld, token: str, auth_time_seconds: int) -> str:
    """Write a token anew that says another time of signing in, with the API's own secret."""
    claims = replace(claims_of(api, token), auth_time_seconds=auth_time_seconds)
    return Hs256AccessTokens(api.ring, ISSUER).issue(claims, api.world.clock.now_ms())


def test_linking_removing_and_deleting_ask_for_it_and_nothing_else_does() -> None:
    assert {each.key for each in ROUTES if each.fresh} == FRESH


@EVERY
def test_who_signed_in_longer_ago_is_told_what_to_do_and_changes_nothing(key: str) -> None:
    api = ApiWorld(current_terms=TERMS)
    (alice,) = tenants(api, ALICE)
    asked = ASKED[key](api, alice)
    api.world.clock.advance(TEN_MINUTES_MS + 1000)
    before = api.done()

    answer = send(api, key, asked, alice.token)

    assert refused(answer)
    assert "sign in again" in answer.body["detail"]
    assert "ten minutes" in answer.body["detail"]
    assert api.done() == before


@EVERY
def test_who_signs_in_again_is_served_for_ten_minutes(key: str) -> None:
    api = ApiWorld(current_terms=TERMS)
    (alice,) = tenants(api, ALICE)
    api.world.clock.advance(TEN_MINUTES_MS * 2)
    again = replace(alice, token=api.token())
    api.world.clock.advance(TEN_MINUTES_MS - 1000)
    asked = ASKED[key](api, again)

    assert send(api, key, asked, again.token).status in {200, 201}


def test_a_refresh_is_no_sign_in(api: ApiWorld) -> None:
    pair = api.sign_in()
    api.world.clock.advance(TEN_MINUTES_MS + 1000)
    wish = {"refresh_token": pair["refresh_token"]}
    token = api.request("POST", "/v1/auth/refresh", wish).body["access_token"]

    assert refused(link(api, token))
    assert refused(delete(api, token))


def test_a_refresh_within_the_ten_minutes_keeps_them(api: ApiWorld) -> None:
    pair = api.sign_in()
    api.world.clock.advance(TEN_MINUTES_MS - 1000)
    wish = {"refresh_token": pair["refresh_token"]}
    token = api.request("POST", "/v1/auth/refresh", wish).body["access_token"]

    linked(api, token)


def test_a_token_that_was_stolen_longer_ago_does_not_become_the_account(api: ApiWorld) -> None:
    stolen = api.token()
    api.world.clock.advance(TEN_MINUTES_MS + 1000)
    assert api.request("GET", "/v1/me", None, stolen).status == 200

    assert refused(link(api, stolen))

    fresh = api.token()
    assert len(api.request("GET", "/v1/wallets", None, fresh).body["items"]) == 1
    linked(api, fresh)


def test_a_sign_in_at_a_provider_counts() -> None:
    api = ApiWorld(providers=verifiers())
    tokens = privy_tokens(privy_wallet(ALICE.address.lower()))
    wish = {"access_token": tokens.access, "identity_token": tokens.identity}
    token = api.request("POST", "/v1/auth/privy", wish).body["access_token"]

    linked(api, token)
    api.world.clock.advance(TEN_MINUTES_MS + 1000)

    assert refused(delete(api, token))


def test_a_token_that_does_not_say_when_counts_as_old(api: ApiWorld, token: str) -> None:
    of_before = saying(api, token, 0)
    assert api.request("GET", "/v1/me", None, of_before).status == 200

    assert refused(link(api, of_before))
    assert refused(delete(api, of_before))


def test_a_token_that_says_later_than_its_session_opens_nothing(api: ApiWorld, token: str) -> None:
    api.world.clock.advance(TEN_MINUTES_MS + 1000)
    now = api.world.clock.now_ms() // 1000

    answer = delete(api, saying(api, token, now))

    assert (answer.status, answer.code) == (401, "SESSION_ENDED")


def test_the_document_says_where_it_is_asked_for_and_what_is_answered() -> None:
    paths = document(ROUTES)["paths"]
    operations = {
        f"{method.upper()} {path}": each
        for path, methods in paths.items()
        for method, each in methods.items()
    }
    told = {
        key
        for key, each in operations.items()
        if "SIGN_IN_AGAIN" in each["responses"].get("403", {}).get("description", "")
    }

    assert told == FRESH
    assert all("10 minutes" in operations[key]["description"] for key in FRESH)
