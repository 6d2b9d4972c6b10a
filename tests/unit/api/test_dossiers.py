"""An operator who looks at a user sees every switch that stops them, whoever else it stops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.builders import LEADER
from tests.fakes.identity import ALICE
from tests.fakes.requests import created
from understudy.domain.turns import CLOCKS_DIFFER_BY_MS

if TYPE_CHECKING:
    from tests.fakes.api import ApiWorld

WHY = {"reason": "ticket 4711"}


@pytest.fixture
def operator(api: ApiWorld) -> str:
    return api.operator_token()


def turn(api: ApiWorld, operator: str, switch: str, subject: str = "", *, on: bool = True) -> None:
    api.world.clock.advance(CLOCKS_DIFFER_BY_MS + 1)
    wish = {"switch": switch, "subject": subject, "on": on, **WHY}
    assert api.request("POST", "/v1/ops/switches", wish, operator).status == 200


def switches(api: ApiWorld, operator: str) -> Any:
    query = {"address": ALICE.address}
    return api.request("GET", "/v1/ops/users", None, operator, query).body["switches"]


@pytest.mark.usefixtures("token")
def test_a_kill_of_everybody_or_of_the_venue_is_shown_with_each_user(
    api: ApiWorld, operator: str
) -> None:
    turn(api, operator, "kill_global")
    turn(api, operator, "kill_venue", "hyperliquid")

    assert switches(api, operator) == ["kill_global", "kill_venue hyperliquid"]

    turn(api, operator, "kill_global", on=False)
    assert switches(api, operator) == ["kill_venue hyperliquid"]


def test_a_blacklisted_leader_is_shown_with_who_follows_them(
    api: ApiWorld, token: str, operator: str
) -> None:
    created(api, token)
    turn(api, operator, "blacklisted", LEADER)

    assert switches(api, operator) == [f"blacklisted {LEADER.lower()}"]


@pytest.mark.parametrize("deed", ["revoke", "rotate"])
def test_of_a_user_whom_nobody_knows_that_is_said_and_not_that_they_have_no_agent(
    api: ApiWorld, token: str, operator: str, deed: str
) -> None:
    agent_id = api.delegate(token)

    path = f"/v1/ops/users/nobody/agents/{agent_id}/{deed}"
    answer = api.request("POST", path, WHY, operator)

    assert (answer.status, answer.code) == (404, "USER_NOT_FOUND")
    assert api.keys.states[agent_id] == "ACTIVE"
