"""A follow whose agent was revoked while it could not be told: it says so, and a start mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.requests import started
from understudy.domain.follows import FollowStatus
from understudy.domain.ids import FollowId
from understudy.domain.replacing import replace
from understudy.ports.switches import Switch

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

    from tests.fakes.api import ApiWorld
    from understudy.domain.follows import Follow
    from understudy.domain.ids import UserId


def _holding(api: ApiWorld, token: str) -> tuple[str, str]:
    """Give an agent and a follow of it that holds BTC."""
    agent = api.delegate(token)
    follow = started(api, token)
    api.world.pump()
    api.world.clock.advance(1000)
    api.world.copy("BTC", "5")
    return agent, follow


def _ask(api: ApiWorld, token: str, method: str, path: str) -> dict[str, object]:
    answer = api.request(method, path, None, token)
    assert answer.status in (200, 204)
    api.world.pump()
    return answer.body or {}


def test_what_copyings_switch_had_paused_is_not_resumed_with_an_agent_that_was_revoked_since(
    api: ApiWorld, token: str
) -> None:
    agent, follow = _holding(api, token)
    _ask(api, token, "POST", "/v1/copy/disable")
    _ask(api, token, "DELETE", f"/v1/agents/{agent}")
    api.world.clock.advance(5000)
    newer = api.delegate(token, name="next")

    _ask(api, token, "POST", "/v1/copy/enable")
    shown = _ask(api, token, "GET", f"/v1/follows/{follow}")
    running = _ask(api, token, "POST", f"/v1/follows/{follow}/start")
    api.world.copy("BTC", "-5")

    assert (shown["status"], shown["pause_reason"]) == ("PAUSED", "agent_revoked")
    assert (running["status"], running["agent_id"]) == ("ACTIVE", newer)
    assert api.world.held_at_venue(FollowId(follow)) == 0


def test_a_start_takes_the_next_agent_for_a_follow_that_runs_with_one_that_was_revoked(
    api: ApiWorld, token: str
) -> None:
    agent, follow = _holding(api, token)
    known = api.world.table.follows[FollowId(follow)]
    api.world.switches.turn(
        Switch.AUTHORITY_REVOKED, agent, on=True, at_ms=api.world.clock.now_ms()
    )
    api.world.copy("BTC", "-5")
    assert api.world.held_at_venue(FollowId(follow)) == 1
    assert known.status is FollowStatus.ACTIVE

    registered = api.identity.agents(known.user_id)[0]
    api.identity.put_agent(replace(registered, replaced_at_ms=api.world.clock.now_ms()))
    api.world.clock.advance(5000)
    newer = api.delegate(token, name="next")
    running = _ask(api, token, "POST", f"/v1/follows/{follow}/start")
    api.world.pass_time(30)

    assert running["agent_id"] == newer
    assert api.world.held_at_venue(FollowId(follow)) == 0


def test_a_start_of_a_follow_that_runs_well_reads_nothing_of_the_venue(
    api: ApiWorld, token: str
) -> None:
    _, follow = _holding(api, token)
    api.world.venue.is_down = True

    shown = _ask(api, token, "POST", f"/v1/follows/{follow}/start")

    assert shown["status"] == "ACTIVE"


def test_a_start_relies_on_no_leverage_that_was_set_before_it(api: ApiWorld, token: str) -> None:
    _, follow = _holding(api, token)
    wallet = api.world.table.follows[FollowId(follow)].wallet_id
    before = dict(api.world.table.lanes[wallet].settings)
    _ask(api, token, "POST", f"/v1/follows/{follow}/pause")

    _ask(api, token, "POST", f"/v1/follows/{follow}/start")

    assert set(before) == {"BTC"}
    assert api.world.table.lanes[wallet].settings == {}


def _deleted_when_listed(
    patched: pytest.MonkeyPatch, api: ApiWorld, token: str, follow: str
) -> None:
    """Have a follow deleted between the next list of its user's and what is done with that."""
    directory = api.world.directory
    listing = directory.of_user

    def listed(user: UserId) -> Sequence[Follow]:
        found = listing(user)
        patched.setattr(directory, "of_user", listing)
        _ask(api, token, "DELETE", f"/v1/follows/{follow}")
        return found

    patched.setattr(directory, "of_user", listed)


def test_a_revocation_beside_a_deletion_pauses_the_follows_that_are_left(
    api: ApiWorld, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = api.delegate(token)
    going, other = (started(api, token, leader="0x" + digit * 40) for digit in "23")
    _ask(api, token, "POST", f"/v1/follows/{going}/pause")
    api.world.clock.advance(2000)
    _deleted_when_listed(monkeypatch, api, token, going)

    _ask(api, token, "DELETE", f"/v1/agents/{agent}")

    assert api.world.table.follows[FollowId(going)].status is FollowStatus.DELETED
    assert api.world.table.follows[FollowId(other)].status is FollowStatus.PAUSED
