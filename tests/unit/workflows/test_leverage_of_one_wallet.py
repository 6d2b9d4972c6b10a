"""Leverage and margin mode are the account's: what was set last holds for a wallet's follows."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.builders import limits, ratio
from tests.fakes.sharing import OTHER_LEADER, follow_another, other_leader_trades
from tests.fakes.venue import Fault
from tests.fakes.venue_books import Book
from tests.fakes.world import World, following
from tests.unit.workflows.restoring import lost, repair_leader
from understudy.domain.ids import FollowId
from understudy.domain.lanes import LeverageSetting
from understudy.domain.limits import Limits, MarginMode
from understudy.domain.reasons import Reason
from understudy.ports.copying import Changes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.domain.ids import WalletId
    from understudy.domain.intents import Intent, SigningAnswer
    from understudy.ports.signing import Signer

ETH = LeverageSetting(3, isolated=True, set_ms=1)
APART: dict[str, Any] = {"margin_mode": MarginMode.ISOLATED, "max_total_leverage": Decimal(5)}
TOGETHER: dict[str, Any] = {"margin_mode": MarginMode.CROSS, "max_total_leverage": Decimal(10)}


def _limits(**changes: Any) -> Limits:
    return limits(ratio(), copy_budget_usdc=Decimal(10_000), **changes)


def _two_follows(first: Limits, second: Limits) -> tuple[World, FollowId, FollowId]:
    """Let one wallet follow two leaders, whose leverage of BTC is known."""
    world = World()
    one = world.follow(first)
    other = follow_another(world, one, second)
    world.leader_uses("BTC", 5)
    world.venue.books.account(OTHER_LEADER).leverages["BTC"] = 10
    return world, one, other


def _copy(world: World, *sizes: str) -> None:
    for size in sizes:
        world.copy("BTC", size)
        world.pass_time(35)


def _other_copies(world: World, *sizes: str) -> None:
    for size in sizes:
        other_leader_trades(world, size)
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


# How the owner leaves a symbol: what was shown while it was held is no more, and set still.
LEFT_AT: list[dict[str, Any]] = [{"leverage": 40}, {"leverage": 40, "isolated": False}]


def _set_by_hand(world: World, follow: FollowId, leverage: int, *, isolated: bool = True) -> None:
    book = _book(world, follow)
    book.leverages["BTC"] = leverage
    (book.isolated.add if isolated else book.isolated.discard)("BTC")


def _with_known_leverage(**changes: Any) -> tuple[World, FollowId]:
    """Let a follow have copied BTC so often that the lane knows what is set, 5 times the margin."""
    world, follow = following(max_total_leverage=Decimal(5), **changes)
    world.leader_uses("BTC", 5)
    _copy(world, "1", "-1", "1", "-1")
    return world, follow


@pytest.mark.parametrize("mode", list(MarginMode))
@pytest.mark.parametrize("left", LEFT_AT)
def test_what_a_hand_set_for_its_own_position_is_set_back_once_it_has_left(
    left: dict[str, Any], mode: MarginMode
) -> None:
    world, follow = _with_known_leverage(margin_mode=mode)
    address = world.table.follows[follow].wallet_address
    _set_by_hand(world, follow, **left)
    world.venue.trade(address, "BTC", "3")
    _copy(world, "1", "-1")
    world.venue.trade(address, "BTC", "-3")
    world.pass_time(60)

    _copy(world, "1")

    assert world.receipts(follow)[4].reason is Reason.SYMBOL_IN_USE
    assert world.ledger(follow).held == 1
    assert _at_venue(world, follow) == (5, mode is MarginMode.ISOLATED)


def test_what_a_hand_set_and_a_sweep_saw_is_set_back_although_nothing_was_copied_meanwhile() -> (
    None
):
    world, follow = _with_known_leverage(margin_mode=MarginMode.ISOLATED)
    address = world.table.follows[follow].wallet_address
    _set_by_hand(world, follow, 40)
    world.venue.trade(address, "BTC", "3")
    world.sweep()
    world.venue.trade(address, "BTC", "-3")
    world.pass_time(60)

    _copy(world, "1")

    assert world.ledger(follow).held == 1
    assert _at_venue(world, follow) == (5, True)


def test_what_a_hand_set_and_an_entry_of_another_symbol_saw_is_set_back() -> None:
    world, follow = _with_known_leverage(margin_mode=MarginMode.ISOLATED)
    address = world.table.follows[follow].wallet_address
    _set_by_hand(world, follow, 40)
    world.venue.trade(address, "BTC", "3")
    world.copy("ETH", "1")
    world.venue.trade(address, "BTC", "-3")
    world.pass_time(60)

    _copy(world, "1")

    assert world.ledger(follow).held == 1
    assert _at_venue(world, follow) == (5, True)


def test_what_the_owner_set_while_the_follow_held_it_is_set_back_when_it_was_closed_since() -> None:
    world, follow = _with_known_leverage(margin_mode=MarginMode.ISOLATED)
    _copy(world, "1")
    _set_by_hand(world, follow, 40)
    world.sweep()
    _copy(world, "-1", "1")

    assert world.ledger(follow).held == 1
    assert _at_venue(world, follow) == (5, True)


def test_a_reading_that_shows_what_was_set_forgets_nothing() -> None:
    world, _ = _with_known_leverage(margin_mode=MarginMode.ISOLATED)
    _copy(world, "1")
    before = _settings(world)

    for _ in range(3):
        world.sweep()
        world.pass_time(60)
    _copy(world, "1", "-2", "1")

    assert _settings(world) == before


def _unanswered(world: World, follow: FollowId) -> None:
    """Let the follow ask for its leverage, twice, without an answer: it may land later."""
    world.venue.faults.extend([Fault.LANDS_LATE] * 2)
    other_leader_trades(world, "1")
    world.pump()
    assert world.receipts(follow)[-1].reason is Reason.LEVERAGE_NOT_ALLOWED


def _with_an_unanswered_change() -> tuple[World, FollowId, FollowId]:
    """Let one follow have copied at 2, and the wallet's other one have asked for 10 since."""
    apart: dict[str, Any] = {"margin_mode": MarginMode.ISOLATED}
    world, first, second = _two_follows(
        _limits(**apart, max_total_leverage=Decimal(2)),
        _limits(**apart, max_total_leverage=Decimal(10)),
    )
    _copy(world, "1", "-1", "1", "-1")
    _other_copies(world, "1", "-1", "1", "-1")
    _copy(world, "1", "-1")
    _unanswered(world, second)
    return world, first, second


