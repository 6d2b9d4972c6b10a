"""The door of the API: who gets in, what a body may be, and how a refusal looks."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from functions.api.bodies import read_body
from tests.fakes.builders import LEADER
from tests.fakes.identity import ALICE, BOB, message
from tests.fakes.requests import created, new_follow
from understudy.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from tests.fakes.api import ApiWorld

MINUTE_MS = 60_000


def test_a_sign_in_gives_both_tokens_and_the_wallet(api: ApiWorld) -> None:
    answer = api.sign_in()

    assert answer["token_type"] == "Bearer"
    assert answer["expires_in"] == 900
    assert answer["wallet"]["address"] == ALICE.address.lower()


def test_a_wallets_connector_is_what_its_user_said_last_and_nothing_made_up(api: ApiWorld) -> None:
    silent = api.sign_in()["wallet"]
    named = {**api.proof(), "connector": "REOWN"}
    telling = api.request("POST", "/v1/auth/siwe/verify", named).body["wallet"]

    assert (silent["connector"], telling["connector"]) == ("NOT_SAID", "REOWN")
    assert api.sign_in()["wallet"]["connector"] == "REOWN"


def test_a_nonce_comes_with_its_end_and_is_kept_by_nobody_on_the_way(api: ApiWorld) -> None:
    answer = api.request("GET", "/v1/auth/siwe/nonce", query={"address": ALICE.address})

    assert answer.body["expires_at"] == "2027-01-15T08:10:00Z"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("query", [{}, {"address": "me"}, {"address": LEADER, "more": "1"}])
def test_a_nonce_is_for_an_address(api: ApiWorld, query: dict[str, str]) -> None:
    assert api.request("GET", "/v1/auth/siwe/nonce", query=query).status == 400


def test_a_sign_in_that_fails_says_why_and_makes_nobody(api: ApiWorld) -> None:
    text = message(ALICE.address)
    signed = {"address": ALICE.address, "message": text, "signature": ALICE.sign_text(text)}

    answer = api.request("POST", "/v1/auth/siwe/verify", signed)

    assert (answer.status, answer.code) == (401, "SIWE_NONCE_INVALID")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert api.identity.users == {}


def test_tokens_are_renewed_and_a_session_is_ended(api: ApiWorld) -> None:
    refresh = {"refresh_token": api.sign_in()["refresh_token"]}
    renewed = api.request("POST", "/v1/auth/refresh", refresh).body

    latest = {"refresh_token": renewed["refresh_token"]}
    assert api.request("POST", "/v1/auth/logout", latest).body == {"signed_out": True}

    assert api.request("POST", "/v1/auth/refresh", latest).code == "SESSION_ENDED"
    seen = api.request("GET", "/v1/me", None, renewed["access_token"])
    assert (seen.status, seen.code) == (401, "SESSION_ENDED")
    moved = api.request("POST", "/v1/follows", new_follow(), renewed["access_token"])
    assert (moved.status, moved.code) == (401, "SESSION_ENDED")


def test_after_fifteen_minutes_the_caller_is_told_to_refresh(api: ApiWorld, token: str) -> None:
    api.world.clock.advance(15 * MINUTE_MS)

    answer = api.request("GET", "/v1/me", None, token)

    assert (answer.status, answer.code) == (401, "ACCESS_TOKEN_EXPIRED")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": ""},
        {"authorization": "Bearer"},
        {"authorization": "Bearer "},
        {"authorization": "Basic {token}"},
        {"authorization": "Bearer  {token}"},
        {"authorization": "{token}"},
        {"authorization": "Bearer {token},Bearer {token}"},
        {"authorization": "Bearer {token}", "Authorization": "Bearer {token}"},
        {"x-authorization": "Bearer {token}"},
    ],
)
def test_only_one_whole_bearer_token_gets_in(
    api: ApiWorld, token: str, headers: dict[str, str]
) -> None:
    sent = {name: value.replace("{token}", token) for name, value in headers.items()}

    answer = api.request("GET", "/v1/me", headers=sent)

    assert (answer.status, answer.code) == (401, "UNAUTHENTICATED")


def test_the_name_of_the_scheme_may_be_in_any_case(api: ApiWorld, token: str) -> None:
    sent = {"Authorization": f"bEARER {token}"}

    assert api.request("GET", "/v1/me", headers=sent).status == 200


def test_a_token_in_the_query_is_no_token(api: ApiWorld, token: str) -> None:
    assert api.request("GET", "/v1/me", query={"access_token": token}).status == 401


BAD_BODIES = [
    "{",
    "[]",
    '"text"',
    "null",
    "5",
    "NaN",
    '{"limits": NaN}',
    '{"limits": -Infinity}',
    '{"a": 1, "a": 2}',
    '{"leader_address": "\\ud800"}',
    "[" * 60_000,
    '{"n": ' + "9" * 5_000 + "}",
    '{"leader_address": 1e999999999}',
]


@pytest.mark.parametrize("body", BAD_BODIES, ids=lambda body: body[:20])
def test_a_body_that_is_no_clean_object_is_refused(api: ApiWorld, token: str, body: str) -> None:
    before = api.stored()

    answer = api.request("POST", "/v1/follows", body, token)

    assert answer.status == 400
    assert answer.code in {"MALFORMED_JSON", "INVALID_INPUT", "BODY_TOO_DEEP"}
    assert api.stored() == before


def test_a_body_may_come_as_base64_and_must_be_text(api: ApiWorld, token: str) -> None:
    good = base64.b64encode(b'{"leader_address": "x"}').decode()
    shape = api.request("POST", "/v1/follows", good, token, isBase64Encoded=True)
    no_text = api.request("POST", "/v1/follows", "/w==", token, isBase64Encoded=True)
    no_base64 = api.request("POST", "/v1/follows", "{}", token, isBase64Encoded=True)

    assert shape.code == "INVALID_INPUT"
    assert no_text.code == no_base64.code == "MALFORMED_JSON"


@pytest.mark.parametrize(
    ("body", "form"),
    [
        (" " * 65_537, {}),
        ("ü" * 32_769, {}),  # bytes count, not letters
        (base64.b64encode(b" " * 65_537).decode(), {"isBase64Encoded": True}),
    ],
)
def test_a_large_body_is_not_even_read(
    api: ApiWorld, token: str, body: str, form: dict[str, Any]
) -> None:
    answer = api.request("POST", "/v1/follows", body, token, **form)

    assert (answer.status, answer.code) == (413, "BODY_TOO_LARGE")


@pytest.mark.parametrize("body", [b'{"a": "%s"}' % (b"x" * 65_526), b" " * 65_536])
def test_the_largest_body_is_read_in_either_form(api: ApiWorld, token: str, body: bytes) -> None:
    plain = api.request("POST", "/v1/follows", body.decode(), token)
    coded = base64.b64encode(body).decode()

    assert plain.code != "BODY_TOO_LARGE"
    assert api.request("POST", "/v1/follows", coded, token, isBase64Encoded=True).body == plain.body


def nested(levels: int, inner: str = "1") -> str:
    return '{"a":' * (levels - 1) + '{"a":' + inner + "}" * levels


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (nested(16), "INVALID_INPUT"),
        (nested(17), "BODY_TOO_DEEP"),
        (nested(15, "[1]"), "INVALID_INPUT"),
        (nested(16, "[1]"), "BODY_TOO_DEEP"),
        (nested(16, '"[[{{"'), "INVALID_INPUT"),  # brackets in a text are letters
        (nested(16, r'"\"[[{{"'), "INVALID_INPUT"),
        ('{"a":"' + "[" * 60_000, "MALFORMED_JSON"),
        ("]" * 1000 + "[" * 1000, "MALFORMED_JSON"),
    ],
)
def test_a_body_may_nest_sixteen_levels(api: ApiWorld, token: str, body: str, code: str) -> None:
    assert api.request("POST", "/v1/follows", body, token).code == code


def test_a_number_beyond_all_numbers_is_no_json(api: ApiWorld, token: str) -> None:
    answer = api.request("POST", "/v1/follows", '{"venue":1e9999999999999999999}', token)

    assert (answer.status, answer.code) == (400, "MALFORMED_JSON")


@pytest.mark.timeout(60)  # who looks at a place twice needs minutes
@pytest.mark.parametrize("piece", ['"', r"\"", "\\", '"\\', "[]", "{[", '"a":'])
def test_no_body_takes_long_to_be_looked_through(piece: str) -> None:
    body = piece * (65_536 // len(piece))

    with pytest.raises(InvalidInputError):
        read_body({"body": body})


def test_a_route_without_a_body_takes_none(api: ApiWorld, token: str) -> None:
    follow_id = created(api, token)

    answer = api.request("POST", f"/v1/follows/{follow_id}/start", {"force": True}, token)

    assert (answer.status, answer.code) == (400, "INVALID_INPUT")
    assert answer.body["errors"][0]["field"] == "force"


def test_a_refusal_is_problem_details(api: ApiWorld, token: str) -> None:
    answer = api.request("POST", "/v1/follows", new_follow(slippage_bps=501), token)

    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.body == {
        "type": "urn:understudy:problem:INVALID_INPUT",
        "title": "The request cannot be meant",
        "status": 400,
        "code": "INVALID_INPUT",
        "detail": "limits.slippage_bps must be at most 500",
        "errors": [
            {
                "field": "limits.slippage_bps",
                "problem": "must be at most 500",
            }
        ],
    }


def test_what_was_sent_is_never_sent_back(api: ApiWorld, token: str) -> None:
    answer = api.request("POST", "/v1/follows", {"leader_address": "<script>", "x": "y"}, token)

    assert "<script>" not in str(answer.body)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/"), ("POST", "/health"), ("GET", "/v1/follows/a/b/c")]
)
def test_what_does_not_exist_is_not_found(api: ApiWorld, method: str, path: str) -> None:
    answer = api.request(method, path)

    assert (answer.status, answer.code) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    "follow_id", ["0" * 32, "x", "%00", "a b", "'; --", "🙂", "0" * 2000, "FOLLOW#1"]
)
def test_an_unknown_follow_is_not_found(api: ApiWorld, token: str, follow_id: str) -> None:
    assert api.request("GET", f"/v1/follows/{follow_id}", None, token).status == 404


def test_a_fault_of_ours_says_so_without_details(
    api: ApiWorld, token: str, capsys: pytest.CaptureFixture[str]
) -> None:
    broken: Any = None
    api.world.directory.of_user = broken  # type: ignore[method-assign]  # any call of it fails

    answer = api.request("GET", "/v1/follows", None, token)

    assert (answer.status, answer.code) == (500, "INTERNAL")
    assert "NoneType" not in str(answer.body)
    logged = capsys.readouterr().out
    assert "TypeError" in logged
    assert token not in logged
    assert "not callable" not in logged


def test_nobody_reads_anybody_elses_wallets(api: ApiWorld, token: str) -> None:
    other = api.token(BOB)

    (mine,) = api.request("GET", "/v1/wallets", None, token).body["items"]
    (theirs,) = api.request("GET", "/v1/wallets", None, other).body["items"]

    assert (mine["address"], theirs["address"]) == (ALICE.address.lower(), BOB.address.lower())
