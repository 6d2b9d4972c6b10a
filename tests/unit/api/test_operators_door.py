"""Operators have a door of their own: what the API gives, takes and keeps opens nothing there."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from cli.wallet_key import WalletKey
from tests.fakes.api import DOOR, OPERATE, OPERATORS_DOOR, ApiWorld
from tests.fakes.identity import ALICE, BOB, ISSUER, OPERATOR
from understudy.adapters.identity.access_tokens import OPERATORS_AUDIENCE, Hs256AccessTokens
from understudy.domain.identity import AuthMethod
from understudy.domain.ids import UserId
from understudy.ports.identity import AccessClaims
from understudy.workflows.requests.sessions import LOST_ANSWER_MS

MALLORY = WalletKey(b"\x0e" * 32)
OF_OPERATOR = OPERATOR.address.lower()


def refused(api: ApiWorld, token: str) -> tuple[int, str]:
    answer = api.request("GET", "/v1/ops/switches", None, token, {"switch": "kill_global"})
    return answer.status, answer.code


def operates(api: ApiWorld, token: str) -> bool:
    query = {"switch": "kill_global"}
    return api.request("GET", "/v1/ops/switches", None, token, query).status == 200


def at_the_door(api: ApiWorld, path: str, body: Any) -> tuple[int, str]:
    answer = api.request("POST", f"{OPERATORS_DOOR}/{path}", body)
    return answer.status, answer.code


def claims_of(api: ApiWorld) -> AccessClaims:
    """Give what the token of a living session of the operator says."""
    session = api.sign_in(OPERATOR, OPERATORS_DOOR)["refresh_token"].split(".")[0]
    return AccessClaims(UserId(OF_OPERATOR), AuthMethod.SIWE, session, OF_OPERATOR)


def test_the_apis_secret_makes_nobody_an_operator(api: ApiWorld) -> None:
    forged = Hs256AccessTokens(api.ring, ISSUER, OPERATORS_AUDIENCE).issue(
        claims_of(api), api.world.clock.now_ms()
    )

    assert refused(api, forged) == (401, "UNAUTHENTICATED")


def test_a_token_for_the_api_operates_nothing_even_under_the_operators_secret(
    api: ApiWorld,
) -> None:
    tokens = Hs256AccessTokens(api.operators_ring, ISSUER)

    assert refused(api, tokens.issue(claims_of(api), api.world.clock.now_ms())) == (
        403,
        "OPERATORS_TOKEN_NEEDED",
    )


@pytest.mark.parametrize("key", [ALICE, OPERATOR], ids=["a user", "an operator as a user"])
def test_who_comes_with_a_users_token_is_told_which_is_needed(api: ApiWorld, key: Any) -> None:
    query = {"switch": "kill_global"}

    answer = api.request("GET", "/v1/ops/switches", None, api.token(key), query)

    assert (answer.status, answer.code) == (403, "OPERATORS_TOKEN_NEEDED")
    assert "sign-in at /v1/ops/auth/siwe" in answer.body["detail"]
    assert "sign in again" not in answer.body["detail"]
    assert answer.headers["RateLimit-Policy"].startswith('"network"'), "it proves nothing"


@pytest.mark.parametrize("body", [b"[" * 1500, b"[]", b'{"aud":["understudy-api"]}', b"\xff", b""])
def test_a_token_that_says_nothing_of_the_kind_is_refused_as_any_other(
    api: ApiWorld, body: bytes
) -> None:
    said = base64.urlsafe_b64encode(body).rstrip(b"=").decode()

    assert refused(api, f"e30.{said}.x") == (401, "UNAUTHENTICATED")


def test_what_is_written_among_users_sessions_counts_for_nothing(api: ApiWorld) -> None:
    claims = claims_of(api)
    api.identity.users[claims.app_user_id] = api.operators.users.pop(claims.app_user_id)
    api.identity.sessions_by_id.update(api.operators.sessions_by_id)
    api.operators.sessions_by_id.clear()
    now_ms = api.world.clock.now_ms()

    token = Hs256AccessTokens(api.operators_ring, ISSUER, OPERATORS_AUDIENCE).issue(claims, now_ms)

    assert refused(api, token) == (401, "SESSION_ENDED")


def test_an_operators_token_opens_nothing_at_the_api(api: ApiWorld) -> None:
    operator = api.operator_token()

    answer = api.request("GET", "/v1/me", None, operator)

    assert (answer.status, answer.code) == (401, "UNAUTHENTICATED")
    assert operates(api, operator)


@pytest.mark.parametrize("key", [ALICE, BOB], ids=["a stranger", "a user"])
def test_a_wallet_that_no_deployment_names_gets_no_session(api: ApiWorld, key: Any) -> None:
    api.token(BOB)
    before, written = api.stored(), len(api.audit.entries)

    signed = api.proof(key, OPERATORS_DOOR)

    assert at_the_door(api, "siwe/verify", signed) == (403, "OPERATORS_ONLY")
    assert (api.stored(), len(api.audit.entries)) == (before, written)


def test_a_stranger_does_not_learn_who_operates(api: ApiWorld) -> None:
    """Only who has a wallet's key is told whether it operates."""

    def tried(key: Any) -> list[Any]:
        query = {"address": key.address}
        nonce = api.request("GET", f"{OPERATORS_DOOR}/siwe/nonce", query=query)
        by_mallory = api.signed(key, nonce.body["nonce"], OPERATE)
        by_mallory["signature"] = MALLORY.sign_text(by_mallory["message"])
        return [
            nonce.status,
            sorted(nonce.body),
            at_the_door(api, "siwe/verify", by_mallory),
            at_the_door(api, "siwe/verify", {**by_mallory, "message": "let me in"}),
            at_the_door(api, "siwe/verify", {**api.signed(MALLORY, "a" * 32, OPERATE), **query}),
        ]

    assert tried(OPERATOR) == tried(ALICE)


