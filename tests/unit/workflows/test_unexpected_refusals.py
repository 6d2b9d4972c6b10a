"""What the venue refuses for nothing that a follow could help is announced, once per ending."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from custody.secp256k1 import address_of
from tests.fakes.builders import SENDINGS, fixed
from tests.fakes.venue import Fault
from tests.fakes.world import World, following
from understudy.adapters.memory.bus import InMemoryBus
from understudy.domain.intents import IntentState, Rejected
from understudy.messages import CopyEvent
from understudy.ports.changes import RecordChange
from understudy.workflows.copy_events import publish_changes

if TYPE_CHECKING:
    from understudy.domain.ids import FollowId
    from understudy.ports.venue import OrderReport

EVENT = "REFUSED_UNEXPECTEDLY"
OFF_THE_TICK = "Price must be divisible by tick size."
UNSIGNED = "Unable to recover signer."
ANOTHER = f"User or API Wallet 0x{'5' * 40} does not exist."
UNHEARD_OF = "Trading in this asset is halted."
EXPECTED = (
    "Order could not immediately match against any resting orders.",
    "Insufficient margin to place order.",
    "Order must have minimum value of $10.",
    "Only post-only orders allowed immediately after network upgrade",
    "Action already expired",
)


def _copying(*copied: str, **changes: Any) -> tuple[World, FollowId]:
    world, follow = following(*copied, **changes)
    world.table.drain_stream()
    return world, follow


def _announced(world: World) -> list[CopyEvent]:
    """Publish what changed, as the stream tells it: a delivery, and the same one again."""
    changes = [RecordChange(*each) for each in world.table.drain_stream()]
    bus = InMemoryBus()
    publish_changes(bus, world.clock, changes)
    first = [each for each in bus.events if isinstance(each, CopyEvent) and each.event == EVENT]
    again = InMemoryBus()
    publish_changes(again, world.clock, changes)
    assert bus.events == again.events
    return first


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        (OFF_THE_TICK, "TICK"),
        ("Order has invalid size.", "TICK"),
        (UNSIGNED, "SIGNATURE"),
        (ANOTHER, "SIGNATURE"),
        (UNHEARD_OF, "OTHER"),
    ],
)
def test_an_entry_that_is_refused_unexpectedly_is_announced(text: str, refusal: str) -> None:
    world, follow = _copying("5")
    world.copy_now("BTC", "1", text)

    (event,) = _announced(world)

    receipt = world.receipts(follow)[-1]
    (leg,) = receipt.legs
    assert (event.follow_id, event.facts["copy_id"], event.facts["intent_id"]) == (
        follow,
        receipt.copy_id,
        leg.intent_id,
    )
    assert (event.facts["refusal"], event.facts["answer"]) == (refusal, text)


@pytest.mark.parametrize("text", EXPECTED)
def test_what_a_venue_may_well_answer_is_not_announced(text: str) -> None:
    world, _ = _copying("5")
    world.copy_now("BTC", "1", text)

    assert _announced(world) == []


def test_our_own_agent_that_is_gone_is_not_announced() -> None:
    world, follow = _copying("5")
    agent = address_of((1).to_bytes(32, "big"))
    world.copy_now("BTC", "1", f"User or API Wallet {agent} does not exist.")

    assert _announced(world) == []
    assert world.table.follows[follow].pause_reason == "agent_revoked"


def test_each_try_of_an_exit_is_announced_once() -> None:
    world, follow = _copying("5")
    world.venue.faults.extend([UNHEARD_OF, UNHEARD_OF])
    world.copy_now("BTC", "-5")
    world.pass_time(30)

    events = _announced(world)

    refused = [leg.intent_id for leg in world.receipts(follow)[-1].legs][:2]
    assert [event.facts["intent_id"] for event in events] == refused
    assert len({event.event_id for event in events}) == 2
    assert world.held_at_venue(follow) == 0


def test_a_leverage_that_is_refused_unexpectedly_is_announced_too() -> None:
    world, follow = _copying(sizing=fixed("100"))
    world.copy_now("BTC", "1", UNSIGNED)

    (event,) = _announced(world)

    assert (event.follow_id, event.facts["action"]) == (follow, "leverage")
    assert event.facts["answer"] == UNSIGNED


def test_a_refusal_that_only_the_venues_record_tells_is_announced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, _ = _copying("5")
    world.copy_now("BTC", "1", *SENDINGS * [Fault.NEVER_ARRIVES])
    told = Rejected("OTHER", "haltedRejected")
    monkeypatch.setattr(world.venue, "order_report", lambda *_: _report(told))
    assert _announced(world) == []

    world.pass_time(20)

    (event,) = _announced(world)
    assert event.facts["answer"] == "haltedRejected"


def _report(told: Rejected) -> OrderReport:
    return told


def test_a_long_answer_is_cut() -> None:
    world, _ = _copying("5")
    world.copy_now("BTC", "1", "<html>" + "x" * 5000)

    (event,) = _announced(world)

    assert len(event.facts["answer"]) == 200


def test_an_order_that_changes_after_its_refusal_is_not_announced_again() -> None:
    world, _ = _copying("5")
    world.copy_now("BTC", "1", UNHEARD_OF)
    _announced(world)
    (refused,) = [
        each for each in world.table.intents.values() if each.state is IntentState.REJECTED
    ]

    later = RecordChange(refused, replace(refused, version=refused.version + 1))

    assert publish_changes(InMemoryBus(), world.clock, [later]) == []
