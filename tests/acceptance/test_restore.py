"""The copying table is lost and brought back as it was before: on the system, as it is deployed."""

from __future__ import annotations

import json
import shlex
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from eth_account import Account
from hyperliquid.exchange import Exchange

from cli.places import ROOT
from cli.system import UNLIMITED_WEIGHT, Plan, running_system
from tests.permissions.cast import LIMITS, SYMBOL, new_user
from tests.permissions.stage import Stage
from understudy.domain.ids import FollowId
from understudy.domain.markets import HYPERLIQUID
from understudy.workflows.reconciling.rebuilding import SEEN_AFTER_MS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from understudy.ports.copying import FollowState

pytestmark = pytest.mark.integration

WALLET = Account.from_key((7).to_bytes(32, "big"))
LEADER = WALLET.address.lower()
RUNBOOK = ROOT / "docs" / "runbook.md"
QUEUES = ("LeaderFillsQueue", "FillFanOutQueue", "FollowerExecuteQueue", "FollowReconcileQueue")
SECONDS = 30.0
FUNCTIONS = (
    "LeaderSyncFunction",
    "FillFanOutFunction",
    "FollowerExecuteFunction",
    "FollowReconcileFunction",
    "ApiFunction",
    "OperatorApiFunction",
)
Items = list[dict[str, Any]]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    plan = Plan(tmp_path / "state", weight_per_minute=UNLIMITED_WEIGHT)
    with running_system(plan, print) as system:
        stage = Stage(system)
        stage.make_ready()
        yield stage


def test_what_was_done_is_not_done_again_and_copying_goes_on(stage: Stage) -> None:
    follow = _begun(stage)
    _copied(stage, follow, "0.2", held="0.2")
    before = _items(stage)
    _copied(stage, follow, "-0.1", held="0.1")

    stopped_ms = stage.now_ms()
    _deploy(stage, epoch=stopped_ms)
    _bring_back(stage, before)
    assert (_held(stage, follow), _behind(stage, stopped_ms)) == (Decimal("0.2"), 1)
    _rebuild(stage, stopped_ms)

    assert _held(stage, follow) == _held_at_venue(stage, follow) == Decimal("0.1")
    _copied(stage, follow, "-0.1", held="0")
    assert _held_at_venue(stage, follow) == 0


def _deploy(stage: Stage, *, epoch: int) -> None:
    """Change the parameter ExecutionEpoch as a deployment does: in every function that has it."""
    client = stage.client("lambda")
    for name in (stage.system.stack.stack.functions[each] for each in FUNCTIONS):
        known = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        changed = {**known, "EXECUTION_EPOCH": str(epoch)}
        client.update_function_configuration(FunctionName=name, Environment={"Variables": changed})
    for queue in QUEUES:
        stage.client("sqs").purge_queue(QueueUrl=stage.queue(queue))


def _begun(stage: Stage) -> FollowId:
    stage.system.bench.command("accounts", address=LEADER, usdc="1000000")
    user = new_user(stage)
    user.sign_in()
    user.enable_agent()
    follow_id = user.client.create_follow(LEADER, LIMITS)["follow_id"]
    user.client.start(follow_id)
    book = stage.leaders.leader_book
    stage.wait("the book began", lambda: book(HYPERLIQUID, LEADER).started, SECONDS)
    return FollowId(follow_id)


def _copied(stage: Stage, follow: FollowId, size: str, *, held: str) -> None:
    moved = Decimal(size)
    exchange = Exchange(WALLET, stage.system.simulator.url)
    answer = exchange.market_open(SYMBOL, moved > 0, float(abs(moved)))
    assert "filled" in answer["response"]["data"]["statuses"][0], answer
    stage.wait(f"{held} held", lambda: _held(stage, follow) == Decimal(held), SECONDS)


def _rebuild(stage: Stage, epoch: int) -> None:
    """Run the minute's schedules once every order from before is over."""
    over_ms = epoch + SEEN_AFTER_MS
    stage.wait("all is over", lambda: stage.now_ms() > over_ms, SECONDS)
    stage.system.stack.run_schedules()
    stage.wait("all is open", lambda: not _behind(stage, epoch), SECONDS)


def _behind(stage: Stage, epoch: int) -> int:
    """Count as the runbook does."""
    page = RUNBOOK.read_text()
    command = page[page.index("aws dynamodb scan") : page.index("```", page.index("aws dynamodb"))]
    words = shlex.split(command.replace("'$epoch'", str(epoch)))
    option = dict(pairwise(words))
    answer = stage.client("dynamodb").scan(
        TableName=stage.table("CopyingTable").name,
        Select=option["--select"],
        FilterExpression=option["--filter-expression"],
        ExpressionAttributeNames=json.loads(option["--expression-attribute-names"]),
        ExpressionAttributeValues=json.loads(option["--expression-attribute-values"]),
    )
    return int(answer["Count"])


def _items(stage: Stage) -> Items:
    table = stage.table("CopyingTable")
    found: Items = table.client.scan(TableName=table.name)["Items"]
    return found


def _bring_back(stage: Stage, before: Items) -> None:
    table = stage.table("CopyingTable")
    for item in _items(stage):
        table.client.delete_item(TableName=table.name, Key={"pk": item["pk"], "sk": item["sk"]})
    for item in before:
        table.client.put_item(TableName=table.name, Item=item)


def _state(stage: Stage, follow: FollowId) -> FollowState:
    state = stage.copies.follow_state(follow)
    assert state is not None
    return state


def _held(stage: Stage, follow: FollowId) -> Decimal:
    return _state(stage, follow).ledger(SYMBOL).held


def _held_at_venue(stage: Stage, follow: FollowId) -> Decimal:
    address = _state(stage, follow).follow.wallet_address
    shown = stage.system.bench.ask(type="clearinghouseState", user=address)
    sizes = {each["position"]["coin"]: each["position"]["szi"] for each in shown["assetPositions"]}
    return Decimal(sizes.get(SYMBOL, "0"))
