"""What follower_execute and signer have in memory once they have done their work."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.imports import ENVIRONMENT, PLACES, ROOT
from tests.fakes.builders import FOLLOW, WALLET, account, follow, limits, market, ratio, trade
from understudy.adapters.aws.copy_store import DynamoCopyStore
from understudy.adapters.aws.follow_directory import DynamoFollowDirectory
from understudy.adapters.aws.market_store import DynamoMarketStore
from understudy.adapters.aws.table import Table
from understudy.adapters.clock import SystemClock
from understudy.domain.markets import HYPERLIQUID
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
SIGNER_ARN = "arn:aws:lambda:us-east-1:000000000000:function:signer"
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
        check=True,
        text=True,
        timeout=60,
    )
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


def stores(
    client: Any, environment: Mapping[str, str]
) -> tuple[DynamoCopyStore, DynamoFollowDirectory]:
    copying, markets = (
        Table(client, environment[name]) for name in ("COPYING_TABLE", "MARKET_TABLE")
    )
    store = DynamoMarketStore(markets, SystemClock())
    store.put_markets(HYPERLIQUID, [market()])
    return DynamoCopyStore(copying, store), DynamoFollowDirectory(copying)


def test_follower_execute_stays_light_after_a_copy(
    environment: dict[str, str], client: Callable[[str], Any]
) -> None:
    now_ms = time.time_ns() // 1_000_000
    copies, directory = stores(client("dynamodb"), environment)
    directory.create(follow(limits(ratio())))
    copies.put_account(account(read_at_ms=now_ms))
    old = trade(time_ms=now_ms - 60_000, seen_at_ms=now_ms, stored_at_ms=now_ms)
    event = delivery(FollowerExecute(FOLLOW, WALLET, old, now_ms))

    answers, modules = handle("follower_execute", [("", event)], environment)

    receipt = copies.receipt(FOLLOW, old.seq)
    assert answers == [{"batchItemFailures": []}]
    assert receipt is not None
    assert "coincurve" not in modules
    assert among(modules) == []


def test_the_signer_stays_light_after_enrolling_and_judging(environment: dict[str, str]) -> None:
    calls = [
        (f"{SIGNER_ARN}:enroll", sample("enroll_create_agent.json")),
        (f"{SIGNER_ARN}:sign", sample("sign_entry.json")),
    ]

    (created, judged), modules = handle("signer", calls, environment)

    assert created["address"].startswith("0x")
    assert judged["results"][0]["reason"]
    assert among(modules) == []
