"""A deleted follow has a receipt for every trade from before its deletion, for none after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.requests import created
from tests.unit.api.deleting import ask, holding
from understudy.domain.ids import FollowId

if TYPE_CHECKING:
    from tests.fakes.api import ApiWorld


def test_a_trade_that_is_lost_before_a_deletion_gets_its_receipt_after_it(
    api: ApiWorld, token: str
) -> None:
    follow_id = FollowId(holding(api, token, on_stop="keep"))
    api.world.leader_trades("BTC", "-5")
    api.world.sync()
    api.world.queues.lanes.take()

    assert ask(api, token, "DELETE", follow_id).body["status"] == "DELETED"
    api.world.pass_time(60)

    assert [each.seq for each in api.world.receipts(follow_id)] == [1, 2]
    assert api.world.held_at_venue(follow_id) == 1


def test_a_deleted_follow_ends_with_the_trade_before_it_was_first_asked_for(
    api: ApiWorld, token: str
) -> None:
    follow_id = holding(api, token)
    ask(api, token, "DELETE", follow_id)
    api.world.copy("BTC", "-2")
    ask(api, token, "DELETE", follow_id)

    assert api.world.table.follows[FollowId(follow_id)].end_seq == 1


def test_a_follow_that_never_started_owes_no_receipt(api: ApiWorld, token: str) -> None:
    before = holding(api, token, on_stop="keep")
    ask(api, token, "DELETE", before)
    never_started = created(api, token)
    ask(api, token, "DELETE", never_started)

    api.world.pass_time(60)

    assert api.world.table.follows[FollowId(before)].end_seq == 1
    assert api.world.table.follows[FollowId(never_started)].end_seq == 0
    assert api.world.receipts(FollowId(never_started)) == []
