"""The queues: what is sent arrives once and in order, delays are kept, limits are refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from random import Random
from typing import Any
from uuid import uuid4

import pytest

from tests.contract.conftest import Clients
from tests.contract.stores.records import fill
from tests.fakes.builders import FOLLOW, LEADER, NOW_MS, WALLET, trade
from tests.simulation.faults import Fates
from tests.simulation.loop import Loop
from tests.simulation.mixes import CALM
from tests.simulation.queues import SimulatedQueues
from understudy.adapters.aws.batches import Batch, batch_of
from understudy.adapters.aws.queues import QueueUrls, SqsQueues
from understudy.adapters.aws.redelivery import Redelivery
from understudy.adapters.memory.clock import ManualClock
from understudy.adapters.memory.queues import InMemoryQueues
from understudy.domain.errors import InvalidInputError
from understudy.domain.ids import FollowId, WalletId
from understudy.domain.markets import HYPERLIQUID
from understudy.messages import (
    Converge,
    FillFanOut,
    FollowerExecute,
    LeaderFills,
    ReconcileWallet,
    WakeLane,
)
from understudy.ports.delivery import Queues

Take = Callable[[str], list[Any]]
EVERY_MESSAGE = (LeaderFills, FillFanOut, FollowerExecute, Converge, ReconcileWallet, WakeLane)
EMULATED = pytest.param("emulator", marks=pytest.mark.integration)
MOMENT_MS = 1_000
EXECUTE = FollowerExecute(FOLLOW, WALLET, trade(), queued_at_ms=NOW_MS)


class Sqs:
    """Real queues and what receives from them as the event source does."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.urls = {name: self._create(name) for name in QueueUrls.__dataclass_fields__}
        self.queues = SqsQueues(client, QueueUrls(**self.urls))

    def receive(self, name: str) -> Batch[Any]:
        answer = self.client.receive_message(
            QueueUrl=self.urls[name],
            MaxNumberOfMessages=10,
            MessageSystemAttributeNames=["All"],
            AttributeNames=["All"],
        )
        records = [
            {
                "messageId": each["MessageId"],
                "receiptHandle": each["ReceiptHandle"],
                "body": each["Body"],
                "attributes": each["Attributes"],
            }
            for each in answer.get("Messages", [])
        ]
        return batch_of({"Records": records}, EVERY_MESSAGE)

    def take(self, name: str) -> list[Any]:
        taken: list[Any] = []
        while batch := self.receive(name).received:
            taken += [each.message for each in batch]
            for each in batch:
                self.client.delete_message(
                    QueueUrl=self.urls[name], ReceiptHandle=each.receipt_handle
                )
        return taken

    def _create(self, name: str) -> str:
        fifo = name != "follow_reconcile"
        attributes = {"FifoQueue": "true"} if fifo else {}
        full_name = f"{name}-{uuid4().hex}" + (".fifo" if fifo else "")
        return str(self.client.create_queue(QueueName=full_name, Attributes=attributes)["QueueUrl"])


class Simulated:
    """The simulation's queues, at whose ends somebody only notes what comes."""

    def __init__(self) -> None:
        random = Random(0)  # noqa: S311 - a test must be repeatable
        self._loop = Loop(NOW_MS)
        self.queues = SimulatedQueues(self._loop, Fates(CALM, random), random)
        self._arrived: dict[str, list[Any]] = {}
        sources = dict(zip(QueueUrls.__dataclass_fields__, self.queues.sources, strict=True))
        for name, source in sources.items():
            source.work = partial(self._work, self._arrived.setdefault(name, []))

    def take(self, name: str) -> list[Any]:
        self._loop.run(self._loop.now_ms + MOMENT_MS)
        taken = self._arrived[name][:]
        self._arrived[name].clear()
        return taken

    @staticmethod
    def _work(arrived: list[Any], groups: Mapping[Any, list[Any]]) -> dict[Any, BaseException]:
        for messages in groups.values():
            arrived += messages
        return {}


@pytest.fixture(params=["memory", "simulated", "moto", EMULATED])
def world(request: pytest.FixtureRequest) -> tuple[Queues, Take]:
    if request.param == "simulated":
        simulated = Simulated()
        return simulated.queues, simulated.take
    if request.param != "memory":
        sqs = Sqs(request.getfixturevalue(f"{request.param}_clients")("sqs"))
        return sqs.queues, sqs.take
    queues = InMemoryQueues(ManualClock(NOW_MS))
    by_name: dict[str, Any] = {
        "leader_fills": queues.leader_sync,
        "fill_fan_out": queues.fan_out,
        "follower_execute": queues.lanes,
        "follow_reconcile": queues.reconcile,
    }
    return queues, lambda name: by_name[name].take(1_000)


