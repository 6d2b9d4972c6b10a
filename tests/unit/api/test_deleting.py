"""A deleted follow ends as its on_stop says, exactly once, whoever dies on the way."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.builders import LEADER
from tests.fakes.identity import BOB
from tests.fakes.requests import new_follow, started
from tests.fakes.venue import Fault
from tests.unit.api.deleting import ask, holding
from tests.unit.workflows.crashing import CrashError, CrashPoint, deliver, every_crash, make_crash
from understudy.domain.announcements import of_follow
from understudy.domain.follows import Follow
from understudy.domain.ids import FollowId
from understudy.domain.ownership import is_by_hand
from understudy.domain.reasons import Reason

if TYPE_CHECKING:
    from tests.fakes.api import ApiWorld

OTHER_LEADER = "0x" + "7" * 40


def ends(api: ApiWorld, follow_id: str) -> list[str]:
    """Give the events of a follow, in order."""
    changes = [(a, b) for a, b in api.world.table.drain_stream() if isinstance(b, Follow)]
    mine = [(a, b) for a, b in changes if b.follow_id == follow_id]
    told = [of_follow(a if isinstance(a, Follow) else None, b) for a, b in mine]
    return [each.event for each in told if each is not None]


def test_a_deleted_follow_copies_the_leaders_exits_until_it_is_flat(
    api: ApiWorld, token: str
) -> None:
    follow_id = holding(api, token)

    assert ask(api, token, "DELETE", follow_id).body["status"] == "DELETING"
    api.world.copy("BTC", "-2")
    assert ask(api, token, "GET", follow_id).body["status"] == "DELETING"
    api.world.copy("BTC", "-3")

    assert ask(api, token, "GET", follow_id).status == 404
    assert api.world.held_at_venue(FollowId(follow_id)) == 0
    assert api.world.table.owners == {}
    assert ends(api, follow_id)[-2:] == ["FOLLOW_DELETING", "FOLLOW_DELETED"]


def test_a_deleted_follow_is_gone_for_its_owner_who_is_told_where_its_receipts_are(
    api: ApiWorld, token: str
) -> None:
    follow_id = holding(api, token, on_stop="keep")
    before = api.request("GET", "/v1/copies", None, token).body["items"]
    ask(api, token, "DELETE", follow_id)

    gone = [ask(api, token, "GET", follow_id), ask(api, token, "GET", follow_id, "/portfolio")]
    copies = api.request("GET", "/v1/copies", None, token, {"follow_id": follow_id})

    assert {(each.status, each.code) for each in gone} == {(404, "FOLLOW_NOT_FOUND")}
    told = f"this follow is deleted: its receipts are at GET /v1/copies?follow_id={follow_id}"
    assert {each.body["detail"] for each in gone} == {told}
    assert copies.body["items"] == before != []


def test_to_another_a_deleted_follow_is_one_that_never_was(api: ApiWorld, token: str) -> None:
    follow_id, other = holding(api, token, on_stop="keep"), api.token(BOB)
    ask(api, token, "DELETE", follow_id)

    def refused(named: str) -> list[tuple[int, Any]]:
        asked = [ask(api, other, "GET", named), ask(api, other, "GET", named, "/portfolio")]
        asked.append(api.request("GET", "/v1/copies", None, other, {"follow_id": named}))
        return [(each.status, each.body) for each in asked]

    assert refused(follow_id) == refused("f" * 32)


def test_what_is_being_deleted_is_closed_by_a_new_agent_once_it_is_deleted_again(
    api: ApiWorld, token: str
) -> None:
    follow_id = holding(api, token)
    ask(api, token, "DELETE", follow_id)
    agent_id = api.world.table.follows[FollowId(follow_id)].agent_id
    api.request("DELETE", f"/v1/agents/{agent_id}", None, token)
    api.world.copy("BTC", "-5")
    assert api.world.held_at_venue(FollowId(follow_id)) == 1

    api.delegate(token, name="another")
    ask(api, token, "DELETE", follow_id)
    api.world.pump()

    assert api.world.held_at_venue(FollowId(follow_id)) == 0
    assert ask(api, token, "GET", follow_id).status == 404


def test_what_is_being_deleted_enters_nothing_and_says_why(api: ApiWorld, token: str) -> None:
    follow_id = holding(api, token)
    ask(api, token, "DELETE", follow_id)

    api.world.copy("ETH", "5")
    api.world.copy("BTC", "5")

    skips = api.world.receipts(FollowId(follow_id))[1:]
    assert [(each.reason, each.bound_by) for each in skips] == [
        (Reason.FOLLOW_PAUSED, "being_deleted")
    ] * 2
    assert api.world.held_at_venue(FollowId(follow_id)) == 1


def test_a_follow_deleted_with_close_now_closes_and_is_gone(api: ApiWorld, token: str) -> None:
    follow_id = holding(api, token, on_stop="close_now")

    assert ask(api, token, "DELETE", follow_id).body["status"] == "DELETING"
    api.world.pump()

    assert ask(api, token, "GET", follow_id).status == 404
    assert api.world.held_at_venue(FollowId(follow_id)) == 0
    assert api.world.table.owners == {}


def test_a_follow_deleted_with_keep_is_gone_at_once_and_leaves_the_user_the_symbol(
    api: ApiWorld, token: str
) -> None:
    follow_id = holding(api, token, on_stop="keep")

    assert ask(api, token, "DELETE", follow_id).body["status"] == "DELETED"
    api.world.copy("BTC", "-5")

    assert api.world.held_at_venue(FollowId(follow_id)) == 1
    assert list(map(is_by_hand, api.world.table.owners.values())) == [True]


def test_deleting_again_is_harmless_and_may_ask_for_the_closes(api: ApiWorld, token: str) -> None:
    follow_id = holding(api, token)
    ask(api, token, "DELETE", follow_id)
    assert ask(api, token, "DELETE", follow_id).body["status"] == "DELETING"

    changed = {"limits": {"on_stop": "close_now"}}
    api.request("PATCH", f"/v1/follows/{follow_id}", changed, token)
    ask(api, token, "DELETE", follow_id)
    api.world.pump()

    assert ends(api, follow_id).count("FOLLOW_DELETED") == 1
    assert api.world.held_at_venue(FollowId(follow_id)) == 0


def test_what_is_being_deleted_cannot_be_started_or_resumed(api: ApiWorld, token: str) -> None:
    follow_id = holding(api, token)
    api.request("POST", "/v1/copy/disable", None, token)
    ask(api, token, "DELETE", follow_id)
    api.world.clock.advance(2_000)
    api.request("POST", "/v1/copy/enable", None, token)

    answer = ask(api, token, "POST", follow_id, "/start")

    assert (answer.status, answer.code) == (409, "FOLLOW_DELETING")
    assert "on_stop to close_now or keep and DELETE it again" in answer.body["detail"]
    assert ask(api, token, "GET", follow_id).body["status"] == "DELETING"


@pytest.mark.parametrize(("on_stop", "left"), [("close_now", 0), ("keep", 1)])
def test_what_is_being_deleted_ends_now_as_the_refusal_of_its_start_says(
    api: ApiWorld, token: str, on_stop: str, left: int
) -> None:
    follow_id = holding(api, token)
    ask(api, token, "DELETE", follow_id)

    changed = {"limits": {"on_stop": on_stop}}
    assert api.request("PATCH", f"/v1/follows/{follow_id}", changed, token).status == 200
    ask(api, token, "DELETE", follow_id)
    api.world.pump()

    assert ask(api, token, "GET", follow_id).status == 404
    assert api.world.held_at_venue(FollowId(follow_id)) == left
    assert api.request("POST", "/v1/follows", new_follow(LEADER), token).status == 201


def test_the_symbol_stays_in_use_until_the_deleted_follow_is_flat(
    api: ApiWorld, token: str
) -> None:
    api.world.venue.fund(OTHER_LEADER, "1000000")
    follow_id = holding(api, token)
    ask(api, token, "DELETE", follow_id)

    assert set(api.world.table.owners.values()) == {follow_id}
    again = api.request("POST", "/v1/follows", new_follow(LEADER), token)
    assert (again.status, again.code) == (409, "FOLLOW_EXISTS")

    api.world.copy("BTC", "-5")
    assert api.request("POST", "/v1/follows", new_follow(LEADER), token).status == 201


def test_an_order_that_is_unknown_is_awaited_before_the_end(api: ApiWorld, token: str) -> None:
    follow_id = holding(api, token, on_stop="close_now")
    api.world.venue.faults.append(Fault.TIMES_OUT_AFTER_ACCEPT)
    ask(api, token, "DELETE", follow_id)
    api.world.pump()
    assert api.world.held_at_venue(FollowId(follow_id)) == 0
    assert ask(api, token, "GET", follow_id).body["status"] == "DELETING"

    api.world.pass_time(30)
    api.world.sweep()

    assert ask(api, token, "GET", follow_id).status == 404


def test_what_was_only_wanted_does_not_keep_a_follow_from_ending(api: ApiWorld, token: str) -> None:
    api.delegate(token)
    sizing = {"kind": "ratio", "percent": "1"}
    follow_id = started(api, token, sizing=sizing)
    api.world.pump()
    api.world.clock.advance(1000)
    api.world.copy("BTC", "5")
    assert api.world.ledger(FollowId(follow_id)).target

    assert ask(api, token, "DELETE", follow_id).body["status"] == "DELETED"
    assert api.world.table.owners == {}


def crashed_delete(api: ApiWorld, token: str, follow_id: str, point: CrashPoint) -> None:
    """Let the API die on the way; nobody asks again once the follow is being deleted."""
    whole, signer = api.world.copying, api.world.signer
    make_crash(api.world, point)
    lifecycle = replace(api.services.lifecycle, queues=api.world.copying.queues)
    own = replace(lifecycle.own, copies=api.world.copying.store)
    user = api.world.table.follows[FollowId(follow_id)].user_id
    with suppress(CrashError):
        replace(lifecycle, own=own).delete(user, FollowId(follow_id))
    api.world.copying, api.world.signer = whole, signer
    if ask(api, token, "GET", follow_id).body["status"] == "ACTIVE":
        ask(api, token, "DELETE", follow_id)


@pytest.mark.parametrize("on_stop", ["copy_closes", "close_now", "keep"])
@pytest.mark.parametrize(("at", "after"), every_crash(8))
def test_an_api_that_dies_on_the_way_is_made_up_for_by_the_sweep(
    api: ApiWorld, token: str, on_stop: str, at: int, *, after: bool
) -> None:
    follow_id = holding(api, token, on_stop=on_stop)

    crashed_delete(api, token, follow_id, CrashPoint(at, after))
    api.world.sweep()
    api.world.copy("BTC", "-5")

    kept = on_stop == "keep"
    assert ends(api, follow_id).count("FOLLOW_DELETED") == 1
    assert api.world.held_at_venue(FollowId(follow_id)) == int(kept)
    assert list(map(is_by_hand, api.world.table.owners.values())) == [True] * kept


@pytest.mark.parametrize(("at", "after"), every_crash(15))
def test_a_lane_that_dies_on_the_way_ends_the_follow_once(
    api: ApiWorld, token: str, at: int, *, after: bool
) -> None:
    follow_id = holding(api, token)
    ask(api, token, "DELETE", follow_id)
    whole, signer = api.world.copying, api.world.signer
    make_crash(api.world, CrashPoint(at, after))
    api.world.leader_trades("BTC", "-5")
    api.world.sync()

    for command in api.world.queues.lanes.take():
        deliver(api.world, command)
    api.world.copying, api.world.signer = whole, signer
    api.world.pass_time(25)
    api.world.sweep()

    assert ends(api, follow_id).count("FOLLOW_DELETED") == 1
    assert api.world.held_at_venue(FollowId(follow_id)) == 0
    assert api.world.table.owners == {}
