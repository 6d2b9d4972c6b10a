"""The function as it is wired: an agent is made, activated and signs, each by its alias."""

from __future__ import annotations

import io
import json
import os
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from custody import server_wallets, wiring
from functions.signer import app
from simulators.server_wallets.provider import Misfortune
from simulators.server_wallets.thread import LOCAL_TOKEN, ServerWalletProvider
from tests.contract.conftest import moto_client
from tests.contract.custody.backends import TABLES, on_aws
from tests.unit.custody.scene import WALLET, Scene
from tests.unit.custody.test_settings import COMPLETE
from understudy.adapters.aws import clients
from understudy.adapters.aws.agent_keys import LambdaAgentKeys
from understudy.adapters.aws.market_store import DynamoMarketStore
from understudy.adapters.aws.signer import LambdaSigner
from understudy.adapters.aws.table import Table
from understudy.adapters.clock import SystemClock
from understudy.adapters.memory.clock import ManualClock
from understudy.domain.errors import SigningRefusedError, SigningUnavailableError
from understudy.domain.follows import Marks
from understudy.domain.identity import Connector, Wallet
from understudy.domain.ids import IntentId, UserId, WalletId
from understudy.domain.intents import Intent, Signed, SigningRefused, SigningUnavailable
from understudy.domain.markets import HYPERLIQUID

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ARN = "arn:aws:lambda:us-east-1:123456789012:function:signer"


class LambdaInProcess:
    """Invokes the handler as the service does: bytes in, bytes out, errors as a payload."""

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803  # boto3's
        context = SimpleNamespace(invoked_function_arn=FunctionName)
        try:
            answer = app.handler(json.loads(Payload), context)
        except Exception as error:  # noqa: BLE001  # the service reports every one
            failure = json.dumps({"errorType": type(error).__name__}).encode()
            return {"Payload": io.BytesIO(failure), "FunctionError": "Unhandled"}
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}


