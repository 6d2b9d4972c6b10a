"""A removal that its wallet signed is seen to be done at once, or as soon as the venue says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.agent_upkeep import Upkeep
from tests.fakes.identity import ALICE
from understudy.domain.agents import ASKED_AGAIN_MS, DAY_MS
from understudy.domain.errors import ConflictError, VenueUnreachableError
from understudy.domain.replacing import replace

if TYPE_CHECKING:
    from understudy.domain.agents import Agent


@pytest.fixture
def revoked() -> Upkeep:
    """Give a user whose agent was revoked a while ago, and looked for at the venue since."""
    upkeep = Upkeep()
    upkeep.ask("DELETE", f"/v1/agents/{upkeep.agent_id}")
    upkeep.after(ASKED_AGAIN_MS)
    upkeep.api.world.clock.advance(1000)
    return upkeep


def shown(upkeep: Upkeep) -> dict[str, Any]:
    body: dict[str, Any] = upkeep.ask("GET", f"/v1/agents/{upkeep.agent_id}").body
    return body


def still_listed(upkeep: Upkeep, monkeypatch: pytest.MonkeyPatch) -> None:
    approvals = type(upkeep.api.services.agents.approvals)
    monkeypatch.setattr(approvals, "is_listed", lambda *_: True)


def silent(upkeep: Upkeep, monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(_: object) -> None:
        raise VenueUnreachableError("no answer")

    monkeypatch.setattr(upkeep.api.rest, "ask", ask)


def test_a_removal_that_the_venue_shows_as_done_is_noted_with_its_confirmation(
    revoked: Upkeep,
) -> None:
    revoked.confirm(revoked.agent_id)

    agent = revoked.agent()
    assert agent.removed_at_ms == revoked.api.world.clock.now_ms()
    assert agent.attend_at_ms == 0
    assert shown(revoked)["to_sign"] == []


@pytest.mark.parametrize("venue", [still_listed, silent])
def test_one_that_is_not_seen_to_be_done_is_looked_at_a_minute_later(
    revoked: Upkeep, venue: Any
) -> None:
    with pytest.MonkeyPatch.context() as during:
        venue(revoked, during)
        revoked.confirm(revoked.agent_id)

    agent = revoked.agent()
    assert agent.removed_at_ms == 0
    assert agent.attend_at_ms == revoked.api.world.clock.now_ms() + ASKED_AGAIN_MS
    assert len(shown(revoked)["to_sign"]) == 1
    revoked.after(ASKED_AGAIN_MS)
    assert revoked.agent().removed_at_ms == revoked.api.world.clock.now_ms()
    assert shown(revoked)["to_sign"] == []


def test_one_that_the_venue_goes_on_listing_is_asked_for_daily(
    revoked: Upkeep, monkeypatch: pytest.MonkeyPatch
) -> None:
    still_listed(revoked, monkeypatch)
    revoked.confirm(revoked.agent_id)

    revoked.after(ASKED_AGAIN_MS)

    assert revoked.agent().attend_at_ms == revoked.api.world.clock.now_ms() + DAY_MS


def test_an_agent_is_looked_for_a_minute_after_it_was_revoked_however_lately_before() -> None:
    upkeep = Upkeep()
    upkeep.after(DAY_MS)

    upkeep.ask("DELETE", f"/v1/agents/{upkeep.agent_id}")

    due_at_ms = upkeep.api.world.clock.now_ms() + ASKED_AGAIN_MS
    assert upkeep.agent().attend_at_ms == due_at_ms


def test_confirming_a_removal_again_is_no_error_and_sends_nothing(revoked: Upkeep) -> None:
    to_sign = shown(revoked)["to_sign"]
    signatures = [ALICE.sign_action(each["action"]) for each in to_sign]
    body = {"agent_id": revoked.agent_id, "signatures": signatures}
    first = revoked.ask("POST", "/v1/agents/confirm", body)
    sent = len(revoked.api.rest.sent)

    again = revoked.ask("POST", "/v1/agents/confirm", body)

    assert (again.status, again.body) == (200, first.body)
    assert len(revoked.api.rest.sent) == sent


def test_who_is_leaving_confirms_a_removal_again_as_well(revoked: Upkeep) -> None:
    signatures = [ALICE.sign_action(each["action"]) for each in shown(revoked)["to_sign"]]
    revoked.confirm(revoked.agent_id)
    user = revoked.api.identity.users[revoked.agent().user_id]
    revoked.api.identity.users[user.user_id] = replace(user, closing_since_ms=1)

    body = {"agent_id": revoked.agent_id, "signatures": signatures}

    assert revoked.ask("POST", "/v1/agents/confirm", body).status == 200


def test_a_removal_is_noted_although_the_upkeep_looks_in_the_same_moment(
    revoked: Upkeep, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = type(revoked.api.identity)
    put = store.put_agent

    def overtaken(self: Any, agent: Agent, *, begins: bool = False) -> Agent:
        monkeypatch.setattr(store, "put_agent", put)
        put(self, replace(revoked.agent(), checked_at_ms=agent.checked_at_ms))
        raise ConflictError("it has changed since it was read: read it again")

    monkeypatch.setattr(store, "put_agent", overtaken)
    revoked.confirm(revoked.agent_id)

    assert revoked.agent().removed_at_ms


def test_a_revoked_agent_whose_own_end_has_come_has_nothing_left_to_remove(
    revoked: Upkeep, monkeypatch: pytest.MonkeyPatch
) -> None:
    still_listed(revoked, monkeypatch)

    revoked.after(90 * DAY_MS)

    assert revoked.agent().attend_at_ms == 0
    assert shown(revoked)["to_sign"] == []


def test_a_removal_that_nobody_signed_in_time_gets_a_nonce_that_the_venue_still_takes(
    revoked: Upkeep,
) -> None:
    (first,) = shown(revoked)["to_sign"]
    revoked.api.world.clock.advance(2 * DAY_MS + 1000)

    (late,) = shown(revoked)["to_sign"]

    assert late["action"]["nonce"] == revoked.api.world.clock.now_ms()
    assert shown(revoked)["to_sign"] == [late]
    body = {"agent_id": revoked.agent_id, "signatures": [ALICE.sign_action(first["action"])]}
    assert revoked.ask("POST", "/v1/agents/confirm", body).status == 400
    revoked.confirm(revoked.agent_id)
    assert revoked.agent().removed_at_ms == revoked.api.world.clock.now_ms()


def test_a_removal_keeps_its_nonce_for_a_day(revoked: Upkeep) -> None:
    before = shown(revoked)["to_sign"]

    revoked.api.world.clock.advance(DAY_MS - 120_000)

    assert shown(revoked)["to_sign"] == before
