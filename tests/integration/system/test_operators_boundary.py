"""Whoever holds the API's role exactly makes nobody an operator: asked on the running system."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from cli.client import ApiError
from tests.permissions.cast import OPERATOR, new_operator, new_user
from tests.permissions.stage import Stage
from understudy.adapters.aws import identity_keys as keys
from understudy.adapters.aws.token_secret import StoredKeyRing
from understudy.adapters.identity.access_tokens import (
    AUDIENCE,
    OPERATORS_AUDIENCE,
    Hs256AccessTokens,
)
from understudy.domain.identity import AuthMethod
from understudy.domain.ids import UserId
from understudy.ports.identity import AccessClaims

if TYPE_CHECKING:
    from collections.abc import Callable

    from cli.system import System

pytestmark = pytest.mark.integration

OTHERS = ["ApiFunction", "AgentUpkeepFunction", "FollowReconcileFunction", "SignerFunction"]
SESSION = keys.session("f" * 32)
ATTEMPTS: dict[str, dict[str, Any]] = {
    "get_item": {"Key": SESSION},
    "scan": {},
    "put_item": {"Item": SESSION},
    "update_item": {"Key": SESSION},
    "delete_item": {"Key": SESSION},
}


@pytest.fixture(scope="module")
def stage(running: System) -> Stage:
    return Stage(running)


def refusal(call: Callable[..., Any], **request: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**request)
    return str(refused.value.response["Error"]["Code"])


@pytest.mark.parametrize("function", OTHERS)
@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_nobody_else_reads_or_writes_who_operates(
    function: str, attempt: str, stage: Stage, as_role: Callable[[str, str], Any]
) -> None:
    table = stage.system.stack.stack.tables["OperatorsTable"]

    refused = refusal(
        getattr(as_role(function, "dynamodb"), attempt), TableName=table, **ATTEMPTS[attempt]
    )

    assert refused.startswith("AccessDenied")


@pytest.mark.parametrize(
    ("function", "secret"),
    [
        *((each, "understudy-local/operator-tokens") for each in OTHERS),
        ("OperatorApiFunction", "understudy-local-tokens"),
    ],
)
def test_each_door_reads_its_own_secret_only(
    function: str, secret: str, as_role: Callable[[str, str], Any]
) -> None:
    ask = as_role(function, "secretsmanager").get_secret_value

    assert refusal(ask, SecretId=secret).startswith("AccessDenied")


@pytest.mark.parametrize(
    ("audience", "said"),
    [(AUDIENCE, (403, "OPERATORS_TOKEN_NEEDED")), (OPERATORS_AUDIENCE, (401, "UNAUTHENTICATED"))],
)
def test_what_the_apis_role_can_make_lets_nobody_operate(
    audience: str, said: tuple[int, str], stage: Stage, as_role: Callable[[str, str], Any]
) -> None:
    client = stage.system.client()
    user_id = client.sign_in(OPERATOR)["user_id"]
    session_id = current_session(client)
    claims = AccessClaims(UserId(user_id), AuthMethod.SIWE, session_id, OPERATOR.address.lower())
    secrets = as_role("ApiFunction", "secretsmanager")
    ring = StoredKeyRing(
        secrets, "understudy-local-tokens", lambda error: pytest.fail(error.message)
    )
    made = Hs256AccessTokens(ring, "understudy-local", audience).issue(claims, stage.now_ms())

    refused_with(stage, made, said)


def test_an_operators_token_is_nobodys_at_the_api(stage: Stage) -> None:
    operator = new_operator(stage)
    assert operator.call("GET", "/v1/ops/switches?switch=kill_global")["on"] is False

    with pytest.raises(ApiError) as refused:
        operator.me()

    assert refused.value.code == "UNAUTHENTICATED"


def test_who_no_deployment_names_gets_no_session(stage: Stage) -> None:
    with pytest.raises(ApiError) as refused:
        new_operator(stage, new_user(stage).key)

    assert (refused.value.status, refused.value.code) == (403, "OPERATORS_ONLY")


def current_session(client: Any) -> str:
    (current,) = [
        each for each in client.call("GET", "/v1/sessions")["items"] if each["is_current"]
    ]
    return str(current["session_id"])


def refused_with(stage: Stage, token: str, said: tuple[int, str]) -> None:
    client = stage.system.client()
    client._access_token = token
    with pytest.raises(ApiError) as refused:
        client.call("GET", "/v1/ops/switches?switch=kill_global")
    assert (refused.value.status, refused.value.code) == said
