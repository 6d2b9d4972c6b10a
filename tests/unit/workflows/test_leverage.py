"""The leverage of a copy: the leader's own where it is known, set before the entry needs it."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.fakes.builders import LEADER, fixed, limits
from tests.fakes.venue import Fault
from tests.fakes.world import World
from understudy.domain.ids import FollowId
from understudy.domain.limits import MarginMode
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.reasons import Reason
from understudy.domain.receipts import CopyStatus
from understudy.messages import LeaderFills, LearnLeverage


def _world(leverage: int = 5, **changes: Any) -> tuple[World, FollowId]:
    world = World()
    world.leader_uses("BTC", leverage)
    world.leader_uses("xyz:TSLA", leverage)
    follow = world.follow(limits(fixed("100"), copy_budget_usdc=Decimal(5000), **changes))
    world.begin()
    return world, follow


def _repair(world: World) -> None:
    world.queues.to_leader_sync([LeaderFills(HYPERLIQUID, LEADER, (), after_gap=True)])
    world.pump()


def _copy(world: World, size: str, symbol: str = "BTC") -> None:
    """Let the leader trade, and let every question about it be answered."""
    world.leader_trades(symbol, size)
    world.pass_time(61)


def _used(world: World, follow: FollowId) -> list[int]:
    """Give the leverage of every copy in order."""
    return [int(receipt.numbers["leverage"]) for receipt in world.receipts(follow)]


def _changes(world: World) -> list[int]:
    """Give the leverages that the venue was asked to set, in order."""
    actions = [json.loads(body)["action"] for body in world.venue.sent]
    return [each["leverage"] for each in actions if each["type"] == "updateLeverage"]


def test_a_leverage_that_nobody_has_seen_counts_as_one_and_is_learned_for_the_next_entry() -> None:
    world, follow = _world()

    _copy(world, "50")
    _copy(world, "50")

    assert _used(world, follow) == _changes(world) == [1, 5]
    ledger = world.ledger(follow)
    assert (ledger.held, ledger.entry_notional, ledger.margin) == (6, 600, 200)


def test_a_leverage_is_learned_without_a_repair_and_without_the_accounts_mode() -> None:
    world, _ = _world()
    repaired = world.leaders.leader_book(HYPERLIQUID, LEADER).repaired_ms

    _copy(world, "50")

    book = world.leaders.leader_book(HYPERLIQUID, LEADER)
    assert book.account is not None
    assert (book.repaired_ms, book.account.leverages) == (repaired, {"BTC": 5})


@pytest.mark.parametrize("before", [(), ("50",), ("50", "-50")])
def test_a_leverage_is_asked_for_when_it_is_not_known_and_only_then(before: Any) -> None:
    world, _ = _world()
    for size in before:
        _copy(world, size)

    world.leader_trades("BTC", "50")
    world.sync()
    world.clock.advance(3000)

    asked = [] if before else [LearnLeverage(HYPERLIQUID, LEADER, "BTC")]
    assert world.queues.reconcile.take() == asked


def test_a_leverage_of_another_dex_is_learned_there() -> None:
    world, follow = _world()
    world.venue.fund(world.table.follows[follow].wallet_address, "1000", dex="xyz")

    _copy(world, "50", "xyz:TSLA")
    _copy(world, "50", "xyz:TSLA")

    assert _used(world, follow) == [1, 5]


def test_a_leverage_is_remembered_when_the_leader_is_flat_and_through_a_repair() -> None:
    world, follow = _world()
    _copy(world, "50")
    _copy(world, "-50")

    _repair(world)
    _copy(world, "50")

    assert world.receipts(follow)[-1].numbers["leverage"] == 5
    assert world.ledger(follow).held == 5


def test_a_repair_replaces_a_leverage_that_the_leader_changed() -> None:
    world, follow = _world()
    _copy(world, "50")
    world.leader_uses("BTC", 3)

    _repair(world)
    _copy(world, "50")

    assert _used(world, follow) == _changes(world) == [1, 3]


def test_a_venue_without_an_answer_leaves_the_leverage_to_the_next_repair() -> None:
    world, follow = _world()
    world.copy_now("BTC", "50")
    world.venue.is_down = True
    world.pass_time(61)
    world.venue.is_down = False

    _repair(world)
    _copy(world, "50")

    assert _used(world, follow) == [1, 5]


def test_the_leverage_is_set_once_and_not_again_while_it_stays_the_same() -> None:
    world, follow = _world()

    for _ in range(4):
        _copy(world, "50")

    assert _changes(world) == [1, 5]
    assert world.ledger(follow).held == 16


def test_a_reading_from_before_the_change_does_not_set_it_again() -> None:
    world, follow = _world(entries_per_minute=300)
    _copy(world, "50")
    for _ in range(3):
        world.leader_trades("BTC", "-1")
        world.leader_trades("BTC", "50")
        world.pass_time(1)

    assert _changes(world) == [1, 5]
    assert world.receipts(follow)[-1].numbers["leverage"] == 5


def test_what_the_owner_sets_by_hand_is_set_back_before_the_next_entry() -> None:
    world, follow = _world()
    for _ in range(2):
        _copy(world, "50")
    world.venue.books.account(world.table.follows[follow].wallet_address).leverages["BTC"] = 2
    world.clock.advance(20_000)

    _copy(world, "50")

    assert _changes(world) == [1, 5, 5]


@pytest.mark.parametrize(
    "faults",
    [["Invalid leverage value"], [Fault.TIMES_OUT_AFTER_ACCEPT, Fault.NEVER_ARRIVES]],
)
def test_a_change_that_the_venue_does_not_confirm_leaves_what_is_held(faults: list[Any]) -> None:
    world, follow = _world()
    _copy(world, "50")
    world.venue.faults.extend(faults)

    _copy(world, "50")
    skipped = world.receipts(follow)[-1]
    _copy(world, "50")

    assert (skipped.status, skipped.reason) == (CopyStatus.SKIPPED, Reason.LEVERAGE_NOT_ALLOWED)
    assert (world.ledger(follow).held, world.ledger(follow).margin) == (6, 200)


def test_the_follows_own_limit_is_the_most() -> None:
    world, follow = _world(max_total_leverage=Decimal("3.9"))

    _copy(world, "50")
    _copy(world, "50")

    assert _used(world, follow) == [1, 3]


@pytest.mark.parametrize("fault", sorted(set(Fault) - {Fault.RATE_LIMITED}, key=str))
def test_a_leverage_without_an_answer_is_set_once_more(fault: Fault) -> None:
    world, follow = _world()
    world.venue.faults.append(fault)

    _copy(world, "50")

    assert [receipt.status for receipt in world.receipts(follow)] == [CopyStatus.DONE]
    assert world.held_at_venue(follow) == world.ledger(follow).held == 1


@pytest.mark.parametrize(
    ("faults", "reason"),
    [
        ([Fault.NEVER_ARRIVES, Fault.LANDS_LATE], Reason.LEVERAGE_NOT_ALLOWED),
        ([Fault.SERVER_ERROR, Fault.TIMES_OUT_AFTER_ACCEPT], Reason.LEVERAGE_NOT_ALLOWED),
        ([Fault.RATE_LIMITED], Reason.RATE_LIMITED),
    ],
)
def test_an_entry_whose_leverage_is_not_confirmed_is_skipped(
    faults: list[Fault], reason: Reason
) -> None:
    world, follow = _world()
    world.venue.faults.extend(faults)

    _copy(world, "50")
    _copy(world, "50")

    skipped, copied = world.receipts(follow)
    assert (skipped.status, skipped.reason) == (CopyStatus.SKIPPED, reason)
    assert copied.status is CopyStatus.DONE
    assert world.table.budgets[follow].reserved == 0


def _modes(world: World) -> list[bool]:
    """Give the margin modes that the venue was asked to set, in order: whether it is cross."""
    actions = [json.loads(body)["action"] for body in world.venue.sent]
    return [each["isCross"] for each in actions if each["type"] == "updateLeverage"]


def test_a_margin_mode_that_was_changed_is_set_before_the_next_entry_and_once() -> None:
    world, follow = _world(leverage=1)
    _copy(world, "50")
    _copy(world, "-50")
    before = world.table.follows[follow]
    changed = replace(before.limits, margin_mode=MarginMode.ISOLATED)
    world.directory.replace(replace(before, limits=changed))

    _copy(world, "50")
    _copy(world, "50")

    assert _modes(world) == [True, False]


def _from_before_settings_were_kept(world: World, follow: FollowId) -> None:
    wallet = world.table.follows[follow].wallet_id
    world.table.lanes[wallet] = replace(world.table.lanes[wallet], settings={})


def test_a_lane_that_does_not_know_what_is_set_learns_it_by_setting_it_again() -> None:
    world, follow = _world(leverage=1, margin_mode=MarginMode.ISOLATED)
    _copy(world, "50")
    _from_before_settings_were_kept(world, follow)

    _copy(world, "50")
    _copy(world, "50")

    assert _modes(world) == [False, False]
    assert {receipt.status for receipt in world.receipts(follow)} == {CopyStatus.DONE}


def test_a_position_whose_margin_mode_the_venue_does_not_change_adds_nothing_until_flat() -> None:
    world, follow = _world(leverage=1)
    _copy(world, "50")
    before = world.table.follows[follow]
    changed = replace(before.limits, margin_mode=MarginMode.ISOLATED)
    world.directory.replace(replace(before, limits=changed))

    for size in ("50", "-100", "50"):
        _copy(world, size)

    _, added, closed, opened = world.receipts(follow)
    assert (added.status, added.reason) == (CopyStatus.SKIPPED, Reason.LEVERAGE_NOT_ALLOWED)
    assert (closed.status, opened.status) == (CopyStatus.DONE, CopyStatus.DONE)
