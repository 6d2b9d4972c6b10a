"""What is erased of copying is gone whole, and only what is over is erased."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.contract.stores.records import created, receipt
from tests.fakes import builders
from tests.fakes.builders import NOW_MS, intent
from understudy.domain.errors import ConflictError
from understudy.domain.follows import Account, AccountMode, FollowStatus
from understudy.domain.ids import FollowId, IntentId, UserId, WalletId
from understudy.domain.intents import IntentState
from understudy.domain.lanes import Lane
from understudy.domain.ownership import SymbolOwner
from understudy.domain.replacing import replace
from understudy.ports.copying import Changes

if TYPE_CHECKING:
    from tests.contract.stores.worlds import World
    from understudy.domain.follows import Follow

USER, WALLET = UserId("user-1"), WalletId("wallet of a")
RECEIPTS = 4
ALL = 1_000


def over(world: World, name: str = "a") -> Follow:
    """Create a follow that did a lot and is deleted."""
    follow = created(world, name)
    owner = SymbolOwner(follow.wallet_id, "BTC", follow.follow_id)
    ledger = builders.ledger(follow_id=follow.follow_id)
    world.copies.commit(Changes(ledger=ledger, lane=Lane(follow.wallet_id, 5), owner_taken=owner))
    for seq in range(1, RECEIPTS + 1):
        one = intent(f"{seq:064x}", follow_id=follow.follow_id, wallet_id=follow.wallet_id)
        told = receipt(seq, follow_id=follow.follow_id)
        world.copies.commit(Changes(intent=one, receipts=(told,)))
        filled = replace(one, state=IntentState.FILLED, filled_size=Decimal(1), version=1)
        world.copies.commit(Changes(intent=filled))
    equity = {"": Decimal(1)}
    account = Account(follow.wallet_id, AccountMode.STANDARD, equity, {}, {}, {}, NOW_MS)
    world.copies.put_account(account)
    return world.directory.replace(replace(follow, status=FollowStatus.DELETED))


def found(world: World, follow: Follow) -> list[object]:
    """Give what can be found of a follow, by whatever leads there."""
    name = follow.follow_id
    return [
        *([state] if (state := world.copies.follow_state(name)) else []),
        *world.directory.ever_of_user(follow.user_id),
        *world.directory.logs(follow.user_id, limit=ALL).items,
        *world.directory.receipts(name, limit=ALL).items,
        *world.copies.intents([(name, IntentId(f"{n:064x}")) for n in range(1, RECEIPTS + 1)]),
        *world.copies.estimated_orders(follow.wallet_id, 0, NOW_MS * 2, ALL),
        *world.copies.due_intents(NOW_MS * 2, ALL),
    ]


def test_a_users_deleted_follows_are_listed_with_the_others(world: World) -> None:
    gone = created(world, "a", created_at_ms=NOW_MS, status=FollowStatus.DELETED)
    here = created(world, "b", created_at_ms=NOW_MS + 1)

    assert world.directory.ever_of_user(USER) == [gone, here]
    assert world.directory.of_user(USER) == [here]


@pytest.mark.parametrize("status", [FollowStatus.ACTIVE, FollowStatus.DELETING])
def test_a_follow_that_is_not_deleted_is_not_erased(world: World, status: FollowStatus) -> None:
    follow = created(world, "a", status=status)

    with pytest.raises(ConflictError):
        world.records.erase_follow(follow, ALL)

    assert world.copies.follow_state(FollowId("a")) is not None


def test_an_erased_follow_left_nothing_and_others_everything(world: World) -> None:
    follow, other = over(world), created(world, "b")

    assert world.records.erase_follow(follow, ALL)

    assert world.copies.follow_state(other.follow_id) is not None
    assert found(world, follow) == [other]
    assert world.records.erase_follow(follow, ALL), "again is no error"


def test_a_follow_is_erased_piece_by_piece_and_found_until_the_last(world: World) -> None:
    follow = over(world)

    pieces = 1
    while not world.records.erase_follow(follow, RECEIPTS // 2):
        pieces += 1
        assert world.directory.ever_of_user(USER) == [follow]

    assert pieces == 5
    assert found(world, follow) == []


def test_an_erased_wallet_owns_nothing_and_has_no_account(world: World) -> None:
    follow, other = over(world), created(world, "b")
    world.records.erase_follow(follow, ALL)

    world.records.erase_wallet(WALLET)
    world.records.erase_wallet(WALLET)

    assert world.copies.account(WALLET) is None
    around = world.around(replace(other, wallet_id=WALLET), "BTC", 0)
    assert (around.owner, around.lane) == (None, Lane(WALLET))
    assert list(world.copies.wallet_follows(other.wallet_id)) == ["b"]


def test_a_late_change_brings_nothing_back(world: World) -> None:
    follow = over(world)
    state = world.copies.follow_state(follow.follow_id)
    assert state is not None
    world.records.erase_follow(follow, ALL)

    for late in (Changes(budget=state.budget), Changes(ledger=state.ledger("BTC"))):
        with pytest.raises(ConflictError):
            world.copies.commit(late)
    with pytest.raises(ConflictError):
        world.directory.replace(state.follow)

    assert found(world, follow) == []
