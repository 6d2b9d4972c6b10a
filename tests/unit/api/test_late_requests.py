"""A request that a newer one overtakes undoes nothing of it, and is told so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.api import ApiWorld
from tests.fakes.identity import ALICE
from tests.fakes.requests import created, started
from understudy.adapters.memory.identity import InMemoryIdentityStore
from understudy.workflows.requests.follow_lifecycle import FollowLifecycle

if TYPE_CHECKING:
    from collections.abc import Callable

LATER_MS = 2_000


@dataclass
class Overtaking:
    """One user's requests, of which one is overtaken inside a call that it makes."""

    api: ApiWorld
    token: str
    patch: pytest.MonkeyPatch

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request."""
        return self.api.request(method, path, body, self.token)

    def during(self, target: Any, method: str, deed: Callable[[], object]) -> None:
        """Do something before the next call of a method takes place."""
        inner = getattr(target, method)

        def overtaken(*args: Any, **how: Any) -> Any:
            self.patch.setattr(target, method, inner)
            deed()
            return inner(*args, **how)

        self.patch.setattr(target, method, overtaken)

    def disable_later(self) -> None:
        """Disable copying by a decision of two seconds later."""
        self.api.world.clock.advance(LATER_MS)
        assert self.ask("POST", "/v1/copy/disable").status == 200

    def shown(self, follow_id: str) -> tuple[str, str | None]:
        """Give a follow's status and why it is paused."""
        body = self.ask("GET", f"/v1/follows/{follow_id}").body
        return body["status"], body.get("pause_reason")

    def slippage(self, follow_id: str) -> int:
        """Give one limit of a follow."""
        return int(self.ask("GET", f"/v1/follows/{follow_id}").body["limits"]["slippage_bps"])


@pytest.fixture
def user(api: ApiWorld, token: str, monkeypatch: pytest.MonkeyPatch) -> Overtaking:
    api.delegate(token)
    return Overtaking(api, token, monkeypatch)


def paused(user: Overtaking) -> str:
    follow_id = started(user.api, user.token)
    user.ask("POST", f"/v1/follows/{follow_id}/pause")
    return follow_id


def limit(slippage_bps: int) -> dict[str, Any]:
    return {"limits": {"slippage_bps": slippage_bps}}


def test_an_enable_that_lands_late_does_not_undo_a_newer_disable(
    user: Overtaking,
) -> None:
    follow_id = started(user.api, user.token)
    user.during(user.api.world.switches, "turn", user.disable_later)

    answer = user.ask("POST", "/v1/copy/enable")

    assert (answer.status, answer.code) == (409, "NEWER_DECISION")
    assert "GET /v1/copy/profile" in answer.body["detail"]
    assert user.ask("GET", "/v1/copy/profile").body["enabled"] is False
    assert user.shown(follow_id) == ("PAUSED", "copy_disabled")


def test_a_decision_is_dated_before_the_door_does_anything_slow(user: Overtaking) -> None:
    user.during(InMemoryIdentityStore, "standing", user.disable_later)

    assert user.ask("POST", "/v1/copy/enable").code == "NEWER_DECISION"


def test_an_enable_that_a_disable_overtakes_resumes_nothing(user: Overtaking) -> None:
    follow_id = started(user.api, user.token)
    user.disable_later()
    user.api.world.clock.advance(LATER_MS)
    user.during(user.api.world.copying.store, "follow_state", user.disable_later)

    answer = user.ask("POST", "/v1/copy/enable")

    assert answer.body["enabled"] is False
    assert user.shown(follow_id) == ("PAUSED", "copy_disabled")


def test_a_disable_that_lands_late_takes_effect_nevertheless(user: Overtaking) -> None:
    follow_id = started(user.api, user.token)

    def enable() -> None:
        user.api.world.clock.advance(LATER_MS)
        assert user.ask("POST", "/v1/copy/enable").status == 200

    user.during(user.api.world.switches, "turn", enable)

    assert user.ask("POST", "/v1/copy/disable").body["enabled"] is False
    assert user.shown(follow_id) == ("PAUSED", "copy_disabled")


