"""Commits: all or nothing, under the versions read; and what a decision reads around a follow."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.stores.records import created, full_ledger, receipt
from tests.fakes import builders
from tests.fakes.builders import FOLLOW, NOW_MS, WALLET, intent
from understudy.domain.errors import ConflictError, InvalidInputError, LimitExceededError
from understudy.domain.follows import (
    Budget,
    FollowStatus,
    Ledger,
)
from understudy.domain.ids import FollowId, WalletId
from understudy.domain.intents import IntentState
from understudy.domain.lanes import Lane, LeverageSetting
from understudy.domain.ownership import SymbolOwner
from understudy.ports.copying import Changes

if TYPE_CHECKING:
    from tests.contract.stores.worlds import World
    from understudy.domain.intents import Intent

LANE = Lane(WalletId("w"), nonce=NOW_MS, entries_rest_until_ms=NOW_MS + 11_000)
OWNER = SymbolOwner(WalletId("w"), "BTC", FOLLOW)


def test_a_lane_holds_what_was_set_for_each_of_300_symbols(world: World) -> None:
    follow = created(world)
    setting = LeverageSetting(50, isolated=True, set_ms=NOW_MS)
    settings = {f"builder:SYMBOL{number}": setting for number in range(300)}
    lane = Lane(follow.wallet_id, nonce=NOW_MS, settings=settings)

    stored = world.copies.commit(Changes(lane=lane)).lane

    assert stored is not None
    assert world.around(follow, "BTC", 0).lane == stored == replace(lane, version=1)
    world.copies.commit(Changes(lane=stored.forgetting({"builder:SYMBOL7"})))
    assert len(world.around(follow, "BTC", 0).lane.settings) == 299


def test_an_unknown_follow_has_no_state(world: World) -> None:
    assert world.copies.follow_state(FollowId("nobody")) is None


def test_a_new_follow_has_an_empty_budget_and_no_ledgers(world: World) -> None:
    follow = created(world, status=FollowStatus.INACTIVE)

    state = world.copies.follow_state(FOLLOW)

    assert state is not None
    assert (state.follow, state.budget) == (follow, Budget(FOLLOW, version=1))
    assert state.ledger("BTC") == Ledger(FOLLOW, "BTC")


def test_what_a_claim_wrote_is_read_back_with_its_next_versions(world: World) -> None:
    follow = created(world)
    claimed = world.copies.commit(
        Changes(
            unchanged=follow,
            budget=Budget(FOLLOW, Decimal("1.5"), recent_entries_ms=(1, 2), version=1),
            ledger=full_ledger(),
            lane=LANE,
            intent=intent(),
            receipts=(receipt(1), receipt(2)),
            owner_taken=OWNER,
        )
    )

    state = world.copies.follow_state(FOLLOW)
    assert state is not None
    assert (
        state.budget
        == claimed.budget
        == Budget(FOLLOW, Decimal("1.5"), recent_entries_ms=(1, 2), version=2)
    )
    assert state.ledgers == {"BTC": claimed.ledger}
    assert claimed.ledger == replace(full_ledger(), version=1)
    assert world.copies.intent(FOLLOW, intent().intent_id) == claimed.intent
    assert world.copies.receipt(FOLLOW, 2) == claimed.receipts[1] == receipt(2, version=1)


@pytest.mark.parametrize(
    "stale",
    [
        Changes(budget=Budget(FOLLOW), lane=LANE),
        Changes(budget=Budget(FOLLOW, version=2), lane=LANE),
        Changes(ledger=builders.ledger(version=1), lane=LANE),
        Changes(intent=intent(version=1), lane=LANE),
        Changes(booked=(intent(version=1),), lane=LANE),
        Changes(receipts=(receipt(version=1),), lane=LANE),
        Changes(unchanged=builders.follow(version=7), lane=LANE),
        Changes(follow=builders.follow(version=7), lane=LANE),
    ],
)
def test_one_stale_record_keeps_everything_from_being_written(world: World, stale: Changes) -> None:
    follow = created(world)

    with pytest.raises(ConflictError):
        world.copies.commit(stale)

    around = world.around(replace(follow, wallet_id=LANE.wallet_id), "BTC", 1)
    assert around.lane == Lane(LANE.wallet_id)


def test_the_same_claim_again_is_a_conflict_and_changes_nothing(world: World) -> None:
    claim = Changes(lane=LANE, intent=intent())
    stored = world.copies.commit(claim)

    with pytest.raises(ConflictError):
        world.copies.commit(claim)

    assert world.copies.intent(FOLLOW, intent().intent_id) == stored.intent


def test_a_commit_of_nothing_changes_nothing(world: World) -> None:
    assert world.copies.commit(Changes()) == Changes()


def test_a_commit_that_pauses_a_follow_keeps_it_in_its_shard(world: World) -> None:
    follow = created(world)
    paused = world.copies.commit(Changes(follow=replace(follow, status=FollowStatus.PAUSED)))

    shard = world.leaders.follow_shard(follow.venue, follow.leader, follow.shard)

    assert [entry.follow_id for entry in shard.follows] == [FOLLOW]
    assert paused.follow is not None
    assert world.directory.of_user(follow.user_id) == [paused.follow]


def test_a_follow_is_not_created_by_a_commit(world: World) -> None:
    with pytest.raises(InvalidInputError):
        world.copies.commit(Changes(follow=builders.follow()))


@pytest.mark.parametrize(
    "twice",
    [
        Changes(receipts=(receipt(1), receipt(1))),
        Changes(booked=(intent(), intent())),
        Changes(intent=intent(), booked=(intent(),)),
        Changes(owner_taken=OWNER, owner_released=OWNER),
        Changes(follow=builders.follow(version=2), unchanged=builders.follow(version=2)),
    ],
)
def test_one_record_is_not_changed_twice_in_a_commit(world: World, twice: Changes) -> None:
    with pytest.raises(InvalidInputError):
        world.copies.commit(twice)


@pytest.mark.parametrize("orders", [0, 50])
def test_more_than_a_transaction_holds_is_refused(world: World, orders: int) -> None:
    booked = tuple(intent(f"order {number}") for number in range(orders))
    receipts = tuple(receipt(seq) for seq in range(1, 101 - orders))
    with pytest.raises(LimitExceededError) as refused:
        world.copies.commit(Changes(booked=booked, receipts=receipts))

    assert refused.value.code == "TRANSACTION_TOO_LARGE"
    assert world.copies.receipt(FOLLOW, 1) is None


def test_a_record_larger_than_an_item_is_refused(world: World) -> None:
    with pytest.raises(LimitExceededError) as refused:
        world.copies.commit(Changes(receipts=(receipt(reason_text="x" * 410_000),)))

    assert refused.value.code == "RECORD_TOO_LARGE"


def test_pending_intents_are_due_from_their_expiry_on_oldest_first(world: World) -> None:
    for name, expires in (("late", 30), ("first", 10), ("second", 20), ("never", 99)):
        world.copies.commit(Changes(intent=intent(name, expires_at_ms=NOW_MS + expires)))

    due = world.copies.due_intents(NOW_MS + 30, 10)

    assert list(due) == [(FOLLOW, "first"), (FOLLOW, "second"), (FOLLOW, "late")]
    assert list(world.copies.due_intents(NOW_MS + 30, 2)) == list(due)[:2]


def test_a_terminal_intent_is_no_longer_due(world: World) -> None:
    pending = world.copies.commit(Changes(intent=intent())).intent
    assert pending is not None
    settled = replace(pending, state=IntentState.FILLED, filled_size=Decimal("0.5"))

    stored = world.copies.commit(Changes(intent=settled)).intent

    assert not world.copies.due_intents(NOW_MS * 2, 10)
    assert world.copies.intent(FOLLOW, settled.intent_id) == stored


def _filled(world: World, name: str, **changes: Any) -> Intent:
    pending = world.copies.commit(Changes(intent=intent(name, **changes))).intent
    assert pending is not None
    filled = replace(pending, state=IntentState.FILLED, filled_size=Decimal("0.5"))
    stored = world.copies.commit(Changes(intent=filled)).intent
    assert stored is not None
    return stored


def test_filled_orders_are_estimated_until_their_figures_are_final(world: World) -> None:
    world.copies.commit(Changes(intent=intent("pending")))
    refused = world.copies.commit(Changes(intent=intent("refused"))).intent
    assert refused is not None
    world.copies.commit(Changes(intent=replace(refused, state=IntentState.REJECTED)))
    stored = _filled(world, "filled")

    found = world.copies.estimated_orders(WALLET, 0, NOW_MS * 2, 10)
    assert list(found) == [(FOLLOW, "filled")]

    world.copies.commit(Changes(intent=replace(stored, fee_is_final=True)))
    assert not world.copies.estimated_orders(WALLET, 0, NOW_MS * 2, 10)


def test_orders_and_receipts_that_are_booked_at_once_are_read_at_once(world: World) -> None:
    orders = [_filled(world, f"order {number}") for number in range(40)]
    receipts = tuple(receipt(seq) for seq in range(1, 41))
    booked = tuple(replace(order, fee_is_final=True) for order in orders)

    stored = world.copies.commit(Changes(budget=Budget(FOLLOW), booked=booked, receipts=receipts))

    names = [(FOLLOW, order.intent_id) for order in orders]
    found = {each.intent_id: each for each in world.copies.intents([*names, names[0]])}
    assert found == {each.intent_id: each for each in stored.booked}
    read = world.copies.receipts(FOLLOW, [*range(1, 41), 1])
    assert {each.seq: each for each in read} == {each.seq: each for each in stored.receipts}
    assert not world.copies.estimated_orders(WALLET, 0, NOW_MS * 2, 50)


def test_what_does_not_exist_is_left_out_of_a_reading(world: World) -> None:
    world.copies.commit(Changes(intent=intent(), receipts=(receipt(2),)))
    wanted = [(FollowId("another"), intent().intent_id), (FOLLOW, intent().intent_id)]

    assert [each.follow_id for each in world.copies.intents(wanted)] == [FOLLOW]
    assert [each.seq for each in world.copies.receipts(FOLLOW, [1, 2, 3])] == [2]
    assert not world.copies.intents([])
    assert not world.copies.receipts(FOLLOW, [])


def test_the_trades_with_a_receipt_are_told_within_their_range(world: World) -> None:
    for seq in (1, 2, 9, 10, 100):
        world.copies.commit(Changes(receipts=(receipt(seq),)))
    world.copies.commit(Changes(receipts=(receipt(3, follow_id=FollowId("another")),)))
    world.copies.commit(Changes(intent=intent()))

    assert world.copies.receipted(FOLLOW, 1, 10) == {2, 9, 10}
    assert world.copies.receipted(FOLLOW, 0, 1_000) == {1, 2, 9, 10, 100}
    assert world.copies.receipted(FOLLOW, 10, 10) == set()
    assert world.copies.receipted(FollowId("nobody"), 0, 10) == set()


def test_estimated_orders_are_a_wallets_own_by_expiry_oldest_first(world: World) -> None:
    for name, expires in (("late", 30), ("first", 10), ("second", 20), ("old", 5), ("new", 31)):
        _filled(world, name, expires_at_ms=NOW_MS + expires)
    _filled(world, "another's", wallet_id=WalletId("w"))

    found = world.copies.estimated_orders(WALLET, NOW_MS + 10, NOW_MS + 30, 10)

    assert list(found) == [(FOLLOW, "first"), (FOLLOW, "second"), (FOLLOW, "late")]
    assert list(world.copies.estimated_orders(WALLET, 0, NOW_MS + 30, 1)) == [(FOLLOW, "old")]


def test_a_wallets_follows_are_those_that_are_not_deleted(world: World) -> None:
    created(world, "a", wallet_id="w", leader="0x1")
    created(world, "b", wallet_id="w", leader="0x2", status=FollowStatus.DELETED)
    created(world, "c", wallet_id="w", leader="0x3", status=FollowStatus.INACTIVE)
    created(world, "d", wallet_id="v")

    assert list(world.copies.wallet_follows(WalletId("w"))) == ["a", "c"]


def test_of_many_commits_at_once_each_has_its_own_ending(world: World) -> None:
    wallets = [WalletId(f"w{number}") for number in range(12)]
    for wallet_id in wallets[::3]:
        world.copies.commit(Changes(lane=Lane(wallet_id, nonce=1)))

    with ThreadPoolExecutor(len(wallets)) as pool:
        ended = list(pool.map(partial(claimed_lane, world), wallets))

    assert [bool(failure) for failure in ended] == [True, False, False] * 4
    assert {type(failure) for failure in ended if failure} == {ConflictError}
    follows = [builders.follow(wallet_id=wallet_id) for wallet_id in wallets]
    assert [world.around(follow, "BTC", 0).lane.nonce for follow in follows] == [1, 2, 2] * 4


def claimed_lane(world: World, wallet_id: WalletId) -> Exception | None:
    """Store a lane that nobody is to have stored before."""
    try:
        world.copies.commit(Changes(lane=Lane(wallet_id, nonce=2)))
    except ConflictError as error:
        return error
    return None