@pytest.fixture
def function(monkeypatch: pytest.MonkeyPatch) -> Iterator[LambdaInProcess]:
    for name, value in {**COMPLETE, "AWS_DEFAULT_REGION": "us-east-1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        dynamodb, kms = moto_client("dynamodb"), moto_client("kms")
        on_aws(dynamodb, kms, TABLES)
        market = DynamoMarketStore(Table(dynamodb, COMPLETE["MARKET_TABLE"]), SystemClock())
        market.put_marks(HYPERLIQUID, Marks({"BTC": Decimal(50_000)}, {"BTC": now_ms()}))
        for name in ("AGENT_KEY_ID", "SPARE_AGENT_KEY_ID", "AUDIT_ROW_KEY_ID"):
            monkeypatch.setenv(name, kms.create_key()["KeyMetadata"]["KeyId"])
        forget_what_was_built()
        yield LambdaInProcess()
    forget_what_was_built()


def forget_what_was_built() -> None:
    wiring.doors.cache_clear()
    clients._client.cache_clear()
    clients._session.cache_clear()


def now_ms() -> int:
    return SystemClock().now_ms()


def an_agent(function: LambdaInProcess, name: str = "understudy") -> str:
    wallet = Wallet(WalletId("wallet-1"), UserId("user-1"), WALLET, Connector.REOWN, 0, 0)
    keys = LambdaAgentKeys(function, f"{ARN}:enroll")  # type: ignore[arg-type]  # a fake of boto3's client
    agent_id = keys.create_agent(wallet, HYPERLIQUID, name, f"for {name}").agent_id
    keys.activate(agent_id)
    return agent_id


def an_entry(agent_id: str) -> Intent:
    return Scene(ManualClock(now_ms())).entry(agent_id=agent_id)


def signer(function: LambdaInProcess, alias: str = "sign") -> LambdaSigner:
    return LambdaSigner(function, f"{ARN}:{alias}")  # type: ignore[arg-type]  # a fake of boto3's client


def test_an_agent_made_by_one_alias_signs_by_the_other(function: LambdaInProcess) -> None:
    agent_id = an_agent(function)
    good = an_entry(agent_id)
    wild = replace(good, leverage=99, intent_id=IntentId("f" * 64))

    first, second = signer(function).sign([good, wild])

    assert isinstance(first, Signed)
    assert second == SigningRefused(wild.intent_id, "CLIENT_ORDER_ID_MISMATCH")


def test_a_revoked_agent_signs_no_more(function: LambdaInProcess) -> None:
    agent_id = an_agent(function)
    keys = LambdaAgentKeys(function, f"{ARN}:enroll")  # type: ignore[arg-type]  # a fake of boto3's client

    keys.revoke(agent_id)

    entry = an_entry(agent_id)
    assert signer(function).sign([entry]) == [SigningRefused(entry.intent_id, "AGENT_NOT_ACTIVE")]
    with pytest.raises(SigningRefusedError):
        keys.activate(agent_id)


@pytest.mark.parametrize("alias", ["enroll", "$LATEST"])
def test_no_other_alias_signs(function: LambdaInProcess, alias: str) -> None:
    with pytest.raises(SigningUnavailableError):
        signer(function, alias).sign([an_entry(an_agent(function))])


def test_the_signing_alias_makes_no_agent(function: LambdaInProcess) -> None:
    wallet = Wallet(WalletId("wallet-1"), UserId("user-1"), WALLET, Connector.REOWN, 0, 0)
    keys = LambdaAgentKeys(function, f"{ARN}:sign")  # type: ignore[arg-type]  # a fake of boto3's client

    with pytest.raises(SigningUnavailableError):
        keys.create_agent(wallet, HYPERLIQUID, "understudy", "r1")


@pytest.mark.parametrize("stage", ["prod", "local"])
def test_off_this_machine_nobody_is_migrated_whatever_the_settings_say(
    function: LambdaInProcess, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    monkeypatch.setenv("OLDER_SYSTEM_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("UNDERSTUDY_STAGE", stage)
    forget_what_was_built()
    asked = {"operation": "migrate", "page": ""}

    looked = called(function, {**asked, "dry_run": True})
    refused = called(function, {**asked, "dry_run": False})

    assert looked == {"users": [], "next_page": ""}
    assert refused["error"]["code"] == "CHAIN_NOT_CONFIGURED"


@pytest.mark.parametrize(
    ("stage", "cloud"), [("prod", ""), ("local", ""), ("local", "http://127.0.0.1:9")]
)
def test_nowhere_does_a_missing_right_to_seal_anew_let_a_key_out(
    function: LambdaInProcess, monkeypatch: pytest.MonkeyPatch, stage: str, cloud: str
) -> None:
    an_agent(function)
    monkeypatch.setenv("UNDERSTUDY_STAGE", stage)
    before, sealing = os.environ["AGENT_KEY_ID"], os.environ["SPARE_AGENT_KEY_ID"]
    monkeypatch.setenv("AGENT_KEY_ID", sealing)
    monkeypatch.setenv("SPARE_AGENT_KEY_ID", before)
    forget_what_was_built()
    asked: list[str] = []

    def without_the_right(model: Any, **_: Any) -> None:
        asked.append(model.name)
        if model.name == "ReEncrypt":
            raise ClientError({"Error": {"Code": "AccessDeniedException"}}, model.name)

    clients.kms().meta.events.register("before-call.kms", without_the_right)
    clients.dynamodb()
    monkeypatch.setenv("AWS_ENDPOINT_URL", cloud)

    failed = called(function, {"operation": "rewrap", "page": ""})

    assert failed == {"errorType": "DependencyError"}
    assert asked == ["ReEncrypt"]


def standing(function: LambdaInProcess) -> Mapping[str, bool]:
    keys = LambdaAgentKeys(function, f"{ARN}:enroll")  # type: ignore[arg-type]  # a fake of boto3's client
    return keys.standing()


def strike(client: Any, operation: str, error: Exception) -> None:
    """Have every call of an operation fail before it leaves."""

    def fail(**_: Any) -> None:
        raise error

    service = client.meta.service_model.service_id.hyphenize()
    client.meta.events.register(f"before-call.{service}.{operation}", fail)


@pytest.mark.parametrize("operation", ["Encrypt", "Decrypt"])
def test_a_key_that_is_disabled_is_told_and_the_table_is_well(
    function: LambdaInProcess, operation: str
) -> None:
    disabled = ClientError({"Error": {"Code": "DisabledException"}}, operation)
    strike(clients.kms(), operation, disabled)

    assert standing(function) == {"store": True, "vault": False}


def test_a_table_that_is_away_is_told(function: LambdaInProcess) -> None:
    moto_client("dynamodb").delete_table(TableName=COMPLETE["CUSTODY_TABLE"])

    assert standing(function) == {"store": False, "vault": True}


@pytest.mark.parametrize(
    "misfortune", [{"misfortune": Misfortune.DOWN}, {"latency_seconds": 1.0}], ids=["down", "hangs"]
)
def test_a_provider_of_server_wallets_that_is_away_is_told(
    function: LambdaInProcess, monkeypatch: pytest.MonkeyPatch, misfortune: dict[str, Any]
) -> None:
    with ServerWalletProvider() as running:
        moto_client("secretsmanager").create_secret(Name="wallets", SecretString=LOCAL_TOKEN)
        monkeypatch.setenv("SERVER_WALLETS_URL", running.url)
        monkeypatch.setenv("SERVER_WALLETS_TOKEN_SECRET_ID", "wallets")
        monkeypatch.setattr(server_wallets, "_LOOKING_SECONDS", 30.0)
        forget_what_was_built()
        assert standing(function) == {"store": True, "vault": True, "server_wallets": True}
        monkeypatch.setattr(server_wallets, "_LOOKING_SECONDS", 0.1)
        for name, value in misfortune.items():
            setattr(running.provider, name, value)
        forget_what_was_built()

        assert standing(function) == {"store": True, "vault": True, "server_wallets": False}


@pytest.mark.parametrize(
    "url", ["http://wallets.example.com/hunter2", "https://user:hunter2/x@wallets.example.com"]
)
def test_a_provider_of_server_wallets_at_no_address_is_told_and_the_log_says_how(
    function: LambdaInProcess,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    url: str,
) -> None:
    monkeypatch.setenv("SERVER_WALLETS_URL", url)
    monkeypatch.setenv("SERVER_WALLETS_TOKEN_SECRET_ID", "wallets")
    forget_what_was_built()

    assert standing(function) == {"store": True, "vault": True, "server_wallets": False}

    require_said(capsys, "server_wallets")


def test_agents_at_no_address_wait_alone_and_the_log_says_how(
    function: LambdaInProcess, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mine, its = an_agent(function), an_agent(function, "at a provider")
    move_to_server_wallets(its)
    monkeypatch.setenv("SERVER_WALLETS_URL", "http://wallets.example.com/hunter2")
    monkeypatch.setenv("SERVER_WALLETS_TOKEN_SECRET_ID", "wallets")
    forget_what_was_built()

    other = Scene(ManualClock(now_ms())).entry("other", agent_id=its)
    signed, waits = signer(function).sign([an_entry(mine), other])

    assert isinstance(signed, Signed)
    assert isinstance(waits, SigningUnavailable)
    assert "SERVER_WALLETS_URL" not in waits.cause  # a receipt shows it
    require_said(capsys, "SERVER_WALLET")


def move_to_server_wallets(agent_id: str) -> None:
    """Have an agent's record say that its key is there."""
    dynamodb, table = moto_client("dynamodb"), COMPLETE["CUSTODY_TABLE"]
    for item in dynamodb.scan(TableName=table)["Items"]:
        if item.get("agent_id") == {"S": agent_id} and "authority" in item:
            dynamodb.put_item(TableName=table, Item={**item, "authority": {"S": "SERVER_WALLET"}})


def require_said(capsys: pytest.CaptureFixture[str], part: str) -> None:
    """Look for the one line of what is set up wrongly, which has nothing of the address."""
    logged = capsys.readouterr().out
    (line,) = (each for each in map(json.loads, logged.splitlines()) if each["level"] == "ERROR")
    assert (line["code"], line["part"]) == ("SYSTEM_MISCONFIGURED", part)
    assert line["reason"].startswith("SERVER_WALLETS_URL must be")
    assert "hunter2" not in logged


def called(function: LambdaInProcess, event: dict[str, Any]) -> Any:
    answer = function.invoke(FunctionName=f"{ARN}:keys", Payload=json.dumps(event).encode())
    return json.loads(answer["Payload"].read())