def test_messages_arrive_as_they_were_sent(world: tuple[Queues, Take]) -> None:
    queues, take = world
    fills = LeaderFills(HYPERLIQUID, LEADER, (fill("1"), fill("2")), after_gap=True)
    queues.to_leader_sync([fills])
    queues.to_fan_out([FillFanOut(trade(), 3)])
    queues.to_reconcile(WakeLane(Converge(FOLLOW, WALLET, "BTC", "gap", NOW_MS)))

    assert take("leader_fills") == [fills]
    assert take("fill_fan_out") == [FillFanOut(trade(), 3)]
    assert take("follow_reconcile") == [WakeLane(Converge(FOLLOW, WALLET, "BTC", "gap", NOW_MS))]


def test_a_lane_keeps_its_order_over_many_sendings(world: tuple[Queues, Take]) -> None:
    queues, take = world
    sent = [replace(EXECUTE, trade=trade(seq=seq, time_ms=NOW_MS + seq)) for seq in range(12)]

    queues.to_lanes(sent[:7])
    queues.to_lanes(sent[7:])

    assert take("follower_execute") == sent


def test_a_command_for_each_of_many_lanes_arrives(world: tuple[Queues, Take]) -> None:
    queues, take = world
    sent = [
        replace(EXECUTE, follow_id=FollowId(f"f{number}"), wallet_id=WalletId(f"w{number}"))
        for number in range(25)
    ]

    queues.to_lanes(sent)

    arrived = take("follower_execute")
    assert sorted(each.wallet_id for each in arrived) == sorted(each.wallet_id for each in sent)


def test_a_repeated_sending_arrives_once(world: tuple[Queues, Take]) -> None:
    queues, take = world
    for queued_at_ms in (NOW_MS, NOW_MS + 50):
        queues.to_lanes([replace(EXECUTE, queued_at_ms=queued_at_ms)])

    assert take("follower_execute") == [EXECUTE]


def test_nothing_sent_is_nothing_received(world: tuple[Queues, Take]) -> None:
    queues, take = world
    queues.to_lanes([])

    assert take("follower_execute") == []


def test_many_commands_for_reconcile_arrive_once_each(world: tuple[Queues, Take]) -> None:
    queues, take = world
    sent = [ReconcileWallet(WalletId(f"w{number}")) for number in range(25)]

    queues.to_reconcile(*sent)

    arrived = take("follow_reconcile")
    assert sorted(each.wallet_id for each in arrived) == sorted(each.wallet_id for each in sent)


def test_a_delayed_command_does_not_come_early(world: tuple[Queues, Take]) -> None:
    queues, take = world
    queues.to_reconcile(ReconcileWallet(WALLET), delay_seconds=900)

    assert take("follow_reconcile") == []


@pytest.mark.parametrize("delay_seconds", [-1, 901])
def test_a_delay_that_no_queue_keeps_is_refused(
    world: tuple[Queues, Take], delay_seconds: int
) -> None:
    with pytest.raises(InvalidInputError):
        world[0].to_reconcile(ReconcileWallet(WALLET), delay_seconds=delay_seconds)


def test_more_fills_than_a_queue_takes_arrive_in_parts_and_in_order(
    world: tuple[Queues, Take],
) -> None:
    queues, take = world
    fills = tuple(fill(str(number)) for number in range(1_200))

    queues.to_leader_sync([LeaderFills(HYPERLIQUID, LEADER, fills, after_gap=True)])

    arrived = take("leader_fills")
    assert tuple(one for part in arrived for one in part.fills) == fills
    assert [part.after_gap for part in arrived] == [True, False, False]


@pytest.mark.integration
def test_a_failed_delivery_comes_again_when_its_group_says(emulator_clients: Clients) -> None:
    sqs = Sqs(emulator_clients("sqs"))
    sqs.queues.to_reconcile(ReconcileWallet(WALLET))
    first = sqs.receive("follow_reconcile").received

    waits = {each.group: 0 for each in first}
    Redelivery(sqs.client, sqs.urls["follow_reconcile"]).soon(first, waits)

    assert [each.times_received for each in sqs.receive("follow_reconcile").received] == [2]


@pytest.mark.integration
def test_what_a_lost_worker_took_is_given_to_another_one(
    emulator_clients: Clients,
) -> None:
    sqs = Sqs(emulator_clients("sqs"))
    sqs.queues.to_reconcile(ReconcileWallet(WALLET))
    first = sqs.receive("follow_reconcile").received

    Redelivery(sqs.client, sqs.urls["follow_reconcile"]).unless_done(first, 0)

    assert [each.times_received for each in sqs.receive("follow_reconcile").received] == [2]


@pytest.mark.integration
def test_a_failed_delivery_is_made_to_come_again_soon(emulator_clients: Clients) -> None:
    sqs = Sqs(emulator_clients("sqs"))
    sqs.queues.to_reconcile(ReconcileWallet(WALLET))
    first = sqs.receive("follow_reconcile").received

    # Received zero times before: so it comes again at once, and the test need not wait.
    again = [replace(each, times_received=0) for each in first]
    Redelivery(sqs.client, sqs.urls["follow_reconcile"]).soon(again)

    repeated = sqs.receive("follow_reconcile").received
    assert [(each.message, each.times_received) for each in repeated] == [
        (ReconcileWallet(WALLET), 2)
    ]
