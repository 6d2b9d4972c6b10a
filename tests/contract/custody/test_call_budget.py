"""Signing costs four calls of the cloud for one intent, and fewer for each in a batch."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from moto import mock_aws

from custody.enrolment import Enrolment
from custody.keys import wrapped_only
from custody.signer import MAX_BATCH, IntentSigner
from tests.contract.conftest import moto_client
from tests.contract.custody.backends import on_aws
from tests.fakes.custody import untold
from tests.unit.custody.scene import NOW_MS, POLICY, TESTNET, Scene
from understudy.adapters.memory.clock import ManualClock
from understudy.domain.intents import Signed

if TYPE_CHECKING:
    from collections.abc import Iterator

ONE_LANE = {"BatchGetItem": 1, "TransactWriteItems": 1, "Decrypt": 1, "BatchWriteItem": 1}


class CountedScene(Scene):
    """The scene on the cloud's adapters, with every call counted."""

    def __post_init__(self) -> None:
        self.calls: Counter[str] = Counter()
        dynamodb, kms = moto_client("dynamodb"), moto_client("kms")
        self.backend = on_aws(dynamodb, kms)
        keys = wrapped_only(self.backend.vault, self._next_random_bytes)
        self.enrolment = Enrolment(
            self.backend.agents, keys, self.clock, POLICY, self._next_random_bytes
        )
        self.signer = IntentSigner(self.backend.signing, keys, self.clock, TESTNET, untold)
        self.agent = self.enrol()
        for client in (dynamodb, kms):
            client.meta.events.register("before-call", self._count)

    def _count(self, model: Any, **_: Any) -> None:
        self.calls[model.name] += 1


@pytest.fixture
def scene() -> Iterator[CountedScene]:
    with mock_aws():
        yield CountedScene(ManualClock(NOW_MS))


def test_one_intent_costs_four_calls(scene: CountedScene) -> None:
    scene.signed(scene.entry())

    assert scene.calls == ONE_LANE


def test_a_repetition_costs_three_calls(scene: CountedScene) -> None:
    first = scene.signed(scene.entry())
    scene.calls.clear()

    assert scene.signed(scene.entry()) == first
    assert scene.calls == {"BatchGetItem": 1, "BatchWriteItem": 1, "Decrypt": 1}


def test_a_refusal_costs_two_calls_and_opens_no_key(scene: CountedScene) -> None:
    scene.refusal(scene.entry(leverage=99))

    assert scene.calls == {"BatchGetItem": 1, "BatchWriteItem": 1}


def test_a_batch_reads_once_opens_each_key_once_and_writes_all_results_at_once(
    scene: CountedScene,
) -> None:
    other = scene.enrol("user-2")
    scene.calls.clear()

    answers = scene.sign(
        scene.leverage(), scene.entry(), scene.entry("other", agent_id=other.agent_id)
    )

    assert all(isinstance(answer, Signed) for answer in answers)
    each_once = {"BatchGetItem": 1, "BatchWriteItem": 1}
    assert scene.calls == {**each_once, "TransactWriteItems": 3, "Decrypt": 2}


def test_the_results_of_the_largest_batch_are_one_call_unless_it_is_asked_for_again(
    scene: CountedScene,
) -> None:
    intents = [scene.exit(str(n)) for n in range(MAX_BATCH)]
    first = scene.sign(*intents)
    assert scene.calls["BatchWriteItem"] == 1

    assert scene.sign(*intents) == first

    assert scene.calls["BatchWriteItem"] == 1 + 2
    assert scene.backend.audited() == 2 + 4 * MAX_BATCH


def test_the_largest_batch_still_fits_into_one_read(scene: CountedScene) -> None:
    intents = [
        scene.exit(str(n), agent_id=f"{n:016x}-agent", symbol=f"S{n}", wallet_address=f"0x{n:040x}")
        for n in range(16)
    ]

    reasons = {getattr(answer, "reason", "") for answer in scene.sign(*intents)}

    assert reasons == {"AGENT_UNKNOWN"}
    assert scene.calls["BatchGetItem"] == 1
