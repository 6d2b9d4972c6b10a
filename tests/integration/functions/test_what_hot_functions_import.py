"""What follower_execute, signer and api have in memory once they have done their work."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.imports import ENVIRONMENT, PLACES, ROOT
from custody.secp256k1 import address_of
from tests.contract.venue.worlds import SimulatorWorld
from tests.fakes.builders import FOLLOW, WALLET, account, follow, limits, market, ratio, trade
from tests.fakes.identity import ALICE, CHAIN_ID, DOMAIN, ORIGIN, message
from tests.integration.functions.standing_signer import AGENT, OWNER
from understudy.adapters.aws.copy_store import DynamoCopyStore
from understudy.adapters.aws.follow_directory import DynamoFollowDirectory
from understudy.adapters.aws.market_store import DynamoMarketStore
from understudy.adapters.aws.table import Table
from understudy.adapters.clock import SystemClock
from understudy.domain.follows import Marks
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.receipts import CopyStatus
from understudy.messages import FollowerExecute, encode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

pytestmark = pytest.mark.integration

KEPT_OUT = (
    "web3",
    "eth_account",
    "siwe",
    "pydantic",
    "httpx",
    "aws_lambda_powertools.tracing",
    "aws_xray_sdk",
)
# The API checks bodies with the one, and its router brings the other, without the X-Ray SDK.
OF_THE_API = {"pydantic", "aws_lambda_powertools.tracing"}
# What only requests about follows and agents need: a start, and signing in, wait for none of it.
COPYING_SIDE = {
    "understudy.adapters.aws.copy_store",
    "understudy.adapters.venues.hyperliquid.rest",
    "understudy.domain.intents",
    "understudy.messages",
    "understudy.ports.copying",
}
SIGNER_ARN = "arn:aws:lambda:us-east-1:000000000000:function:signer"
SECRET = "s" * 64
HANDLE = """
import json, sys
from types import SimpleNamespace
from functions.{function} import app
calls = json.load(sys.stdin)
answers = [app.handler(event, SimpleNamespace(invoked_function_arn=arn)) for arn, event in calls]
print(json.dumps([answers, sorted(sys.modules)]))
"""


def handle(
    function: str, calls: list[tuple[str, Any]], environment: Mapping[str, str]
) -> tuple[list[Any], set[str]]:
    """Have a fresh process handle events; give its answers and what it has imported."""
    done = subprocess.run(
        [sys.executable, "-c", HANDLE.format(function=function)],
        input=json.dumps(calls),
        env={**ENVIRONMENT, **environment, "PYTHONPATH": ":".join(map(str, PLACES))},
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    answers, modules = json.loads(done.stdout.splitlines()[-1])
    return answers, set(modules)


def among(modules: set[str]) -> list[str]:
    return [name for name in KEPT_OUT if name in modules]


def sample(case: str) -> Any:
    return json.loads((ROOT / "events" / "signer" / case).read_text(encoding="utf-8"))


def delivery(message: FollowerExecute) -> dict[str, Any]:
    record = {
        "messageId": "message-1",
        "receiptHandle": "handle-1",
        "body": encode(message),
        "attributes": {"MessageGroupId": message.wallet_id, "ApproximateReceiveCount": "1"},
    }
    return {"Records": [record]}


def market_store(client: Any, environment: Mapping[str, str]) -> DynamoMarketStore:
    """Give the store of markets, with both markets of these tests in it."""
    store = DynamoMarketStore(Table(client, environment["MARKET_TABLE"]), SystemClock())
    store.put_markets(HYPERLIQUID, [market(), market("SOL", asset=5, size_decimals=2)])
    return store


def stores(
    client: Any, environment: Mapping[str, str]
) -> tuple[DynamoCopyStore, DynamoFollowDirectory]:
    copying = Table(client, environment["COPYING_TABLE"])
    markets = market_store(client, environment)
    return DynamoCopyStore(copying, markets), DynamoFollowDirectory(copying)


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def follow_of_a_funded_wallet(venue: SimulatorWorld, copies: Any, directory: Any) -> None:
    """Let a wallet with money and an approved agent follow."""
    venue.fund(address_of(OWNER), "10000")
    venue.approve(OWNER, AGENT)
    venue.price("SOL", "100")
    patient = limits(ratio(), max_copy_age_seconds=300)
    directory.create(follow(patient, wallet_address=address_of(OWNER)))
    copies.put_account(account(read_at_ms=now_ms()))


def test_follower_execute_stays_light_after_a_copy(
    environment: dict[str, str], client: Callable[[str], Any], venue: SimulatorWorld, signer: str
) -> None:
    copies, directory = stores(client("dynamodb"), environment)
    follow_of_a_funded_wallet(venue, copies, directory)
    fresh = trade(symbol="SOL", time_ms=now_ms(), seen_at_ms=now_ms(), stored_at_ms=now_ms())
    event = delivery(FollowerExecute(FOLLOW, WALLET, fresh, now_ms()))
    outside = {"HYPERLIQUID_URL": venue.url, "AWS_ENDPOINT_URL_LAMBDA": signer}

    answers, modules = handle("follower_execute", [("", event)], {**environment, **outside})

    receipt = copies.receipt(FOLLOW, fresh.seq)
    assert answers == [{"batchItemFailures": []}]
    assert receipt is not None
    assert (receipt.status, receipt.held) == (CopyStatus.DONE, 1)
    assert venue.venue.account(WALLET, address_of(OWNER), [""]).positions == {"SOL": 1}
    assert "coincurve" not in modules
    assert among(modules) == []


def test_the_signer_stays_light_after_enrolling_and_signing(
    environment: dict[str, str], client: Callable[[str], Any]
) -> None:
    create = (f"{SIGNER_ARN}:enroll", sample("enroll_create_agent.json"))
    roomy = {**environment, "AGENT_MAX_ORDER_NOTIONAL_USDC": "10000"}
    ((created,), _) = handle("signer", [create], roomy)
    activate = {"operation": "activate", "agent_id": created["agent_id"]}
    market_store(client("dynamodb"), environment).put_marks(
        HYPERLIQUID, Marks({"BTC": Decimal(50_000)}, {"BTC": now_ms()})
    )
    calls = [
        (f"{SIGNER_ARN}:enroll", activate),
        (f"{SIGNER_ARN}:sign", with_agent_and_time(created["agent_id"])),
    ]

    (activated, signed), modules = handle("signer", calls, environment)

    assert activated["status"] == "ACTIVE"
    (result,) = signed["results"]
    assert json.loads(result["body"])["action"]["type"] == "order", result
    assert "coincurve" in modules
    assert among(modules) == []


def test_the_api_stays_light_after_letting_a_wallet_in(
    environment: dict[str, str], client: Callable[[str], Any]
) -> None:
    client("secretsmanager").create_secret(Name=environment["TOKEN_SECRET_ID"], SecretString=SECRET)
    place = {"SIWE_DOMAINS": DOMAIN, "SIWE_ORIGINS": ORIGIN, "SIWE_CHAIN_IDS": str(CHAIN_ID)}

    def served(*calls: Any) -> tuple[list[Any], set[str]]:
        return handle("api", [("", call) for call in calls], {**environment, **place})

    query = {"queryStringParameters": {"address": ALICE.address}}
    ((asked,), _) = served({**api_sample("siwe_nonce"), **query})
    issued_at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    text = message(ALICE.address, json.loads(asked["body"])["nonce"], issued_at=issued_at)
    proof = {"address": ALICE.address, "message": text, "signature": ALICE.sign_text(text)}

    ((let_in,), signing_in) = served({**api_sample("siwe_verify"), "body": json.dumps(proof)})
    assert let_in["statusCode"] == 200, let_in
    token = json.loads(let_in["body"])["access_token"]
    bearer = {"headers": {"authorization": f"Bearer {token}"}, "queryStringParameters": {}}
    ((copies,), asking) = served({**api_sample("list_copies"), **bearer})

    assert copies["statusCode"] == 200, copies
    assert "coincurve" in signing_in
    assert COPYING_SIDE & signing_in == set()
    assert asking >= COPYING_SIDE
    assert among((signing_in | asking) - OF_THE_API) == []


def api_sample(case: str) -> dict[str, Any]:
    text = (ROOT / "events" / "api" / f"{case}.json").read_text(encoding="utf-8")
    event: dict[str, Any] = json.loads(text)
    return event


def with_agent_and_time(agent_id: str) -> dict[str, Any]:
    """Give the sample entry as this agent would be asked to sign it now."""
    event: dict[str, Any] = sample("sign_entry.json")
    for intent in event["intents"]:
        now = now_ms()
        own = {"agent_id": agent_id, "nonce": now, "created_at_ms": now}
        intent.update({**own, "expires_at_ms": now + 8000})
    return event
