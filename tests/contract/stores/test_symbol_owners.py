"""A symbol of a wallet has one owner; the hand has it as of a moment."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.contract.stores.records import created
from tests.fakes.builders import FOLLOW
from understudy.domain.errors import ConflictError
from understudy.domain.ids import FollowId, WalletId
from understudy.domain.ownership import SymbolOwner, by_hand
from understudy.ports.copying import Changes

if TYPE_CHECKING:
    from tests.contract.stores.worlds import World

OWNER = SymbolOwner(WalletId("w"), "BTC", FOLLOW)


def test_a_symbol_has_one_owner_until_it_is_released(world: World) -> None:
    follow = created(world, wallet_id="w")
    world.copies.commit(Changes(owner_taken=OWNER))
    world.copies.commit(Changes(owner_taken=OWNER))

    hand = replace(OWNER, follow_id=by_hand(1))
    for refused in (Changes(owner_taken=hand), Changes(owner_released=hand)):
        with pytest.raises(ConflictError):
            world.copies.commit(refused)
    assert world.around(follow, "BTC", 0).owner == FOLLOW

    world.copies.commit(Changes(owner_released=OWNER))
    world.copies.commit(Changes(owner_released=OWNER))
    assert world.around(follow, "BTC", 0).owner is None
    world.copies.commit(Changes(owner_taken=hand))
    assert world.around(follow, "BTC", 0).owner == by_hand(1)


def test_a_follow_hands_its_symbol_over_to_the_hand_at_once(world: World) -> None:
    follow = created(world, wallet_id="w")
    world.copies.commit(Changes(owner_taken=OWNER))
    hand = replace(OWNER, follow_id=by_hand(1))

    with pytest.raises(ConflictError):
        world.copies.commit(Changes(owner_taken=replace(hand, before=FollowId("another"))))
    world.copies.commit(Changes(owner_taken=replace(hand, before=FOLLOW)))

    assert world.around(follow, "BTC", 0).owner == by_hand(1)


def test_what_is_freed_late_frees_nothing_that_the_hand_took_since(world: World) -> None:
    follow = created(world, wallet_id="w")
    before, since = (replace(OWNER, follow_id=by_hand(moment)) for moment in (1, 2))
    world.copies.commit(Changes(owner_taken=before))
    world.copies.commit(Changes(owner_taken=since))

    with pytest.raises(ConflictError):
        world.copies.commit(Changes(owner_released=before))
    with pytest.raises(ConflictError):
        world.copies.commit(Changes(owner_taken=OWNER))

    assert world.around(follow, "BTC", 0).owner == by_hand(2)