def test_a_follow_that_is_deleted_meanwhile_keeps_no_other_from_being_disabled(
    user: Overtaking,
) -> None:
    first, second = (started(user.api, user.token, leader="0x" + n * 40) for n in "78")
    pause = FollowLifecycle.pause

    def overtaken(*args: Any) -> Any:
        user.patch.setattr(FollowLifecycle, "pause", pause)
        assert user.ask("DELETE", f"/v1/follows/{first}").status == 200
        return pause(*args)

    user.patch.setattr(FollowLifecycle, "pause", overtaken)

    assert user.ask("POST", "/v1/copy/disable").body["enabled"] is False
    assert user.shown(second) == ("PAUSED", "copy_disabled")


def test_what_its_user_paused_too_is_not_resumed_with_the_rest(user: Overtaking) -> None:
    follow_id = started(user.api, user.token)
    user.disable_later()
    user.ask("POST", f"/v1/follows/{follow_id}/pause")
    user.api.world.clock.advance(LATER_MS)

    user.ask("POST", "/v1/copy/enable")

    assert user.shown(follow_id) == ("PAUSED", "user")


def test_a_start_does_not_undo_a_pause_that_overtook_it(user: Overtaking) -> None:
    follow_id = paused(user)
    pause = f"/v1/follows/{follow_id}/pause"
    user.during(user.api.world.venue, "account", lambda: user.ask("POST", pause))

    answer = user.ask("POST", f"/v1/follows/{follow_id}/start")

    assert (answer.status, answer.code) == (409, "FOLLOW_CHANGED")
    assert user.shown(follow_id) == ("PAUSED", "user")


def test_a_start_does_not_undo_a_pause_of_what_another_start_began(user: Overtaking) -> None:
    follow_id = paused(user)

    def start_and_pause() -> None:
        for deed in ("start", "pause"):
            assert user.ask("POST", f"/v1/follows/{follow_id}/{deed}").status == 200

    user.during(user.api.world.venue, "account", start_and_pause)

    assert user.ask("POST", f"/v1/follows/{follow_id}/start").code == "FOLLOW_CHANGED"
    assert user.shown(follow_id) == ("PAUSED", "user")


def test_of_two_starts_at_once_neither_is_refused(user: Overtaking) -> None:
    follow_id = paused(user)
    start = f"/v1/follows/{follow_id}/start"
    user.during(user.api.world.venue, "account", lambda: user.ask("POST", start))

    assert user.ask("POST", start).body["status"] == "ACTIVE"


def test_a_start_is_not_one_under_limits_that_it_was_not_checked_for(user: Overtaking) -> None:
    follow_id = created(user.api, user.token)
    path = f"/v1/follows/{follow_id}"
    user.during(user.api.world.venue, "account", lambda: user.ask("PATCH", path, limit(7)))

    assert user.ask("POST", f"{path}/start").code == "FOLLOW_CHANGED"
    assert user.shown(follow_id)[0] == "INACTIVE"


def test_a_change_of_limits_does_not_undo_a_newer_one(user: Overtaking) -> None:
    follow_id = created(user.api, user.token)
    path, directory = f"/v1/follows/{follow_id}", user.api.world.directory
    user.during(directory, "replace", lambda: user.ask("PATCH", path, limit(5)))

    answer = user.ask("PATCH", path, limit(500))

    assert (answer.status, answer.code) == (409, "LIMITS_CHANGED")
    assert user.slippage(follow_id) == 5


def test_a_change_of_limits_goes_on_when_something_else_was_changed(user: Overtaking) -> None:
    follow_id = started(user.api, user.token)
    path, directory = f"/v1/follows/{follow_id}", user.api.world.directory
    user.during(directory, "replace", lambda: user.ask("POST", f"{path}/pause"))

    assert user.ask("PATCH", path, limit(5)).status == 200
    assert user.shown(follow_id) == ("PAUSED", "user")
    assert user.slippage(follow_id) == 5


