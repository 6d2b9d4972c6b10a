"""What a deployment sets wrongly is no fault of any caller: the API says 500, its log says what."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import pytest

from functions.api.routes import SERVED_TO_ALL
from functions.api.server import serve
from functions.fill_fan_out import app as fill_fan_out
from functions.follow_reconcile import app as follow_reconcile
from functions.follower_execute import app as follower_execute
from functions.leader_sync import app as leader_sync
from understudy.adapters.aws import clients
from understudy.domain.errors import ConfigurationError
from understudy.runtime import api
from understudy.runtime.observability import log_failure

if TYPE_CHECKING:
    from collections.abc import Iterator

GOOD = {
    "SIWE_DOMAINS": "app.example.com, localhost:3000",
    "SIWE_ORIGINS": "https://app.example.com, http://localhost:3000",
    "SIWE_CHAIN_IDS": "1, 42161",
}
SECRET = "hunter2"
WRONG = [
    ("SIWE_DOMAINS", ""),
    ("SIWE_DOMAINS", " , "),
    ("SIWE_DOMAINS", "https://app.example.com"),
    ("SIWE_ORIGINS", "app.example.com"),
    ("SIWE_ORIGINS", "https://app.example.com/"),
    ("SIWE_ORIGINS", "https://app.example.com/login"),
    ("SIWE_CHAIN_IDS", "mainnet"),
    ("SIWE_CHAIN_IDS", "1;42161"),
    ("SIWE_CHAIN_IDS", "-1"),
    ("SIWE_CHAIN_IDS", "01"),
    ("SIWE_CHAIN_IDS", "٣"),
    ("SIWE_RPC_URL", f"http://rpc.example.com/{SECRET}"),
    ("SIWE_RPC_URL", f"https://rpc.example.com:port/{SECRET}"),
    ("SIWE_RPC_URL", f"https://[rpc/{SECRET}"),
    ("SIWE_RPC_URL", f"https://user:{SECRET}/x@rpc.example.com"),
]


@pytest.fixture(autouse=True)
def deployment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)


def answered() -> dict[str, Any]:
    """Ask an API whose services begin with the settings of sign-in."""
    app = serve(SERVED_TO_ALL, lambda: cast("Any", api._verifier("")))
    event = {
        "version": "2.0",
        "rawPath": "/v1/me",
        "headers": {},
        "requestContext": {"http": {"method": "GET", "path": "/v1/me"}, "stage": "$default"},
    }
    return app.resolve(event, cast("Any", None))


def test_blanks_around_the_members_of_a_list_are_none_of_it() -> None:
    verifier = api._verifier("")

    assert verifier.domains == {"app.example.com", "localhost:3000"}
    assert verifier.origins == {"https://app.example.com", "http://localhost:3000"}
    assert verifier.chain_ids == {1, 42161}


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_no_caller_is_blamed_for_a_wrong_setting_and_the_log_names_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    answer = answered()

    problem = json.loads(answer["body"])
    assert (answer["statusCode"], problem["code"]) == (500, "SYSTEM_MISCONFIGURED")
    assert name not in answer["body"]
    logged = capsys.readouterr().out
    (error,) = [each for each in map(json.loads, logged.splitlines()) if each["level"] == "ERROR"]
    assert error["code"] == "SYSTEM_MISCONFIGURED"
    assert error["reason"].startswith(f"{name} must ") or error["reason"].endswith(name)
    assert SECRET not in logged


@pytest.mark.parametrize("size", ["", "0", "-1", "1000001", "ten", "٣"])
def test_a_limit_that_no_bucket_can_have_is_refused_by_the_name_of_its_variable(
    monkeypatch: pytest.MonkeyPatch, size: str
) -> None:
    for name in ("DOOR_BURST", "DOOR_PER_SECOND", "DOOR_ATTEMPTS"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("DOOR_ATTEMPTS_PER_MINUTE", size)

    with pytest.raises(ConfigurationError, match="DOOR_ATTEMPTS_PER_MINUTE"):
        api._door_limits()


@pytest.fixture
def nobodys_keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give keys of nobody, and leave no client behind that has them."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    yield
    clients._client.cache_clear()
    clients._session.cache_clear()


class Secrets:
    """A secrets store whose newest secret is too short."""

    def get_secret_value(self, **request: str) -> dict[str, Any]:
        secret = "a" * 64 if request["VersionStage"] == "AWSPREVIOUS" else SECRET
        return {"SecretString": secret, "CreatedDate": datetime.fromtimestamp(0, UTC)}


def test_a_token_secret_that_cannot_be_used_is_named_in_the_log(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TOKEN_SECRET_ID", "tokens")
    monkeypatch.setenv("TOKEN_ISSUER", "understudy-test")
    monkeypatch.setattr(clients, "secrets", Secrets)
    callers = api._callers(cast("Any", None), is_for_users=True)

    callers.refresh_tokens.make("session", 1)

    logged = capsys.readouterr().out
    (error,) = map(json.loads, logged.splitlines())
    assert (error["level"], error["code"]) == ("ERROR", "SYSTEM_MISCONFIGURED")
    assert error["reason"] == "the token secret needs at least 32 bytes"
    assert SECRET not in logged


@pytest.mark.usefixtures("nobodys_keys")
@pytest.mark.parametrize("step", [leader_sync, fill_fan_out, follower_execute, follow_reconcile])
def test_a_worker_that_is_set_up_wrongly_dies_and_answers_nothing(step: Any) -> None:
    with pytest.raises(ConfigurationError, match="set the environment variable"):
        step.handler({"Records": []}, None)


def test_a_wrong_setting_that_a_message_meets_is_an_error_in_the_log(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log_failure("fill_fan_out", "a shard", ConfigurationError("X must be one of A, B"))

    line = json.loads(capsys.readouterr().out)
    assert (line["level"], line["code"]) == ("ERROR", "SYSTEM_MISCONFIGURED")
    assert "X must be one of A, B" in line["exception"]