def test_an_entry_does_not_set_its_leverage_before_one_that_may_land_behind_it() -> None:
    world, first, _ = _with_an_unanswered_change()
    asked = _settings(world)
    world.clock.advance(1000)

    world.copy_now("BTC", "1")

    assert _settings(world) == asked
    assert world.receipts(first)[-1].reason is Reason.LEVERAGE_NOT_ALLOWED
    assert world.ledger(first).held == 0


def test_once_it_can_land_no_more_the_entry_sets_its_own() -> None:
    world, first, _ = _with_an_unanswered_change()
    world.clock.advance(4000)
    world.venue.land_late()
    world.pass_time(10)

    _copy(world, "1")

    assert world.ledger(first).held == 1
    assert _at_venue(world, first) == (2, True)


def test_the_same_leverage_is_set_again_while_it_is_not_confirmed() -> None:
    world, _, second = _with_an_unanswered_change()
    world.clock.advance(1000)

    other_leader_trades(world, "1")
    world.pump()

    assert world.receipts(second)[-1].reason is None
    assert _at_venue(world, second) == (10, True)


def test_a_change_that_was_refused_takes_the_word_of_the_one_before_it_away_that_may_land() -> None:
    world, first, second = _with_an_unanswered_change()
    world.clock.advance(1000)
    world.venue.faults.append("Cannot switch leverage type with open position.")
    other_leader_trades(world, "1")
    world.pump()
    asked = _settings(world)

    world.copy_now("BTC", "1")

    assert world.receipts(second)[-1].reason is Reason.LEVERAGE_NOT_ALLOWED
    assert _settings(world) == asked
    assert world.receipts(first)[-1].reason is Reason.LEVERAGE_NOT_ALLOWED
