"""Leverage and margin mode are the account's: what was set last holds for a wallet's follows."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.fakes.builders import limits, ratio
from tests.fakes.leverages import at_venue, book_of, copy_each, settings_asked_for
from tests.fakes.sharing import OTHER_LEADER, follow_another, other_leader_trades
from tests.fakes.venue import Fault
from tests.fakes.world import World, following
from tests.unit.workflows.restoring import lost, repair_leader
from understudy.domain.ids import FollowId
from understudy.domain.lanes import LeverageSetting
from understudy.domain.limits import Limits, MarginMode
from understudy.domain.reasons import Reason
from understudy.domain.receipts import CopyStatus
from understudy.ports.copying import Changes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.domain.ids import WalletId
    from understudy.domain.intents import Intent, SigningAnswer
    from understudy.ports.signing import Signer

NO_MATCH = "Order could not immediately match against any resting orders."
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


def _other_copies(world: World, *sizes: str) -> None:
    for size in sizes:
        other_leader_trades(world, size)
        world.pump()
        world.pass_time(35)


def test_each_follow_of_a_wallet_has_its_own_margin_mode_and_leverage_when_it_enters() -> None:
    world, first, second = _two_follows(_limits(**APART), _limits(**TOGETHER))
    copy_each(world, "1", "-1", "1", "-1")
    _other_copies(world, "1", "-1", "1", "-1")

    copy_each(world, "1")
    entered = at_venue(world, first)
    copy_each(world, "1")
    added = at_venue(world, first)
    copy_each(world, "-2")
    _other_copies(world, "1")

    assert entered == added == (5, True)
    assert at_venue(world, second) == (10, False)
    assert {receipt.reason for receipt in world.receipts(first)} == {None}


def test_a_symbol_that_is_copied_again_and_again_has_its_leverage_set_once_for_all_follows() -> (
    None
):
    same = _limits(margin_mode=MarginMode.ISOLATED, max_total_leverage=Decimal(1))
    world, first, second = _two_follows(same, same)

    for _ in range(3):
        copy_each(world, "1", "-1")
        _other_copies(world, "1", "-1")

    assert settings_asked_for(world) == [(1, True)]
    assert world.orders_at_venue(first) == 12
    assert world.ledger(second).leverage == 1


def test_a_margin_mode_that_the_owner_changed_by_hand_is_noticed_and_set_anew_once_flat() -> None:
    world, follow = following()
    copy_each(world, "1", "-1")
    book_of(world, follow).isolated.add("BTC")

    copy_each(world, "1", "1", "-2", "1")

    receipts = world.receipts(follow)
    assert [receipt.reason for receipt in receipts[2:]] == [
        None,
        Reason.LEVERAGE_NOT_ALLOWED,
        None,
        None,
    ]
    assert at_venue(world, follow) == (1, False)


def test_a_margin_mode_that_still_is_what_was_set_is_not_set_again() -> None:
    world, _, _ = _two_follows(_limits(**APART), _limits(**TOGETHER))

    copy_each(world, "1", "1", "1")

    assert settings_asked_for(world) == [(1, True), (5, True)]


def test_a_leverage_that_may_have_been_set_without_an_answer_is_set_before_the_next_entry() -> None:
    world, follow = following()
    copy_each(world, "1", "-1")
    known = world.table.follows[follow]
    apart = replace(known.limits, margin_mode=MarginMode.ISOLATED)
    changed = world.directory.replace(replace(known, limits=apart))
    world.venue.faults.extend([Fault.TIMES_OUT_AFTER_ACCEPT] * 2)
    copy_each(world, "1")
    world.directory.replace(replace(changed, limits=known.limits))

    copy_each(world, "1")

    assert world.receipts(follow)[2].reason is Reason.LEVERAGE_NOT_ALLOWED
    assert world.ledger(follow).held == 1
    assert at_venue(world, follow) == (1, False)


def test_what_was_set_in_a_time_that_was_lost_is_not_relied_on_after_a_restore() -> None:
    world, follow = following()
    copy_each(world, "1", "-1")
    with lost(world):
        book = book_of(world, follow)
        book.leverages["BTC"] = 7
    repair_leader(world)
    for _ in range(3):
        world.sweep()
        world.pass_time(35)

    copy_each(world, "1")

    assert world.ledger(follow).held == 1
    assert at_venue(world, follow) == (1, False)


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

    copy_each(world, "1")

    settings = world.table.lanes[wallet].settings
    assert settings["ETH"] == ETH
    assert (settings["BTC"].leverage, settings["BTC"].isolated) == (1, False)
    assert world.held_at_venue(follow) == world.ledger(follow).held == 1


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
    copy_each(world, "1", "-1", "1", "-1")
    _other_copies(world, "1", "-1", "1", "-1")
    copy_each(world, "1", "-1")
    _unanswered(world, second)
    return world, first, second


def test_an_entry_does_not_set_its_leverage_before_one_that_may_land_behind_it() -> None:
    world, first, _ = _with_an_unanswered_change()
    asked = settings_asked_for(world)
    world.clock.advance(1000)

    world.copy_now("BTC", "1")

    assert settings_asked_for(world) == asked
    assert world.receipts(first)[-1].reason is Reason.LEVERAGE_NOT_ALLOWED
    assert world.ledger(first).held == 0


def test_once_it_can_land_no_more_the_entry_sets_its_own() -> None:
    world, first, _ = _with_an_unanswered_change()
    world.clock.advance(4000)
    world.venue.land_late()
    world.pass_time(10)

    copy_each(world, "1")

    assert world.ledger(first).held == 1
    assert at_venue(world, first) == (2, True)


def test_the_same_leverage_is_set_again_while_it_is_not_confirmed() -> None:
    world, _, second = _with_an_unanswered_change()
    world.clock.advance(1000)

    other_leader_trades(world, "1")
    world.pump()

    assert world.receipts(second)[-1].reason is None
    assert at_venue(world, second) == (10, True)


def test_a_change_that_was_refused_takes_the_word_of_the_one_before_it_away_that_may_land() -> None:
    world, first, second = _with_an_unanswered_change()
    world.clock.advance(1000)
    world.venue.faults.append("Cannot switch leverage type with open position.")
    other_leader_trades(world, "1")
    world.pump()
    asked = settings_asked_for(world)

    world.copy_now("BTC", "1")

    assert world.receipts(second)[-1].reason is Reason.LEVERAGE_NOT_ALLOWED
    assert settings_asked_for(world) == asked
    assert world.receipts(first)[-1].reason is Reason.LEVERAGE_NOT_ALLOWED


def test_behind_a_confirmed_change_an_earlier_one_without_an_answer_may_still_land() -> None:
    low, high = (
        _limits(margin_mode=MarginMode.ISOLATED, max_total_leverage=Decimal(most))
        for most in (2, 10)
    )
    world, first, second = _two_follows(low, high)
    copy_each(world, "1", "-1", "1", "-1")
    _other_copies(world, "1", "-1", "1", "-1")
    copy_each(world, "1", "-1")
    asked = len(settings_asked_for(world))
    world.venue.faults.extend([Fault.LANDS_LATE, None, NO_MATCH])
    other_leader_trades(world, "1")
    world.pump()
    world.clock.advance(1000)

    world.copy_now("BTC", "1")
    world.venue.land_late()
    world.clock.advance(30_000)
    world.copy("BTC", "1")

    skipped, entered = world.receipts(first)[-2:]
    assert world.receipts(second)[-1].reason is Reason.PRICE_OUT_OF_BAND
    assert skipped.reason is Reason.LEVERAGE_NOT_ALLOWED
    assert entered.status is CopyStatus.DONE
    assert settings_asked_for(world)[asked:] == [(10, True), (10, True), (2, True)]
    assert at_venue(world, first) == (2, True)


def test_the_same_leverage_is_relied_upon_though_an_earlier_change_to_it_may_land() -> None:
    world, follow = following(margin_mode=MarginMode.ISOLATED)
    world.venue.faults.append(Fault.LANDS_LATE)

    for _ in range(2):
        world.copy_now("BTC", "1")
        world.clock.advance(1000)

    assert settings_asked_for(world) == [(1, True)] * 2
    assert [receipt.status for receipt in world.receipts(follow)] == [CopyStatus.DONE] * 2
