"""Leverage and margin mode are the account's: what was set last holds for a wallet's follows."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.fakes.builders import limits, ratio
from tests.fakes.venue import Fault
from tests.fakes.venue_books import Book
from tests.fakes.world import World, following
from tests.unit.workflows.restoring import lost, repair_leader
from understudy.domain.follows import FollowStatus
from understudy.domain.ids import FollowId
from understudy.domain.lanes import LeverageSetting
from understudy.domain.limits import Limits, MarginMode
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.reasons import Reason
from understudy.messages import LeaderFills
from understudy.ports.copying import Changes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.domain.ids import WalletId
    from understudy.domain.intents import Intent, SigningAnswer
    from understudy.ports.signing import Signer

ETH = LeverageSetting(3, isolated=True, set_ms=1)
OTHER_LEADER = "0x" + "3" * 40
APART: dict[str, Any] = {"margin_mode": MarginMode.ISOLATED, "max_total_leverage": Decimal(5)}
TOGETHER: dict[str, Any] = {"margin_mode": MarginMode.CROSS, "max_total_leverage": Decimal(10)}


def _limits(**changes: Any) -> Limits:
    return limits(ratio(), copy_budget_usdc=Decimal(10_000), **changes)


def _two_follows(first: Limits, second: Limits) -> tuple[World, FollowId, FollowId]:
    """Let one wallet follow two leaders, whose leverage of BTC is known."""
    world = World()
    one = world.follow(first)
    other = replace(
        world.table.follows[one],
        follow_id=FollowId("follow-2"),
        leader=OTHER_LEADER,
        limits=second,
        status=FollowStatus.INACTIVE,
        version=0,
    )
    created = world.directory.create(other)
    world.directory.replace(replace(created, status=FollowStatus.ACTIVE))
    world.venue.fund(OTHER_LEADER, "1000000")
    world.queues.to_leader_sync([LeaderFills(HYPERLIQUID, OTHER_LEADER, (), after_gap=True)])
    world.begin()
    world.leader_uses("BTC", 5)
    world.venue.books.account(OTHER_LEADER).leverages["BTC"] = 10
    return world, one, other.follow_id


def _copy(world: World, *sizes: str) -> None:
    for size in sizes:
        world.copy("BTC", size)
        world.pass_time(35)


def _other_copies(world: World, *sizes: str) -> None:
    for size in sizes:
        fill = replace(world.venue.trade(OTHER_LEADER, "BTC", size), start_position=None)
        world.queues.to_leader_sync([LeaderFills(HYPERLIQUID, OTHER_LEADER, (fill,))])
        world.pump()
        world.pass_time(35)


def _book(world: World, follow: FollowId) -> Book:
    return world.venue.books.account(world.table.follows[follow].wallet_address)


def _at_venue(world: World, follow: FollowId) -> tuple[int, bool]:
    """Give the account's leverage of BTC, and whether it is isolated."""
    book = _book(world, follow)
    return book.leverages["BTC"], "BTC" in book.isolated


def _settings(world: World) -> list[tuple[int, bool]]:
    """Give what the venue was asked to set, in order: the leverage, and whether isolated."""
    actions = [json.loads(body)["action"] for body in world.venue.sent]
    changes = (each for each in actions if each["type"] == "updateLeverage")
    return [(each["leverage"], not each["isCross"]) for each in changes]


def test_each_follow_of_a_wallet_has_its_own_margin_mode_and_leverage_when_it_enters() -> None:
    world, first, second = _two_follows(_limits(**APART), _limits(**TOGETHER))
    _copy(world, "1", "-1", "1", "-1")
    _other_copies(world, "1", "-1", "1", "-1")

    _copy(world, "1")
    entered = _at_venue(world, first)
    _copy(world, "1")
    added = _at_venue(world, first)
    _copy(world, "-2")
    _other_copies(world, "1")

    assert entered == added == (5, True)
    assert _at_venue(world, second) == (10, False)
    assert {receipt.reason for receipt in world.receipts(first)} == {None}


def test_a_symbol_that_is_copied_again_and_again_has_its_leverage_set_once_for_all_follows() -> (
    None
):
    same = _limits(margin_mode=MarginMode.ISOLATED, max_total_leverage=Decimal(1))
    world, first, second = _two_follows(same, same)

    for _ in range(3):
        _copy(world, "1", "-1")
        _other_copies(world, "1", "-1")

    assert _settings(world) == [(1, True)]
    assert world.orders_at_venue(first) == 12
    assert world.ledger(second).leverage == 1


def test_a_margin_mode_that_the_owner_changed_by_hand_is_noticed_and_set_anew_once_flat() -> None:
    world, follow = following()
    _copy(world, "1", "-1")
    _book(world, follow).isolated.add("BTC")

    _copy(world, "1", "1", "-2", "1")

    receipts = world.receipts(follow)
    assert [receipt.reason for receipt in receipts[2:]] == [
        None,
        Reason.LEVERAGE_NOT_ALLOWED,
        None,
        None,
    ]
    assert _at_venue(world, follow) == (1, False)


def test_a_margin_mode_that_still_is_what_was_set_is_not_set_again() -> None:
    world, _, _ = _two_follows(_limits(**APART), _limits(**TOGETHER))

    _copy(world, "1", "1", "1")

    assert _settings(world) == [(1, True), (5, True)]


def test_a_leverage_that_may_have_been_set_without_an_answer_is_set_before_the_next_entry() -> None:
    world, follow = following()
    _copy(world, "1", "-1")
    known = world.table.follows[follow]
    apart = replace(known.limits, margin_mode=MarginMode.ISOLATED)
    changed = world.directory.replace(replace(known, limits=apart))
    world.venue.faults.extend([Fault.TIMES_OUT_AFTER_ACCEPT] * 2)
    _copy(world, "1")
    world.directory.replace(replace(changed, limits=known.limits))

    _copy(world, "1")

    assert world.receipts(follow)[2].reason is Reason.LEVERAGE_NOT_ALLOWED
    assert world.ledger(follow).held == 1
    assert _at_venue(world, follow) == (1, False)


def test_what_was_set_in_a_time_that_was_lost_is_not_relied_on_after_a_restore() -> None:
    world, follow = following()
    _copy(world, "1", "-1")
    with lost(world):
        book = _book(world, follow)
        book.leverages["BTC"] = 7
    repair_leader(world)
    for _ in range(3):
        world.sweep()
        world.pass_time(35)

    _copy(world, "1")

    assert world.ledger(follow).held == 1
    assert _at_venue(world, follow) == (1, False)


class BesideAnother:
    """A signer that, before it answers first, lets another worker set ETH at the same wallet."""

    def __init__(self, world: World, wallet: WalletId) -> None:
        self._world, self._wallet = world, wallet
        self._signer: Signer = world.signer
        self._is_first = True

    def sign(self, intents: Sequence[Intent]) -> Sequence[SigningAnswer]:
        if self._is_first:
            self._is_first = False
            lane = self._world.table.lanes[self._wallet].with_setting("ETH", ETH)
            self._world.copying.store.commit(Changes(lane=lane))
        return self._signer.sign(intents)


def test_what_another_worker_set_meanwhile_at_the_same_wallet_is_not_lost() -> None:
    world, follow = following()
    wallet = world.table.follows[follow].wallet_id
    world.signer = BesideAnother(world, wallet)

    _copy(world, "1")

    settings = world.table.lanes[wallet].settings
    assert settings["ETH"] == ETH
    assert (settings["BTC"].leverage, settings["BTC"].isolated) == (1, False)
    assert world.held_at_venue(follow) == world.ledger(follow).held == 1
