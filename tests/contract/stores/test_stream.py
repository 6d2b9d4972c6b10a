"""The copying table's stream: records as they were and as they became, in order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.contract.stores.records import created, receipt
from tests.fakes.builders import FOLLOW, WALLET, intent
from understudy.domain.errors import ConflictError
from understudy.domain.follows import Budget, FollowStatus, Ledger
from understudy.domain.intents import IntentState
from understudy.domain.lanes import Lane
from understudy.domain.receipts import CopyStatus
from understudy.ports.copying import Changes

if TYPE_CHECKING:
    from tests.contract.stores.worlds import World


def test_each_change_of_a_follow_shows_what_it_was(world: World) -> None:
    first = created(world, status=FollowStatus.INACTIVE)
    second = world.directory.replace(replace(first, status=FollowStatus.ACTIVE))

    assert world.stream() == [(None, first), (first, second)]


def test_each_change_of_a_receipt_shows_what_it_was(world: World) -> None:
    claimed = world.copies.commit(Changes(receipts=(receipt(),))).receipts[0]
    done = replace(claimed, status=CopyStatus.DONE)
    settled = world.copies.commit(Changes(receipts=(done,))).receipts[0]

    assert world.stream() == [(None, claimed), (claimed, settled)]


def test_each_change_of_a_ledger_shows_what_it_was(world: World) -> None:
    first = world.copies.commit(Changes(ledger=Ledger(FOLLOW, "BTC"))).ledger
    assert first is not None
    second = world.copies.commit(Changes(ledger=replace(first, phantoms=1))).ledger

    assert world.stream() == [(None, first), (first, second)]


def test_each_change_of_an_order_shows_what_it_was(world: World) -> None:
    pinned = world.copies.commit(Changes(intent=intent())).intent
    assert pinned is not None
    ended = replace(pinned, state=IntentState.REJECTED, refusal="OTHER", answer="Halted.")
    refused = world.copies.commit(Changes(intent=ended)).intent

    assert world.stream() == [(None, pinned), (pinned, refused)]


def test_nothing_else_is_of_interest(world: World) -> None:
    world.copies.commit(Changes(budget=Budget(FOLLOW), lane=Lane(WALLET)))

    assert world.stream() == []


def test_a_refused_change_is_never_seen(world: World) -> None:
    with pytest.raises(ConflictError):
        world.copies.commit(Changes(receipts=(receipt(), receipt(2, version=5))))

    assert world.stream() == []
