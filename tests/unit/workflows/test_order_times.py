"""The times of an order on its receipt: each stage by the clock, also where its end came late."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tests.fakes.builders import SENDINGS
from tests.fakes.venue import Fault
from tests.fakes.world import World, following
from understudy.domain.ids import FollowId
from understudy.domain.intents import Intent, SigningRefused
from understudy.domain.reasons import Reason
from understudy.domain.receipts import CopyStatus, Receipt

SIGNING_MS = 25
ANSWERING_MS = 40


def _slow(world: World, act: Callable[..., Any], by_ms: int) -> Callable[..., Any]:
    def slowed(*arguments: Any, **named: Any) -> Any:
        world.clock.advance(by_ms)
        return act(*arguments, **named)

    return slowed


class SlowSigner:
    """Signs after a while."""

    def __init__(self, world: World) -> None:
        self._sign = _slow(world, world.signer.sign, SIGNING_MS)

    def sign(self, intents: Sequence[Intent]) -> Any:
        return self._sign(intents)


class RefusingSigner:
    """Signs nothing."""

    def sign(self, intents: Sequence[Intent]) -> list[SigningRefused]:
        return [SigningRefused(intent.intent_id, "PRICE_OUT_OF_BAND") for intent in intents]


def _world(monkeypatch: pytest.MonkeyPatch) -> tuple[World, FollowId]:
    """Give a world whose leverage is set already, and in which everything takes its time."""
    world, follow = following("1", budget=100_000)
    world.signer = SlowSigner(world)
    monkeypatch.setattr(world.venue, "submit", _slow(world, world.venue.submit, ANSWERING_MS))
    return world, follow


def _trade(world: World, follow: FollowId) -> Receipt:
    world.copy_now("BTC", "1")
    return world.receipts(follow)[-1]


def test_an_order_is_sent_after_it_was_signed_and_answered_after_it_was_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, follow = _world(monkeypatch)

    stages = _trade(world, follow).stages

    assert stages["signed"] - stages["decided"] == SIGNING_MS
    assert stages["sent"] - stages["signed"] == 0
    assert stages["answered"] - stages["sent"] == ANSWERING_MS


@pytest.mark.parametrize("fault", [Fault.TIMES_OUT_AFTER_ACCEPT, Fault.NEVER_ARRIVES])
def test_an_order_that_is_settled_later_keeps_its_times_and_gets_the_answers(
    monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    world, follow = _world(monkeypatch)
    world.venue.faults.extend(SENDINGS * [fault])
    decided_ms = _trade(world, follow).stages["decided"]

    world.pass_time(14)

    settled = world.receipts(follow)[-1]
    assert settled.status in {CopyStatus.DONE, CopyStatus.EXPIRED}
    assert settled.stages["sent"] == decided_ms + SIGNING_MS
    assert settled.stages["answered"] > decided_ms + 13_000


def test_an_order_that_only_the_sweep_remembers_has_the_time_of_its_answer_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, follow = _world(monkeypatch)
    world.venue.faults.append(Fault.TIMES_OUT_AFTER_ACCEPT)
    _trade(world, follow)
    world.clock.advance(20_000)
    world.queues.reconcile.take()

    world.sweep()

    stages = world.receipts(follow)[-1].stages
    assert stages["answered"] == world.clock.now_ms()
    assert not {"signed", "sent"} & stages.keys()


def test_a_refusal_to_sign_is_an_answer_to_nothing_that_was_sent() -> None:
    world, follow = following("1", budget=100_000)
    world.signer = RefusingSigner()

    refused = _trade(world, follow)

    stages = refused.stages
    assert refused.reason is Reason.SIGNING_REFUSED
    assert "answered" in stages
    assert not {"signed", "sent"} & stages.keys()