def test_a_profile_does_not_undo_a_newer_one(user: Overtaking) -> None:
    follow_id = created(user.api, user.token)
    newer = ("PUT", "/v1/copy/profile", limit(5))
    user.during(user.api.world.directory, "of_user", lambda: user.ask(*newer))

    answer = user.ask("PUT", "/v1/copy/profile", limit(500))

    assert (answer.status, answer.code) == (409, "PROFILE_CHANGED")
    assert user.ask("GET", "/v1/copy/profile").body["limits"] == {"slippage_bps": 5}
    assert user.slippage(follow_id) == 5


def test_a_profile_that_is_slow_to_reach_the_follows_leaves_them_the_newer_one(
    user: Overtaking,
) -> None:
    follow_id = created(user.api, user.token)
    newer = ("PUT", "/v1/copy/profile", limit(5))
    user.during(user.api.world.directory, "replace", lambda: user.ask(*newer))

    user.ask("PUT", "/v1/copy/profile", limit(500))

    assert user.slippage(follow_id) == 5


def test_a_change_of_limits_takes_what_it_leaves_to_the_profile_from_the_newest(
    user: Overtaking,
) -> None:
    follow_id = created(user.api, user.token)
    newer = ("PUT", "/v1/copy/profile", limit(5))
    user.during(user.api.world.directory, "replace", lambda: user.ask(*newer))

    other = {"limits": {"max_open_positions": 2}}
    assert user.ask("PATCH", f"/v1/follows/{follow_id}", other).status == 200

    assert user.slippage(follow_id) == 5


def delegation(user: Overtaking) -> tuple[str, dict[str, Any]]:
    """Enable an agent, and give its path and the confirmation to send."""
    wish = {"scope": "TRADE_ONLY", "agent_name": "second"}
    made = user.ask("POST", "/v1/agents/enable", wish).body
    agent_id = made["agent"]["agent_id"]
    signatures = [ALICE.sign_action(each["action"]) for each in made["to_sign"]]
    return f"/v1/agents/{agent_id}", {"agent_id": agent_id, "signatures": signatures}


@pytest.mark.parametrize("moment", ["activate", "put_agent"])
def test_a_confirmation_does_not_undo_a_revocation(user: Overtaking, moment: str) -> None:
    agent, confirmation = delegation(user)
    target = user.api.keys if moment == "activate" else InMemoryIdentityStore
    user.during(target, moment, lambda: user.ask("DELETE", agent))

    answer = user.ask("POST", "/v1/agents/confirm", confirmation)

    assert (answer.status, answer.code) in ((422, "SIGNING_REFUSED"), (409, "CONFLICT"))
    assert user.ask("GET", "/v1/agents").body["items"][-1]["status"] == "REVOKED"
    assert user.api.keys.states[confirmation["agent_id"]] == "REVOKED"


def test_a_revocation_takes_effect_over_a_confirmation_that_overtook_it(user: Overtaking) -> None:
    agent, confirmation = delegation(user)
    confirm = ("POST", "/v1/agents/confirm", confirmation)
    user.during(user.api.keys, "revoke", lambda: user.ask(*confirm))

    assert user.ask("DELETE", agent).body["agent"]["status"] == "REVOKED"
    assert user.ask("GET", "/v1/agents").body["items"][-1]["status"] == "REVOKED"


def test_a_rotation_that_a_deletion_overtakes_leaves_no_agent(user: Overtaking) -> None:
    (agent,) = user.api.identity.agents_by_id
    body = {"address": ALICE.address, "positions": "close_now"}
    user.during(user.api.keys, "create_agent", lambda: user.ask("POST", "/v1/me/deletion", body))

    answer = user.ask("POST", f"/v1/agents/{agent}/rotate")

    assert (answer.status, answer.code) == (409, "CONFLICT")
    assert user.api.identity.agents_by_id == {}
