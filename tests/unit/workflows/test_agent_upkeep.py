"""Agents are rotated and ended in time; the venue's list is the truth, asked twice if need be."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.fakes.agent_upkeep import Upkeep
from understudy.domain.agents import DAY_MS, HANDED_OVER_MS
from understudy.domain.errors import VenueUnreachableError
from understudy.domain.ids import FollowId
from understudy.ports.switches import Switch

if TYPE_CHECKING:
    from understudy.domain.agents import Agent

HOUR_MS = 3_600_000
VALID_DAYS = 90
ROTATED_BEFORE_DAYS = 14


@pytest.fixture
def upkeep() -> Upkeep:
    return Upkeep()


def rotated(upkeep: Upkeep) -> Agent:
    assert upkeep.ask("POST", f"/v1/agents/{upkeep.agent_id}/rotate").status == 201
    (successor,) = upkeep.successors()
    return successor


def test_two_weeks_before_its_end_an_agent_has_a_successor_to_sign(upkeep: Upkeep) -> None:
    upkeep.after((VALID_DAYS - ROTATED_BEFORE_DAYS) * DAY_MS - HOUR_MS)
    assert upkeep.successors() == []

    upkeep.after(HOUR_MS)

    (successor,) = upkeep.successors()
    before = upkeep.agent()
    assert (successor.status, successor.replaces) == ("PENDING", upkeep.agent_id)
    assert successor.name == "main-2"
    assert successor.address != before.address
    assert successor.nonce > before.nonce
    assert upkeep.ask("GET", f"/v1/agents/{successor.agent_id}").body["to_sign"]


def test_who_is_being_deleted_gets_no_successor_and_is_asked_for_tomorrow(upkeep: Upkeep) -> None:
    user = upkeep.api.identity.users[upkeep.agent().user_id]
    upkeep.api.identity.users[user.user_id] = replace(user, closing_since_ms=1)

    attended = upkeep.after((VALID_DAYS - ROTATED_BEFORE_DAYS) * DAY_MS)

    assert upkeep.successors() == []
    assert attended.left == {upkeep.agent_id: "ACCOUNT_CLOSING"}
    assert upkeep.agent().rotate_at_ms == upkeep.api.world.clock.now_ms() + DAY_MS


def test_a_successor_that_nobody_signed_is_followed_by_a_fresh_one(upkeep: Upkeep) -> None:
    upkeep.after((VALID_DAYS - ROTATED_BEFORE_DAYS) * DAY_MS)

    for _ in range(3):
        upkeep.after(20 * HOUR_MS)

    names = [each.name for each in upkeep.successors()]
    assert names == ["main-2", "main-3", "main-4", "main-5"]
    assert len({each.address for each in upkeep.successors()}) == len(names)
    assert upkeep.api.keys.states[upkeep.successors()[0].agent_id] == "REVOKED"


def test_a_confirmed_successor_takes_the_follows_over_at_once(upkeep: Upkeep) -> None:
    follow_id = upkeep.follow()
    successor = rotated(upkeep)

    upkeep.confirm(successor.agent_id)

    assert upkeep.signs_for(follow_id) == successor.agent_id
    assert upkeep.ask("GET", f"/v1/follows/{follow_id}").body["status"] == "ACTIVE"
    assert upkeep.api.keys.states[upkeep.agent_id] == "ACTIVE"  # its orders are on their way


def test_what_was_replaced_ends_a_minute_later_and_pauses_nothing(upkeep: Upkeep) -> None:
    follow_id = upkeep.follow()
    upkeep.confirm(rotated(upkeep).agent_id)

    upkeep.after(HANDED_OVER_MS - 1)
    assert upkeep.agent().status == "ACTIVE"
    upkeep.after(1)

    assert upkeep.agent().status == "REVOKED"
    assert upkeep.api.keys.states[upkeep.agent_id] == "REVOKED"
    assert upkeep.ask("GET", f"/v1/follows/{follow_id}").body["status"] == "ACTIVE"


def test_a_follow_started_with_the_old_agent_meanwhile_goes_on_with_the_new_one(
    upkeep: Upkeep,
) -> None:
    follow_id = upkeep.follow()
    successor = rotated(upkeep)
    upkeep.confirm(successor.agent_id)
    own = upkeep.api.services.agents.follows
    user_id = upkeep.agent().user_id
    own.change(user_id, FollowId(follow_id), lambda s: replace(s.follow, agent_id=upkeep.agent_id))

    upkeep.after(HANDED_OVER_MS)

    assert upkeep.signs_for(follow_id) == successor.agent_id
    assert upkeep.ask("GET", f"/v1/follows/{follow_id}").body["status"] == "ACTIVE"


def test_a_confirmation_that_broke_off_is_made_whole_by_repeating_it(
    upkeep: Upkeep, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow_id = upkeep.follow()
    successor = rotated(upkeep)
    with monkeypatch.context() as broken:
        broken.setattr(type(upkeep.api.services.agents), "succeed", lambda *_: None)
        upkeep.confirm(successor.agent_id)
    assert upkeep.signs_for(follow_id) == upkeep.agent_id

    body = {"agent_id": successor.agent_id, "signatures": ["0x"]}
    assert upkeep.ask("POST", "/v1/agents/confirm", body).status == 200

    assert upkeep.signs_for(follow_id) == successor.agent_id
    assert upkeep.agent().replaced_at_ms


def test_a_hand_over_that_broke_off_is_finished_by_the_next_run(
    upkeep: Upkeep, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow_id = upkeep.follow()
    successor = rotated(upkeep)
    with monkeypatch.context() as broken:
        broken.setattr(type(upkeep.api.services.agents), "succeed", lambda *_: None)
        upkeep.confirm(successor.agent_id)

    upkeep.after(DAY_MS)

    assert upkeep.signs_for(follow_id) == successor.agent_id


def test_asking_for_a_rotation_again_gives_the_same_successor(upkeep: Upkeep) -> None:
    first = rotated(upkeep)

    assert rotated(upkeep) == first


@pytest.mark.parametrize("state", ["PENDING", "REVOKED"])
def test_only_an_active_agent_is_rotated(upkeep: Upkeep, state: str) -> None:
    named = rotated(upkeep).agent_id if state == "PENDING" else upkeep.agent_id
    if state == "REVOKED":
        upkeep.ask("DELETE", f"/v1/agents/{named}")

    answer = upkeep.ask("POST", f"/v1/agents/{named}/rotate")

    assert (answer.status, answer.code) == (409, "AGENT_NOT_ACTIVE")


def test_at_its_end_an_agents_key_is_destroyed_and_its_follows_pause(upkeep: Upkeep) -> None:
    follow_id = upkeep.follow()

    upkeep.after(VALID_DAYS * DAY_MS)

    assert upkeep.agent().status == "EXPIRED"
    assert upkeep.api.keys.states[upkeep.agent_id] == "REVOKED"
    assert upkeep.api.world.switches.is_on(Switch.AUTHORITY_REVOKED, upkeep.agent_id)
    shown = upkeep.ask("GET", f"/v1/follows/{follow_id}").body
    assert (shown["status"], shown["pause_reason"]) == ("PAUSED", "agent_revoked")
    assert upkeep.after(DAY_MS).done == 0


def test_a_key_that_nobody_approved_within_the_hour_is_destroyed(upkeep: Upkeep) -> None:
    wish = {"scope": "TRADE_ONLY", "agent_name": "other"}
    made = upkeep.ask("POST", "/v1/agents/enable", wish).body["agent"]["agent_id"]

    upkeep.after(HOUR_MS)

    assert upkeep.agent(made).status == "EXPIRED"
    assert upkeep.api.keys.states[made] == "REVOKED"


def test_an_agent_taken_away_at_the_venue_ends_when_two_answers_say_so(upkeep: Upkeep) -> None:
    follow_id = upkeep.follow()
    upkeep.api.rest.listed.clear()

    upkeep.after(DAY_MS)
    assert upkeep.agent().status == "ACTIVE"
    upkeep.after(60_000)

    assert upkeep.agent().status == "REVOKED"
    assert upkeep.agent().removed_at_ms
    assert upkeep.ask("GET", f"/v1/follows/{follow_id}").body["pause_reason"] == "agent_revoked"
    assert upkeep.ask("GET", f"/v1/agents/{upkeep.agent_id}").body["to_sign"] == []


def test_one_answer_without_an_agent_that_the_next_one_has_ends_nothing(upkeep: Upkeep) -> None:
    listed = dict(upkeep.api.rest.listed)
    upkeep.api.rest.listed.clear()
    upkeep.after(DAY_MS)
    upkeep.api.rest.listed.update(listed)

    upkeep.after(60_000)

    assert (upkeep.agent().status, upkeep.agent().missing_since_ms) == ("ACTIVE", 0)


def test_a_removal_is_pending_until_the_venue_does_not_list_the_agent(upkeep: Upkeep) -> None:
    upkeep.ask("DELETE", f"/v1/agents/{upkeep.agent_id}")
    upkeep.after(60_000)
    assert not upkeep.agent().removed_at_ms

    upkeep.confirm(upkeep.agent_id)
    upkeep.after(DAY_MS)

    assert upkeep.agent().removed_at_ms
    assert upkeep.ask("GET", f"/v1/agents/{upkeep.agent_id}").body["to_sign"] == []


def test_a_silent_venue_holds_up_nothing_but_what_is_asked_of_it(
    upkeep: Upkeep, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(_: object) -> None:
        raise VenueUnreachableError("no answer")

    monkeypatch.setattr(upkeep.api.rest, "ask", silent)

    attended = upkeep.after((VALID_DAYS - ROTATED_BEFORE_DAYS) * DAY_MS)

    assert attended.left == {upkeep.agent_id: "VENUE_UNREACHABLE"}
    assert len(upkeep.successors()) == 1
    upkeep.after(ROTATED_BEFORE_DAYS * DAY_MS)
    assert upkeep.agent().status == "EXPIRED"


def test_custody_being_away_leaves_an_agent_due(upkeep: Upkeep) -> None:
    upkeep.api.keys.is_down = True
    assert upkeep.after(VALID_DAYS * DAY_MS).left == {upkeep.agent_id: "SIGNING_UNAVAILABLE"}

    upkeep.api.keys.is_down = False
    upkeep.after(1)

    assert upkeep.agent().status == "EXPIRED"


def test_an_operator_has_a_successor_prepared_by_the_next_run(upkeep: Upkeep) -> None:
    token = upkeep.api.operator_token()
    path = f"/v1/ops/users/{upkeep.agent().user_id}/agents/{upkeep.agent_id}/rotate"

    assert upkeep.api.request("POST", path, {"reason": "a ticket"}, token).status == 200
    assert upkeep.api.audit.entries[-1].event == "AGENT_ROTATED"
    upkeep.after(1)
    assert [each.replaces for each in upkeep.successors()] == [upkeep.agent_id]


def test_a_name_that_was_approved_once_is_never_used_again(upkeep: Upkeep) -> None:
    upkeep.ask("DELETE", f"/v1/agents/{upkeep.agent_id}")
    wish = {"scope": "TRADE_ONLY", "agent_name": "main"}
    answer = upkeep.ask("POST", "/v1/agents/enable", wish)

    assert (answer.status, answer.code) == (409, "AGENT_NAME_IN_USE")