def test_a_deployment_that_names_nobody_has_no_operators() -> None:
    api = ApiWorld(operator_addresses=frozenset())

    signed = api.proof(OPERATOR, OPERATORS_DOOR)

    assert at_the_door(api, "siwe/verify", signed) == (403, "OPERATORS_ONLY")


def test_an_operators_address_is_not_enough(api: ApiWorld) -> None:
    signed = {**api.proof(OPERATOR, OPERATORS_DOOR), "address": ALICE.address}
    by_another = api.signed(OPERATOR, "a" * 32, OPERATE)["message"]
    forged = {**signed, "address": OPERATOR.address, "signature": ALICE.sign_text(by_another)}

    assert at_the_door(api, "siwe/verify", signed) == (401, "SIWE_WRONG_SIGNER")
    assert at_the_door(api, "siwe/verify", forged) == (401, "SIWE_WRONG_SIGNER")


@pytest.mark.parametrize(("gives", "takes"), [(DOOR, OPERATORS_DOOR), (OPERATORS_DOOR, DOOR)])
def test_a_nonce_of_one_door_does_not_serve_at_the_other(
    api: ApiWorld, gives: str, takes: str
) -> None:
    query = {"address": OPERATOR.address}
    nonce = api.request("GET", f"{gives}/siwe/nonce", query=query).body["nonce"]

    answer = api.request("POST", f"{takes}/siwe/verify", api.signed(OPERATOR, nonce, OPERATE))

    assert (answer.status, answer.code) == (401, "SIWE_NONCE_INVALID")


@pytest.mark.parametrize("more", ["", "\nResources:\n- urn:understudy:operates"])
def test_a_message_that_was_signed_to_come_in_as_a_user_lets_nobody_operate(
    api: ApiWorld, more: str
) -> None:
    # Whoever has taken the API over can hand out a nonce of this door for the next user's message.
    query = {"address": OPERATOR.address}
    nonce = api.request("GET", f"{OPERATORS_DOOR}/siwe/nonce", query=query).body["nonce"]

    signed = api.signed(OPERATOR, nonce, more)

    assert at_the_door(api, "siwe/verify", signed) == (401, "SIWE_RESOURCE_MISSING")
    assert operates(api, api.operator_token())


def test_a_message_signs_an_operator_in_once(api: ApiWorld) -> None:
    signed = api.proof(OPERATOR, OPERATORS_DOOR)
    assert api.request("POST", f"{OPERATORS_DOOR}/siwe/verify", signed).status == 200

    assert at_the_door(api, "siwe/verify", signed) == (401, "SIWE_NONCE_INVALID")


def test_a_refresh_token_works_once_and_a_second_use_ends_the_session(api: ApiWorld) -> None:
    first = api.sign_in(OPERATOR, OPERATORS_DOOR)
    body = {"refresh_token": first["refresh_token"]}
    second = api.request("POST", f"{OPERATORS_DOOR}/refresh", body).body
    assert operates(api, second["access_token"])
    api.world.clock.advance(LOST_ANSWER_MS + 1)

    assert at_the_door(api, "refresh", body) == (401, "REFRESH_TOKEN_REUSED")

    assert refused(api, second["access_token"]) == (401, "SESSION_ENDED")
    assert api.audit.entries[-1].event == "REFRESH_TOKEN_REUSED"


@pytest.mark.parametrize(("gives", "takes"), [(DOOR, OPERATORS_DOOR), (OPERATORS_DOOR, DOOR)])
@pytest.mark.parametrize("path", ["refresh", "logout"])
def test_a_refresh_token_of_one_door_does_nothing_at_the_other(
    api: ApiWorld, gives: str, takes: str, path: str
) -> None:
    pair = api.sign_in(OPERATOR, gives)
    before = api.stored()

    body = {"refresh_token": pair["refresh_token"]}
    answer = api.request("POST", f"{takes}/{path}", body)

    assert (answer.status, answer.code) == (401, "REFRESH_TOKEN_INVALID")
    assert api.stored() == before


def test_an_operator_signs_out(api: ApiWorld) -> None:
    pair, other = api.sign_in(OPERATOR, OPERATORS_DOOR), api.operator_token()

    body = {"refresh_token": pair["refresh_token"]}
    assert api.request("POST", f"{OPERATORS_DOOR}/logout", body).body == {"signed_out": True}

    assert refused(api, pair["access_token"]) == (401, "SESSION_ENDED")
    assert operates(api, other)


def test_an_operators_coming_and_going_is_written_down_under_their_wallet(api: ApiWorld) -> None:
    pair = api.sign_in(OPERATOR, OPERATORS_DOOR)
    body = {"refresh_token": pair["refresh_token"]}
    api.request("POST", f"{OPERATORS_DOOR}/logout", body)

    told = [(each.event, each.subject) for each in api.audit.entries]
    assert told == [("SIGNED_IN", OF_OPERATOR), ("SIGNED_OUT", OF_OPERATOR)]


def test_an_operator_is_no_user_and_the_same_wallet_may_be_one(api: ApiWorld) -> None:
    operator = api.operator_token()
    assert api.identity.wallet_of_address(OF_OPERATOR) is None

    me = api.request("GET", "/v1/me", None, api.token(OPERATOR)).body["user"]

    assert me["user_id"] != OF_OPERATOR
    before = api.operators.users[UserId(OF_OPERATOR)]
    api.request("DELETE", "/v1/sessions", None, api.token(OPERATOR))
    assert api.operators.users[UserId(OF_OPERATOR)] == before
    assert operates(api, operator)
